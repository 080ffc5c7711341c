import io

import aiohttp
import pytest

LINE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n'
BROKEN = [
    b"",
    b"nope",
    b"--b",
    b"--b\r\n\r\n",
    LINE,
    LINE + b"\x00\xff: 1\r\n\r\n{}\r\n--b--",
    LINE + b"no colon\r\n\r\n{}\r\n--b--",
]


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b", "multipart/form-data", "multipart/form-data; boundary="]
)
@pytest.mark.parametrize("body", BROKEN)
async def test_what_is_no_form_is_refused_and_leaves_nothing(owning, kind, body):
    async with owning() as owner:
        for path in ("/auth-files", "/vertex/import"):
            headers = {"Content-Type": kind, "X-Management-Key": "owner"}
            async with owner.client.post(f"/v0/management{path}", data=body, headers=headers) as response:
                assert response.status == 400, (path, await response.text())
        assert list(owner.auth_dir.iterdir()) == []


async def test_a_form_that_is_too_large_is_refused(owning):
    async with owning() as owner:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(b" " * 10_500_000), filename="a.json")
        assert (await owner.ask("POST", "/auth-files", data=form))[0] == 413
