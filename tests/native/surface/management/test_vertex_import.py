import aiohttp
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ACCOUNT = {"project_id": "lab project", "private_key": KEY, "client_email": "sa@lab.example.test"}


def form(content, **fields):
    found = aiohttp.FormData()
    found.add_field("file", content, filename="sa.json")
    for name, value in fields.items():
        found.add_field(name, value)
    return found


async def test_a_service_account_becomes_a_log_in_that_serves(owning):
    async with owning() as owner:
        status, said = await owner.ask("POST", "/vertex/import", data=form(orjson.dumps(ACCOUNT), location="eu"))
        assert (status, said["project_id"], said["location"]) == (200, "lab project", "eu")
        assert said["auth-file"] == str(owner.auth_dir / "vertex-lab-project.json")
        kept = owner.log_in("vertex-lab-project.json")
        assert (kept["type"], kept["email"]) == ("vertex", "sa@lab.example.test")
        assert kept["service_account"]["private_key"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
        assert owner.service.pool.credentials["vertex-lab-project.json"].provider == "vertex"


async def test_the_location_may_stand_in_the_query(owning):
    async with owning() as owner:
        said = (await owner.ask("POST", "/vertex/import?location=asia", data=form(orjson.dumps(ACCOUNT))))[1]
        assert said["location"] == "asia"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"nope", {"error": "invalid json", "message": "invalid character 'o' in literal null (expecting 'u')"}),
        (b"{}", {"error": "invalid service account", "message": "service account missing private_key"}),
        (b"null", {"error": "invalid service account", "message": "service account payload is empty"}),
        (orjson.dumps({**ACCOUNT, "project_id": " "}), {"error": "project_id missing"}),
    ],
)
async def test_what_is_no_service_account_is_refused(owning, content, error):
    async with owning() as owner:
        assert await owner.ask("POST", "/vertex/import", data=form(content)) == (400, error)
        assert list(owner.auth_dir.iterdir()) == []


async def test_without_a_file_there_is_nothing_to_import(owning):
    async with owning() as owner:
        for body in ({"data": b"{}"}, {"data": aiohttp.FormData({"location": "eu"})}):
            assert await owner.ask("POST", "/vertex/import", **body) == (400, {"error": "file required"})
