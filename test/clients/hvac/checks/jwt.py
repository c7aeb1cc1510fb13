"""Login with a token of an OpenID provider, and by its browser login; alice is known at OIDC_URL, JWT is hers."""

from urllib.parse import parse_qs, urlencode, urlparse

import requests
from hvac.exceptions import InvalidPath, InvalidRequest

from .check import given, refused

CLIENT = {"oidc_client_id": "g-client", "oidc_client_secret": "g-client-secret"}
REDIRECT = "http://localhost:8250/oidc/callback"


def login(server):
    """jwt: a token of a provider becomes a token, where the claims are those of the role"""
    url, jwt = given("OIDC_URL", "JWT")
    root, mount = server.root, server.name("jwt")
    root.sys.enable_auth_method("jwt", path=mount)
    method = root.auth.jwt
    method.configure(oidc_discovery_url=url, default_role="web", path=mount)
    assert method.read_config(path=mount)["data"]["oidc_discovery_url"] == url
    bound = {
        "user_claim": "sub",
        "allowed_redirect_uris": [],
        "bound_audiences": ["g-client"],
        "token_policies": ["web"],
        "path": mount,
    }
    method.create_role("web", bound_claims={"email": ["alice@golden.test"]}, claim_mappings={"name": "who"}, **bound)
    method.create_role("bob", bound_claims={"email": "bob@golden.test"}, **bound)
    assert method.list_roles(path=mount)["data"]["keys"] == ["bob", "web"]
    role = method.read_role("web", path=mount)["data"]
    assert role["role_type"] == "jwt" and role["bound_audiences"] == ["g-client"]
    guest = server.client()
    auth = guest.auth.jwt.jwt_login("web", jwt, path=mount)["auth"]
    assert auth["policies"] == ["default", "web"] and auth["entity_id"]
    assert auth["metadata"] == {"role": "web", "who": "Alice"}
    assert guest.auth.token.lookup_self()["data"]["display_name"] == f"{mount}-g-alice"
    with refused(InvalidRequest, "claim"):
        server.client().auth.jwt.jwt_login("bob", jwt, path=mount)
    with refused(InvalidRequest):
        server.client().auth.jwt.jwt_login("web", jwt[:-8] + "AAAAAAAA", path=mount)
    method.delete_role("bob", path=mount)
    with refused(InvalidPath):
        method.read_role("bob", path=mount)
    root.sys.disable_auth_method(mount)
    assert not guest.is_authenticated()


def browser(server):
    """oidc: a login in the browser becomes a token, once"""
    (url,) = given("OIDC_URL")
    root, mount = server.root, server.name("oidc")
    root.sys.enable_auth_method("oidc", path=mount)
    method = root.auth.oidc
    method.configure(oidc_discovery_url=url, path=mount, **CLIENT)
    assert "oidc_client_secret" not in method.read_config(path=mount)["data"]
    method.create_role(
        "people", user_claim="email", allowed_redirect_uris=[REDIRECT], groups_claim="groups", path=mount
    )
    accessor = root.sys.list_auth_methods()["data"][f"{mount}/"]["accessor"]
    identity = root.secrets.identity
    group = identity.create_or_update_group(server.name("g-dev"), group_type="external", policies=["dev"])["data"]["id"]
    identity.create_or_update_group_alias("g-dev", mount_accessor=accessor, canonical_id=group)
    guest = server.client()
    asked = guest.auth.oidc.oidc_authorization_url_request("people", REDIRECT, path=mount)["data"]["auth_url"]
    answer = requests.get(f"{asked}&{urlencode({'login': 'alice'})}", allow_redirects=False)
    back = parse_qs(urlparse(answer.headers["location"]).query)
    shown = {"state": back["state"][0], "code": back["code"][0], "nonce": parse_qs(urlparse(asked).query)["nonce"][0]}
    auth = guest.auth.oidc.oidc_callback(**shown, path=mount)["auth"]
    assert auth["identity_policies"] == ["dev"] and auth["metadata"]["role"] == "people"
    assert root.auth.token.lookup(auth["client_token"])["data"]["display_name"] == f"{mount}-alice@golden.test"
    with refused(InvalidRequest):
        guest.auth.oidc.oidc_callback(**shown, path=mount)
    refusal = guest.auth.oidc.oidc_authorization_url_request("people", "http://elsewhere.example.test/", path=mount)
    assert refusal["data"]["auth_url"] == ""
    identity.delete_group(group)
    root.sys.disable_auth_method(mount)


CHECKS = [login, browser]
