"""Tokens and what is wrapped in one."""

from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

from .check import refused


def life(server):
    """tokens: creates, looks up, renews and revokes"""
    auth = server.root.auth.token
    made = auth.create(policies=["default"], ttl="1h", meta={"team": "a"}, display_name="ci")["auth"]
    token, accessor = made["client_token"], made["accessor"]
    assert made["lease_duration"] == 3600 and made["renewable"] is True
    found = auth.lookup(token)["data"]
    assert found["meta"] == {"team": "a"} and found["display_name"] == "token-ci" and found["orphan"] is False
    own = server.client(token)
    assert own.is_authenticated()
    assert own.auth.token.lookup_self()["data"]["id"] == token
    assert own.auth.token.renew_self(increment="30m")["auth"]["lease_duration"] == 1800
    assert auth.renew(token, increment="20m")["auth"]["lease_duration"] == 1200
    assert auth.lookup_accessor(accessor)["data"]["id"] == ""
    assert auth.renew_accessor(accessor, increment="10m")["auth"]["lease_duration"] == 600
    assert accessor in auth.list_accessors()["data"]["keys"]
    assert auth.revoke(token).status_code == 204
    with refused(Forbidden):
        own.auth.token.lookup_self()
    assert not own.is_authenticated()


def ends(server):
    """tokens: end by accessor, by themselves, and by their last use"""
    auth = server.root.auth.token
    made = auth.create(policies=["default"])["auth"]
    auth.revoke_accessor(made["accessor"])
    with refused(Forbidden):
        auth.lookup(made["client_token"])
    own = server.client(auth.create(policies=["default"])["auth"]["client_token"])
    own.logout(revoke_token=True)
    limited = server.client(auth.create(policies=["default"], num_uses=2)["auth"]["client_token"])
    assert limited.auth.token.lookup_self()["data"]["num_uses"] >= 0
    limited.auth.token.lookup_self()
    with refused(Forbidden):
        limited.auth.token.lookup_self()


def family(server):
    """tokens: end with their parent, except orphans"""
    auth = server.root.auth.token
    parent = auth.create(policies=["root"], ttl="1h")["auth"]["client_token"]
    below = server.client(parent).auth.token
    child = below.create(policies=["default"])["auth"]["client_token"]
    orphan = below.create_orphan(policies=["default"])["auth"]["client_token"]
    auth.revoke(parent)
    with refused(Forbidden):
        auth.lookup(child)
    assert auth.lookup(orphan)["data"]["orphan"] is True
    parent = auth.create(policies=["root"], ttl="1h")["auth"]["client_token"]
    child = server.client(parent).auth.token.create(policies=["default"])["auth"]["client_token"]
    auth.revoke_and_orphan_children(parent)
    assert auth.lookup(child)["data"]["orphan"] is True


def batch(server):
    """tokens: batch tokens work and cannot be renewed"""
    made = server.root.auth.token.create(policies=["default"], type="batch", ttl="1h")["auth"]
    assert made["token_type"] == "batch" and made["renewable"] is False and made["accessor"] == ""
    own = server.client(made["client_token"])
    assert own.auth.token.lookup_self()["data"]["type"] == "batch"
    with refused(InvalidRequest):
        own.auth.token.renew_self()


def roles(server):
    """tokens: roles bound what is made through them"""
    auth = server.root.auth.token
    role = server.name("ci")
    auth.create_or_update_role(role, allowed_policies=["default"], orphan=True, renewable=False)
    assert auth.read_role(role)["data"]["orphan"] is True
    assert role in auth.list_roles()["data"]["keys"]
    made = auth.create(role_name=role, policies=["default"])["auth"]
    assert made["orphan"] is True and made["renewable"] is False
    with refused(InvalidRequest):
        auth.create(role_name=role, policies=["other"])
    auth.delete_role(role)
    with refused(InvalidPath):
        auth.read_role(role)


def wrapping(server):
    """wrapping: an answer is unwrapped once"""
    secret = {"k": "v"}
    wrapped = server.root.sys.wrap(secret, ttl=60)["wrap_info"]
    assert wrapped["ttl"] == 60 and wrapped["creation_path"] == "sys/wrapping/wrap"
    assert server.client(wrapped["token"]).sys.unwrap()["data"] == secret
    with refused(InvalidRequest, "wrapping token is not valid or does not exist"):
        server.client(wrapped["token"]).sys.unwrap()
    again = server.root.sys.wrap(secret, ttl=60)["wrap_info"]
    assert server.root.sys.unwrap(again["token"])["data"] == secret


def wrapped_login(server):
    """wrapping: a wrapped token creation holds the token"""
    wrapped = server.root.auth.token.create(policies=["default"], wrap_ttl="1m")
    assert wrapped["auth"] is None and wrapped["wrap_info"]["wrapped_accessor"]
    made = server.client(wrapped["wrap_info"]["token"]).sys.unwrap()["auth"]
    assert made["accessor"] == wrapped["wrap_info"]["wrapped_accessor"]
    assert server.client(made["client_token"]).is_authenticated()


def cubbyhole(server):
    """cubbyhole: each token has its own"""
    one = server.client(server.root.auth.token.create(policies=["default"])["auth"]["client_token"])
    two = server.client(server.root.auth.token.create(policies=["default"])["auth"]["client_token"])
    one.write_data("cubbyhole/a", data={"k": "v"})
    assert one.read("cubbyhole/a")["data"] == {"k": "v"}
    assert one.list("cubbyhole")["data"]["keys"] == ["a"]
    assert two.read("cubbyhole/a") is None


CHECKS = [life, ends, family, batch, roles, wrapping, wrapped_login, cubbyhole]
