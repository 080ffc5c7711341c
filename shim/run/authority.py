"""The tap's certificate authority: made once for each installation, known to the supervised processes only.

Everything that makes keys and bundles lives here. Laws: the key is the owner's to read and nobody else's; the system's
own store is never touched; a supervised process trusts what the user's would have trusted, and this authority.
"""

import datetime as dt
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = dt.timedelta(days=3650)
SLACK = dt.timedelta(days=2)
KEY_FILE, CERTIFICATE_FILE, BUNDLE_FILE = "tap-ca-key.pem", "tap-ca.pem", "trusted.pem"
# Where Linux distributions and BSDs keep their roots; the first that exists is used, as Go does.
STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """Files of one installation.

    Attributes:
        key: The authority's key.
        certificate: Its certificate.
        trusted: What the user's environment trusts: providers are verified against it.
        bundle: `trusted` and the certificate: for the supervised processes.
    """

    key: Path
    certificate: Path
    trusted: Path
    bundle: Path


def authority(directory: Path, environment: Mapping[str, str]) -> Authority:
    """The installation's authority, made where there is none yet, and its bundle, made anew.

    Args:
        directory: Where it is kept; made, for the owner alone, where it is missing.
        environment: The user's, for `SSL_CERT_FILE`.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key, certificate = directory / KEY_FILE, directory / CERTIFICATE_FILE
    if not (key.exists() and certificate.exists()):
        _make(key, certificate)
    trusted = trusted_by(environment)
    bundle = directory / BUNDLE_FILE
    text = trusted.read_bytes().rstrip() + b"\n" + certificate.read_bytes()
    if not bundle.exists() or bundle.read_bytes() != text:
        _write(bundle, text)
    return Authority(key, certificate, trusted, bundle)


def trusted_by(environment: Mapping[str, str]) -> Path:
    """The file of roots that the user's environment trusts. Raises FileNotFoundError where there is none at all."""
    named = environment.get("SSL_CERT_FILE")
    if named and Path(named).exists():
        return Path(named)
    paths = (*STORES, ssl.get_default_verify_paths().cafile or "")
    for path in paths:
        if path and Path(path).exists():
            return Path(path)
    import certifi  # noqa: PLC0415  # the last resort, where the system has no store

    return Path(certifi.where())


def _make(key_file: Path, certificate_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cliproxy-cutover tap, this installation only")])
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8
    _write(key_file, key.private_bytes(pem, private, serialization.NoEncryption()))
    _write(certificate_file, certificate.public_bytes(pem))


def _write(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, in one step."""
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
    part.replace(path)
