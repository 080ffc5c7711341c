"""The tap's authority is made once, for its owner alone, and trusted only by who is told."""

import ssl

from cryptography import x509

from shim.run.authority import authority, trusted_by


def an_environment(tmp_path):
    roots = tmp_path / "roots.pem"
    if not roots.exists():
        roots.write_bytes(authority(tmp_path / "other", {}).certificate.read_bytes())
    return {"SSL_CERT_FILE": str(roots)}


def test_keys_are_their_owners_alone(tmp_path):
    made = authority(tmp_path / "tap", an_environment(tmp_path))
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert made.key.parent.stat().st_mode & 0o777 == 0o700


def test_an_installation_keeps_its_authority(tmp_path):
    environment = an_environment(tmp_path)
    first = authority(tmp_path / "tap", environment).key.read_bytes()
    assert authority(tmp_path / "tap", environment).key.read_bytes() == first
    assert authority(tmp_path / "elsewhere", environment).key.read_bytes() != first


def test_the_bundle_holds_what_the_user_trusts_and_the_authority(tmp_path):
    made = authority(tmp_path / "tap", an_environment(tmp_path))
    found = x509.load_pem_x509_certificates(made.bundle.read_bytes())
    wanted = [x509.load_pem_x509_certificate(path.read_bytes()) for path in (made.trusted, made.certificate)]
    assert found == wanted
    assert b"PRIVATE" not in made.bundle.read_bytes()
    ssl.create_default_context(cafile=str(made.bundle))


def test_the_bundle_follows_what_the_user_trusts(tmp_path):
    environment = an_environment(tmp_path)
    authority(tmp_path / "tap", environment)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority(tmp_path / "third", environment).certificate.read_bytes())
    made = authority(tmp_path / "tap", environment)
    assert made.bundle.read_bytes().startswith(roots.read_bytes().rstrip())


def test_it_is_an_authority_and_nothing_else(tmp_path):
    made = authority(tmp_path / "tap", an_environment(tmp_path))
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.digital_signature) == (True, False)


def test_without_a_store_of_the_users_the_systems_is_trusted(tmp_path):
    assert trusted_by({}).exists()
    assert trusted_by({"SSL_CERT_FILE": str(tmp_path / "gone")}) == trusted_by({})
