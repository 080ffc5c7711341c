from native.credentials.account import index_of


async def test_a_call_bears_the_log_ins_token_where_it_is_asked_for(owning, a):
    log_in = {"type": "claude", "access_token": "the-token"}
    async with owning(log_ins={"c.json": log_in}) as owner:
        index = index_of(owner.service.pool.credentials["c.json"])
        body = {"auth_index": index, "method": "post", "url": "https://x.example.test/y", "data": "hi"}
        owner.upstream.script = lambda _: a.Answer([b"said"], 418, [("content-type", "text/plain")])
        status, said = await owner.ask("POST", "/api-call", {**body, "header": {"Authorization": "Bearer $TOKEN$"}})
        assert status == 200
        assert said == {"status_code": 418, "header": {"Content-Type": ["text/plain"]}, "body": "said"}
        sent = owner.upstream.asked[0]
        assert (sent.method, sent.body, dict(sent.headers)) == ("POST", b"hi", {"Authorization": "Bearer the-token"})


async def test_what_cannot_be_called_is_refused(owning):
    async with owning() as owner:
        fine = {"method": "GET", "url": "https://x.example.test"}
        for body, error in (
            (b"x", "invalid body"),
            ({"url": "u"}, "missing method"),
            ({"method": "GET"}, "missing url"),
            ({**fine, "url": "no-address"}, "invalid url"),
            ({**fine, "url": "http://[x"}, "invalid url"),
            ({**fine, "url": "http://a b/"}, "invalid url"),
            ({**fine, "method": "G T"}, "failed to build request"),
            ({**fine, "url": "file:///etc/passwd"}, "invalid url"),
            ({**fine, "url": "ftp://x"}, "request failed"),
            ({**fine, "header": {"A": "b\r\nC: d"}}, "request failed"),
        ):
            status, said = await owner.ask("POST", "/api-call", body)
            assert status >= 400
            assert said == {"error": error}
        assert not owner.upstream.asked


async def test_the_newest_release_is_told(owning, a):
    async with owning() as owner:
        for answer, status, said in (
            (a.Answer([b'{"tag_name":" v9 "}']), 200, {"latest-version": "v9"}),
            (a.Answer([b"{}"]), 502, {"error": "invalid_response", "message": "missing release version"}),
            (a.Answer([b"no"], 500), 502, {"error": "unexpected_status", "message": "status 500: no"}),
        ):
            owner.upstream.script = lambda _, answer=answer: answer
            assert await owner.ask("GET", "/latest-version") == (status, said)


async def test_a_redirect_is_followed(owning, a):
    async with owning() as owner:
        moved = a.Answer([b""], 302, [("Location", "/there")])
        owner.upstream.script = lambda request: a.Answer([b"said"]) if request.url.endswith("/there") else moved
        said = (await owner.ask("POST", "/api-call", {"method": "GET", "url": "https://x.example.test/here"}))[1]
        assert (said["status_code"], said["body"]) == (200, "said")
