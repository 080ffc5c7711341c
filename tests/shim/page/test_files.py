"""The page's own files: whole, from nowhere else, and with no way to turn a text into markup."""

import re

import pytest
from aiohttp import web

from shim.page.files import files, served

SVG = "http://www.w3.org/2000/svg"
SCRIPTS = sorted(name for name in files() if name.endswith(".js"))


def text(name):
    return files()[name][0].decode()


def test_only_what_is_there_is_served():
    assert served("app.js").content_type == "text/javascript"
    for name in ("nothing.js", "../server.py", "", "."):
        with pytest.raises(web.HTTPNotFound):
            served(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_markup_or_runs_a_text(name):
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|DOMParser|\.cookie"
    )
    assert re.findall(forbidden, text(name)) == []


@pytest.mark.parametrize("name", sorted(files()))
def test_nothing_is_loaded_from_elsewhere(name):
    found = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[\w./-]*", text(name).replace(SVG, ""))
    assert found == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_imports_is_there_and_exported(name):
    for names, source in re.findall(r'import \{([^}]*)\} from "\./([\w.]+)"', text(name)):
        for one in (part.strip() for part in names.split(",")):
            assert re.search(rf"export (?:async )?(?:function|const|class) {one}\b", text(source)), f"{one} of {source}"


def test_the_shell_has_no_script_or_style_of_its_own():
    shell = text("index.html")
    assert re.findall(r"<style|style=|\son\w+=", shell) == []
    assert re.findall(r"<script[^>]*>", shell) == ['<script type="module" src="/static/app.js">']
