from shim.redact.derived import derived, derived_from_file


def test_a_prompt_cache_key_is_the_one_that_the_recordings_have():
    # The client key of every golden recording, and the session that Codex was sent for it.
    assert "a89771df-719e-5289-bc84-c5179c5a5053" in [value for value, _ in derived("sk-client-1", "sk-other")]


def test_what_is_derived_from_a_placeholder_has_the_same_length():
    for value, stand_in in derived("sk-client-1", "sk-abcdef-2"):
        assert len(value) == len(stand_in)
        assert value != stand_in


def test_a_credential_file_is_known_by_a_hash_of_its_name():
    value, stand_in = derived_from_file("claude-lab@example.test.json", "claude-xyz@abcdefg.hijk.json")
    assert len(value) == len(stand_in) == 16
    assert value != stand_in
