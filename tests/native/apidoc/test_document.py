from collections import Counter

import orjson
import pytest

from native.apidoc.document import CLIENT_KEYS, OWNER_KEYS, bytes_of, document, path_of
from native.apidoc.protocols import SCHEMAS
from native.server import declared
from native.surface.routes import Doc, Route

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture(scope="module")
def made():
    return orjson.loads(bytes_of(tuple(declared().all)))


def operations(made):
    return {(m, p): said for p, item in made["paths"].items() for m, said in item.items() if m in METHODS}


def test_every_declared_endpoint_is_in_it_and_nothing_else(made):
    routes = {(route.method.lower(), path_of(route.path)[0]) for route in declared().all}
    assert set(operations(made)) == routes
    assert len(routes) == len(declared().all)


def test_every_part_of_a_path_is_a_parameter(made):
    for path, item in made["paths"].items():
        named = {one["name"] for one in item.get("parameters", [])}
        assert {f"{{{name}}}" for name in named} == {part[part.find("{") :] for part in path.split("/") if "{" in part}


def test_operations_have_names_of_their_own(made):
    names = Counter(said["operationId"] for said in operations(made).values())
    assert names.most_common(1)[0][1] == 1


def test_who_may_ask_stands_with_every_operation(made):
    for (method, path), said in operations(made).items():
        route, _ = declared().find(method.upper(), path.replace("{", "x").replace("}", ""))
        wanted = OWNER_KEYS if path.startswith("/v0/management/") else CLIENT_KEYS if route.keyed else {}
        assert [name for one in said["security"] for name in one] == list(wanted), (method, path)


def test_a_body_is_described_by_the_kind_that_checks_it(made):
    body = operations(made)["put", "/v0/management/debug"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"] == {"value": {"type": ["boolean", "null"]}}
    listed = operations(made)["get", "/v0/management/auth-files"]["responses"]["200"]["content"]["application/json"]
    assert "auth_index" in listed["schema"]["properties"]["files"]["items"]["required"]


def test_what_is_referred_to_is_there(made):
    text = orjson.dumps(made).decode()
    for name in SCHEMAS:
        assert f'"#/components/schemas/{name}"' in text, f"nobody uses {name}"
    used = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert used <= set(made["components"]["schemas"])


def test_fixed_letters_before_a_part_stay():
    assert path_of("/v1internal:method") == ("/v1internal:{method}", ["method"])
    assert path_of("/v1beta/models/*action") == ("/v1beta/models/{action}", ["action"])


def test_a_form_and_a_stream_are_described_besides():
    async def nobody(*_):
        raise NotImplementedError

    route = Route("POST", "/x/:id", nobody, doc=Doc("Yaml", form=("file", "place"), streams=True))
    said = document([route])["paths"]["/x/{id}"]["post"]
    assert set(said["requestBody"]["content"]) == {"application/yaml", "multipart/form-data"}
    assert set(said["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
