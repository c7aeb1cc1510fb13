"""Identity tokens: what other systems can trust a caller by, and the provider that people log in elsewhere with."""

import base64
import json

import requests


def claims_of(token):
    """The claims, unverified: the server's own introspection is the judge."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def person(server, mount):
    """A caller with an entity: a client that logged in at a userpass mount, and its entity's id."""
    server.root.sys.enable_auth_method("userpass", path=mount)
    policy = server.name("identity-tokens")
    rules = 'path "identity/oidc/*" { capabilities = ["read", "update"] }'
    server.root.sys.create_or_update_policy(policy, rules)
    server.root.auth.userpass.create_or_update_user("ann", password="a password", policies=[policy], mount_point=mount)
    guest = server.client()
    return guest, guest.auth.userpass.login("ann", "a password", mount_point=mount)["auth"]["entity_id"]


def tokens(server):
    """identity: a signed token says who the caller is, until its key is deleted"""
    identity, mount, name = server.root.secrets.identity, server.name("id-tokens"), server.name("key")
    identity.create_named_key(name, rotation_period="24h", verification_ttl="24h", algorithm="ES256")
    assert identity.read_named_key(name)["data"]["algorithm"] == "ES256"
    assert name in identity.list_named_keys()["data"]["keys"]
    template = '{"team": {{identity.entity.metadata.team}}}'
    identity.create_or_update_role(name, key=name, template=template, ttl="1h")
    client_id = identity.read_role(name)["data"]["client_id"]
    assert name in identity.list_roles()["data"]["keys"]
    identity.create_named_key(name, allowed_client_ids=[client_id], algorithm="ES256")
    guest, entity = person(server, mount)
    identity.update_entity(entity, metadata={"team": "blue"})
    made = guest.secrets.identity.generate_signed_id_token(name)["data"]
    assert made["client_id"] == client_id and made["ttl"] == 3600
    claims = claims_of(made["token"])
    assert claims["sub"] == entity and claims["aud"] == client_id and claims["team"] == "blue"
    assert claims["iss"].endswith("/v1/identity/oidc")
    assert guest.secrets.identity.introspect_signed_id_token(made["token"], client_id=client_id)["active"] is True
    other = guest.secrets.identity.introspect_signed_id_token(made["token"], client_id="another")
    assert other["active"] is False
    identity.rotate_named_key(name, verification_ttl="1h")
    assert guest.secrets.identity.introspect_signed_id_token(made["token"])["active"] is True
    known = server.client().secrets.identity.read_active_public_keys()["keys"]
    assert len([key for key in known if key["kty"] == "EC"]) >= 2
    configuration = server.client().secrets.identity.read_well_known_configurations()
    assert configuration["issuer"] == claims["iss"] and "ES256" in configuration["id_token_signing_alg_values_supported"]
    identity.delete_role(name)
    identity.delete_named_key(name)
    assert guest.secrets.identity.introspect_signed_id_token(made["token"])["active"] is False
    server.root.sys.disable_auth_method(mount)


def provider(server):
    """identity: a person logs in at another system through the provider, with an authorization code"""
    root, mount, name = server.root, server.name("id-provider"), server.name("app")
    guest, entity = person(server, mount)
    back = "https://app.example.test/callback"
    root.write_data(f"identity/oidc/assignment/{name}", data={"entity_ids": [entity]})
    root.write_data(f"identity/oidc/scope/{name}", data={"template": '{"name": {{identity.entity.name}}}'})
    client = {"redirect_uris": [back], "assignments": [name], "id_token_ttl": "30m", "access_token_ttl": "1h"}
    root.write_data(f"identity/oidc/client/{name}", data=client)
    given = root.read(f"identity/oidc/client/{name}")["data"]
    keys = {"client_id": given["client_id"], "client_secret": given["client_secret"]}
    root.write_data(
        f"identity/oidc/provider/{name}", data={"allowed_client_ids": [keys["client_id"]], "scopes_supported": [name]}
    )
    assert name in root.list("identity/oidc/provider")["data"]["keys"]
    base = f"{server.address}/v1/identity/oidc/provider/{name}"
    told = requests.get(f"{base}/.well-known/openid-configuration").json()
    assert told["issuer"] == base
    ask = {
        "scope": f"openid {name}",
        "response_type": "code",
        "client_id": keys["client_id"],
        "redirect_uri": back,
        "state": "a state",
        "nonce": "a nonce",
    }
    # The authorization answers without the envelope, which hvac hands over as it is.
    answer = guest.adapter.get(f"/v1/identity/oidc/provider/{name}/authorize", params=ask)
    assert answer["state"] == "a state"
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": back}
    secret = (keys["client_id"], keys["client_secret"])
    issued = requests.post(told["token_endpoint"], data=form, auth=secret)
    assert issued.status_code == 200, issued.text
    claims = claims_of(issued.json()["id_token"])
    assert claims["sub"] == entity and claims["nonce"] == "a nonce" and claims["aud"] == keys["client_id"]
    shown = {"Authorization": f"Bearer {issued.json()['access_token']}"}
    user = requests.get(told["userinfo_endpoint"], headers=shown).json()
    assert user["sub"] == entity and user["name"].startswith("entity_")
    again = requests.post(told["token_endpoint"], data=form, auth=secret)
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"
    for kind in ("provider", "client", "assignment", "scope"):
        root.delete(f"identity/oidc/{kind}/{name}")
    root.sys.disable_auth_method(mount)


CHECKS = [tokens, provider]
