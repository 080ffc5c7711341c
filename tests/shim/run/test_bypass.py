"""Log-ins with a proxy of their own are found, whatever else lies in their folder."""

from pathlib import Path

from shim.run.bypass import auth_dir_of, bypassing


def test_files_that_name_a_proxy_are_found_and_its_secret_is_not_told(tmp_path):
    (tmp_path / "a.json").write_text('{"proxy_url": "http://me:secret@proxy.example:8080"}')
    (tmp_path / "b.json").write_text('{"proxy_url": " direct "}')
    for name, text in {"c": '{"proxy_url": ""}', "d": "[]", "e": "{", "f": "{}"}.items():
        (tmp_path / f"{name}.json").write_text(text)
    assert bypassing(tmp_path) == {"a.json": "http://proxy.example:8080", "b.json": "direct"}
    assert bypassing(tmp_path / "none") == {}


def test_the_folder_is_the_configurations_or_the_binarys_own(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("auth-dir: mine\n")
    assert auth_dir_of(config) == tmp_path / "mine"
    config.write_text("a: [")
    assert auth_dir_of(config) == Path("~/.cli-proxy-api").expanduser()
