"""The certificates in hvac's folder of settings: the server under test has its own, and the client's lasts only a year."""

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization


def prepare(folder, authority):
    """Puts the file AUTHORITY in place of the server's certificate, if there is one, and renews the client's."""
    if authority:
        shutil.copyfile(authority, Path(folder, "server-cert.pem"))
    renew(Path(folder, "client-cert.pem"), Path(folder, "client-key.pem"))


def renew(certificate, key_file):
    """Makes a certificate that signs itself once more: same name, same key, valid from yesterday for a month."""
    old = x509.load_pem_x509_certificate(certificate.read_bytes())
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    today = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
