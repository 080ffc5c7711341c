import pytest

from native.proxies import proxy_for


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    proxy_for.cache_clear()
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://env:1")
    yield
    proxy_for.cache_clear()


@pytest.mark.parametrize(
    ("setting", "url", "proxy"),
    [
        ("http://p:1", "https://x", "http://p:1"),
        (" socks5://u:p@p:1 ", "https://x", "socks5://u:p@p:1"),
        ("direct", "https://x", None),
        ("NONE", "https://x", None),
        ("", "https://x", "http://env:1"),
        ("ftp://p", "https://x", "http://env:1"),
        ("nonsense", "https://x", "http://env:1"),
        ("", "https://localhost/x", None),
        ("", "http://x", None),
        ("http://p:1", "http://127.0.0.1", "http://p:1"),
    ],
)
def test_which_proxy_a_setting_means(setting, url, proxy):
    assert proxy_for(setting, url) == proxy
