from native.credentials.credential import Credential


def test_a_credential_starts_ready():
    credential = Credential("c", "lab")
    assert (credential.status, credential.unavailable, credential.states) == ("active", False, {})


def test_what_a_compatible_provider_made_says_so():
    assert Credential("c", "lab", attributes={"compat_name": "Lab"}).compatible
    assert not Credential("c", "claude").compatible


def test_a_project_knows_its_account():
    assert Credential("c", "gemini-cli", attributes={"gemini_virtual_parent": " p "}).parent == "p"
