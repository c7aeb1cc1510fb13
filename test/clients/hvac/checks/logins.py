"""Methods one logs in with."""

from hvac.exceptions import InvalidPath, InvalidRequest

from .check import refused


def approle(server):
    """AppRole: a role, its secret ids, and a login"""
    root, mount, role = server.root, server.name("approle"), "web"
    root.sys.enable_auth_method("approle", path=mount)
    auth = root.auth.approle
    auth.create_or_update_approle(
        role, token_policies=["default"], token_ttl="20m", secret_id_num_uses=5, mount_point=mount
    )
    data = auth.read_role(role, mount_point=mount)["data"]
    assert data["token_ttl"] == 1200 and data["token_policies"] == ["default"] and data["bind_secret_id"] is True
    assert auth.list_roles(mount_point=mount)["data"]["keys"] == [role]
    auth.update_role_id(role, server.name("the-web"), mount_point=mount)
    role_id = auth.read_role_id(role, mount_point=mount)["data"]["role_id"]
    assert role_id == server.name("the-web")
    secret = auth.generate_secret_id(role, metadata={"from": "ci"}, mount_point=mount)["data"]
    secret_id, accessor = secret["secret_id"], secret["secret_id_accessor"]
    assert auth.list_secret_id_accessors(role, mount_point=mount)["data"]["keys"] == [accessor]
    assert auth.read_secret_id(role, secret_id, mount_point=mount)["data"]["metadata"] == {"from": "ci"}
    assert auth.read_secret_id_accessor(role, accessor, mount_point=mount)["data"]["secret_id_num_uses"] == 5
    guest = server.client()
    login = guest.auth.approle.login(role_id, secret_id, mount_point=mount)["auth"]
    assert login["lease_duration"] == 1200 and login["metadata"]["role_name"] == role
    assert guest.auth.token.lookup_self()["data"]["path"] == f"auth/{mount}/login"
    auth.destroy_secret_id(role, secret_id, mount_point=mount)
    with refused(InvalidRequest, "invalid role or secret ID"):
        server.client().auth.approle.login(role_id, secret_id, mount_point=mount)
    chosen = auth.create_custom_secret_id(role, "chosen-by-hand", mount_point=mount)["data"]
    assert chosen["secret_id"] == "chosen-by-hand"
    auth.destroy_secret_id_accessor(role, chosen["secret_id_accessor"], mount_point=mount)
    auth.delete_role(role, mount_point=mount)
    with refused(InvalidPath):
        auth.read_role(role, mount_point=mount)
    root.sys.disable_auth_method(mount)


def wrapped_secret(server):
    """AppRole: a secret id handed over in a wrapping token"""
    root, mount = server.root, server.name("approle-wrapped")
    root.sys.enable_auth_method("approle", path=mount)
    auth = root.auth.approle
    auth.create_or_update_approle("web", token_policies=["default"], mount_point=mount)
    wrapped = auth.generate_secret_id("web", wrap_ttl="60s", mount_point=mount)["wrap_info"]
    assert wrapped["creation_path"] == f"auth/{mount}/role/web/secret-id"
    secret_id = server.client(wrapped["token"]).sys.unwrap()["data"]["secret_id"]
    role_id = auth.read_role_id("web", mount_point=mount)["data"]["role_id"]
    assert server.client().auth.approle.login(role_id, secret_id, mount_point=mount)["auth"]["policies"] == ["default"]
    root.sys.disable_auth_method(mount)


def userpass(server):
    """userpass: users, passwords and a login"""
    root, mount = server.root, server.name("userpass")
    root.sys.enable_auth_method("userpass", path=mount)
    auth = root.auth.userpass
    auth.create_or_update_user("ann", password="first password", policies=["default"], mount_point=mount)
    assert auth.list_user(mount_point=mount)["data"]["keys"] == ["ann"]
    assert "default" in auth.read_user("ann", mount_point=mount)["data"]["policies"]
    auth.update_password_on_user("ann", "second password", mount_point=mount)
    guest = server.client()
    login = guest.auth.userpass.login("ann", "second password", mount_point=mount)["auth"]
    assert login["metadata"] == {"username": "ann"} and login["entity_id"]
    assert guest.is_authenticated()
    with refused(InvalidRequest, "invalid username or password"):
        server.client().auth.userpass.login("ann", "first password", mount_point=mount)
    auth.delete_user("ann", mount_point=mount)
    with refused(InvalidPath):
        auth.read_user("ann", mount_point=mount)
    root.sys.disable_auth_method(mount)


CHECKS = [approle, wrapped_secret, userpass]
