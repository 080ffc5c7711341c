import pytest

from native.mime import mime_type


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("archive.tar.gz", None),
        ("notes.b.txt", "text/plain"),
        ("picture.png", "image/png"),
        ("SHOUTED.PDF", None),
        ("noextension", None),
        ("ends-in-a-dot.", None),
        ("", None),
    ],
)
def test_a_name_says_its_type_by_what_follows_its_last_dot(filename, kind):
    assert mime_type(filename) == kind
