"""Encrypted sinks, as their reader sees them.

    tools.py dh-key FILE PRIVATE                      public key as an agent wants it, private key as hexadecimal
    tools.py dh-open PRIVATE FILE [aad=..] [derive]   what an encrypted sink says
"""
import base64
import json
import sys


def dh_key(file, private):
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    key = X25519PrivateKey.generate()
    with open(file, "w", encoding="utf-8") as out:
        json.dump({"curve25519_public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode()}, out)
    with open(private, "w", encoding="utf-8") as out:
        out.write(key.private_bytes_raw().hex())


def dh_open(private, file, *options):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    aad = next((option[4:].encode() for option in options if option.startswith("aad=")), None)
    with open(private, encoding="utf-8") as text:
        own = X25519PrivateKey.from_private_bytes(bytes.fromhex(text.read().strip()))
    with open(file, encoding="utf-8") as text:
        envelope = json.loads(text.read())
    theirs = base64.b64decode(envelope["curve25519_public_key"])
    key = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    if "derive" in options:
        low, high = sorted((theirs, own.public_key().public_bytes_raw()))
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=low, info=high).derive(key)
    nonce = base64.b64decode(envelope["nonce"])
    sys.stdout.buffer.write(AESGCM(key).decrypt(nonce, base64.b64decode(envelope["encrypted_payload"]), aad))


command, *arguments = sys.argv[1:]
{"dh-key": dh_key, "dh-open": dh_open}[command](*arguments)
