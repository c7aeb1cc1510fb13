"""Login with a name and a password of a directory; the one at LDAP_URL has alice in the group g-dev."""

from hvac.exceptions import InvalidRequest

from .check import given, refused

BASE = "dc=golden,dc=test"


def login(server):
    """ldap: a name and a password of the directory become a token, with the policies of groups and users"""
    (url,) = given("LDAP_URL")
    root, mount = server.root, server.name("ldap")
    root.sys.enable_auth_method("ldap", path=mount)
    ldap = root.auth.ldap
    ldap.configure(
        url=url,
        binddn=f"cn=binder,{BASE}",
        bindpass="binder-pw",
        userdn=f"ou=people,{BASE}",
        groupdn=f"ou=groups,{BASE}",
        token_ttl="20m",
        mount_point=mount,
    )
    config = ldap.read_configuration(mount_point=mount)["data"]
    assert config["url"] == url and config["token_ttl"] == 1200 and "bindpass" not in config
    ldap.create_or_update_group("g-dev", policies=["dev"], mount_point=mount)
    ldap.create_or_update_user("alice", policies=["person"], groups=["local"], mount_point=mount)
    ldap.create_or_update_group("local", policies=["here"], mount_point=mount)
    assert ldap.list_groups(mount_point=mount)["data"]["keys"] == ["g-dev", "local"]
    assert ldap.read_user("alice", mount_point=mount)["data"] == {"groups": "local", "policies": ["person"]}
    guest = server.client()
    auth = guest.auth.ldap.login("alice", "alice-pw", mount_point=mount)["auth"]
    assert auth["policies"] == ["default", "dev", "here", "person"] and auth["lease_duration"] == 1200
    assert auth["metadata"] == {"username": "alice"} and auth["entity_id"]
    assert guest.auth.token.renew_self()["auth"]["renewable"] is True
    for name, password in (("alice", "bob-pw"), ("alice", ""), ("nobody", "alice-pw"), ("*", "alice-pw")):
        with refused(InvalidRequest):
            server.client().auth.ldap.login(name, password, mount_point=mount)
    ldap.delete_user("alice", mount_point=mount)
    ldap.delete_group("local", mount_point=mount)
    assert ldap.list_groups(mount_point=mount)["data"]["keys"] == ["g-dev"]
    root.sys.disable_auth_method(mount)
    assert not guest.is_authenticated()


CHECKS = [login]
