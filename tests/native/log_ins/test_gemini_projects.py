import orjson
import pytest

from native.log_ins.asking import Asking
from native.log_ins.gemini_projects import CHOOSE, Projects, ProjectsError

DONE = {"done": True, "response": {"cloudaicompanionProject": {"id": "theirs"}}}


@pytest.fixture
def projects(a):
    def make(*answers):
        given = iter(answers)
        upstream = a.ScriptedUpstream(lambda _: a.Answer([orjson.dumps(next(given))]))
        return Projects(Asking(upstream, ""), "at")

    return make


async def test_a_named_project_is_kept_where_google_says_another(projects):
    assert await projects({"allowedTiers": [{"id": "standard", "isDefault": True}]}, DONE).begun("mine") == "mine"


async def test_a_free_account_s_project_is_google_s(projects):
    assert await projects({}, DONE).begun("gen-lang-client-7") == "theirs"


async def test_who_has_no_project_gets_one(projects):
    assert await projects({}, DONE, DONE).begun("") == "theirs"
    with pytest.raises(ProjectsError, match=CHOOSE):
        await projects({}, {"done": True}).begun("")


async def test_what_is_switched_on_already_is_fine(a):
    answers = iter([a.Answer([b"{}"]), a.Answer([b'{"error":{"message":"Already enabled"}}'], 400)])
    upstream = a.ScriptedUpstream(lambda _: next(answers))
    await Projects(Asking(upstream, ""), "at").verify("p")
    assert [request.method for request in upstream.asked] == ["GET", "POST"]
