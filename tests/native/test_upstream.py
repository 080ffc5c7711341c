from native.upstream import broken_off


def test_a_body_cut_off_under_tls_is_told_as_the_stream_it_was():
    assert broken_off("https://x", 1) == "stream error: stream ID 1; INTERNAL_ERROR; received from peer"
    assert "stream ID 5;" in broken_off("https://x", 3)


def test_a_body_cut_off_in_the_clear_ends_unexpectedly():
    assert broken_off("http://x", 3) == "unexpected EOF"
