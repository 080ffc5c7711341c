import io

from native.surface.management.call import MOST_BODY


async def test_a_body_has_a_bound(owning):
    async with owning() as owner:
        status, said = await owner.ask("PUT", "/api-keys", io.BytesIO(b"[" + b" " * MOST_BODY + b"]"))
        assert (status, said) == (413, {"error": "request body too large"})


async def test_what_stands_behind_a_value_does_not_matter(owning):
    async with owning() as owner:
        assert (await owner.ask("PUT", "/debug", b'{"value":true} and more'))[0] == 200
        assert (await owner.ask("PUT", "/api-keys", b'["a"] and more'))[0] == 400


async def test_an_index_is_digits_within_the_list(owning):
    async with owning({"api-keys": ["a", "b", "c"]}) as owner:
        for index in ("-1", "3", "x", "", "9" * 30):
            assert (await owner.ask("DELETE", f"/api-keys?index={index}"))[0] == 400
        assert (await owner.ask("DELETE", "/api-keys?index=%201x"))[0] == 200
        assert (await owner.ask("DELETE", "/api-keys?index=%2B0"))[0] == 200
        assert owner.tree["api-keys"] == ["c"]


async def test_signs_that_are_none_are_replaced(owning):
    async with owning() as owner:
        for body in (b'{"value":"a\xffb"}', rb'{"value":"a\ud800b"}'):
            assert (await owner.ask("PUT", "/proxy-url", body))[0] == 200
            assert owner.tree["proxy-url"] == "a\ufffdb"
        assert (await owner.ask("PUT", "/api-keys", rb'["\udc00"]'))[0] == 200
        assert owner.tree["api-keys"] == ["\ufffd"]


async def test_what_only_python_takes_for_json_is_none(owning):
    async with owning() as owner:
        for body in (b'{"value":NaN}', b'{"value":Infinity} more', b"\xc2\xa07"):
            assert (await owner.ask("PUT", "/request-retry", body))[0] == 400
