"""Logins that ask for a second factor. hvac has no calls of its own for it: these are its plain reads and writes."""

import base64
import hashlib
import hmac
import struct
import time
from urllib.parse import parse_qs, urlparse

from hvac.exceptions import Forbidden, InvalidRequest

from .check import refused


def code_of(url, steps=0):
    """The code that an authenticator shows for this otpauth URL, a number of periods from now."""
    asked = {name: values[0] for name, values in parse_qs(urlparse(url).query).items()}
    secret = asked["secret"]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time()) // int(asked["period"]) + steps)
    digest = hmac.new(key, counter, getattr(hashlib, asked["algorithm"].lower())).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10 ** int(asked["digits"])).zfill(int(asked["digits"]))


def validate(server, waiting, method, code):
    """Answers a login that waits."""
    shown = {"mfa_request_id": waiting["mfa_requirement"]["mfa_request_id"], "mfa_payload": {method: [code]}}
    return server.client().write_data("sys/mfa/validate", data=shown)["auth"]


def totp(server):
    """MFA: a login waits for a code, in a second request or in the same one"""
    root, mount, name = server.root, server.name("second"), server.name("enforced")
    root.sys.enable_auth_method("userpass", path=mount)
    accessor = root.sys.list_auth_methods()["data"][f"{mount}/"]["accessor"]
    root.auth.userpass.create_or_update_user("ann", password="a password", mount_point=mount)
    entity = server.client().auth.userpass.login("ann", "a password", mount_point=mount)["auth"]["entity_id"]
    settings = {"issuer": "Zeroth", "period": 30, "algorithm": "SHA256", "digits": 6}
    method = root.write_data("identity/mfa/method/totp", data=settings)["data"]["method_id"]
    assert root.read(f"identity/mfa/method/totp/{method}")["data"]["issuer"] == "Zeroth"
    assert method in root.list("identity/mfa/method")["data"]["keys"]
    made = root.write_data(
        "identity/mfa/method/totp/admin-generate", data={"method_id": method, "entity_id": entity}
    )["data"]
    root.write_data(
        f"identity/mfa/login-enforcement/{name}",
        data={"mfa_method_ids": [method], "auth_method_accessors": [accessor]},
    )
    guest = server.client()
    waiting = guest.auth.userpass.login("ann", "a password", mount_point=mount)["auth"]
    (wanted,) = waiting["mfa_requirement"]["mfa_constraints"][name]["any"]
    assert (wanted["type"], wanted["id"], wanted["uses_passcode"]) == ("totp", method, True)
    assert waiting["client_token"] == "" and not guest.is_authenticated()
    with refused(Forbidden):
        validate(server, waiting, method, "000000")
    waiting = guest.auth.userpass.login("ann", "a password", mount_point=mount)["auth"]
    auth = validate(server, waiting, method, code_of(made["url"]))
    assert auth["entity_id"] == entity and auth["metadata"] == {"username": "ann"}
    assert root.auth.token.lookup(auth["client_token"])["data"]["path"] == f"auth/{mount}/login/ann"
    with refused(InvalidRequest, "invalid request ID"):
        validate(server, waiting, method, code_of(made["url"]))
    at_once = server.client()
    at_once.session.headers["X-Vault-MFA"] = f"{method}:{code_of(made['url'], 1)}"
    assert at_once.auth.userpass.login("ann", "a password", mount_point=mount)["auth"]["entity_id"] == entity
    assert at_once.is_authenticated()
    root.delete(f"identity/mfa/login-enforcement/{name}")
    root.delete(f"identity/mfa/method/totp/{method}")
    root.sys.disable_auth_method(mount)


CHECKS = [totp]
