"""Mounts, methods, policies, leases, audit devices and the server's state."""

from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

from .check import refused


def state(server):
    """state: health by HEAD and by GET, seal status, initialization, leader"""
    system = server.root.sys
    assert system.read_health_status().status_code == 200
    assert system.read_health_status(method="GET")["initialized"] is True
    assert system.is_initialized() and not system.is_sealed()
    assert system.read_seal_status()["recovery_seal"] is True
    assert system.read_leader_status()["ha_enabled"] in (True, False)
    assert system.get_encryption_key_status()["data"]["term"] >= 1
    assert server.root.ha_status is not None


def mounts(server):
    """mounts: enables, reads, tunes, moves and disables"""
    system = server.root.sys
    one, two = server.name("one"), server.name("two")
    system.enable_secrets_engine("kv", path=one, description="a store", options={"version": "1"})
    assert system.list_mounted_secrets_engines()["data"][f"{one}/"]["description"] == "a store"
    assert system.retrieve_mount_option(one, "version") == "1"
    system.tune_mount_configuration(one, default_lease_ttl="1h", max_lease_ttl="2h", description="tuned")
    tuned = system.read_mount_configuration(one)["data"]
    assert (tuned["default_lease_ttl"], tuned["max_lease_ttl"], tuned["description"]) == (3600, 7200, "tuned")
    server.root.write_data(f"{one}/a", data={"k": "v"})
    system.move_backend(one, two)
    assert server.root.read(f"{two}/a")["data"] == {"k": "v"}
    system.disable_secrets_engine(two)
    assert f"{two}/" not in system.list_mounted_secrets_engines()["data"]
    system.enable_secrets_engine("kv", path=one)
    with refused(InvalidRequest, "path is already in use at"):
        system.enable_secrets_engine("kv", path=one)
    system.disable_secrets_engine(one)


def methods(server):
    """auth methods: enables, tunes and disables"""
    system, path = server.root.sys, server.name("people")
    system.enable_auth_method("userpass", path=path, description="people")
    assert system.list_auth_methods()["data"][f"{path}/"]["accessor"].startswith("auth_userpass_")
    system.tune_auth_method(path, default_lease_ttl="10m", description="the people")
    tuned = system.read_auth_method_tuning(path)["data"]
    assert tuned["default_lease_ttl"] == 600 and tuned["token_type"] == "default-service"
    system.disable_auth_method(path)
    assert f"{path}/" not in system.list_auth_methods()["data"]


def policies(server):
    """policies: the older and the newer path, as text and as JSON"""
    system, name = server.root.sys, server.name("readers")
    text = 'path "secret/data/open/*" {\n  capabilities = ["read"]\n}\n'
    system.create_or_update_policy(name, text)
    assert system.read_policy(name)["data"]["rules"] == text
    assert name in system.list_policies()["data"]["policies"]
    data = system.read_acl_policy(name)["data"]
    assert (data["name"], data["policy"]) == (name, text)
    assert (data["version"], data["cas_required"]) == (1, False)
    assert name in system.list_acl_policies()["data"]["keys"]
    system.create_or_update_acl_policy(name, {"path": {"secret/data/open/*": {"capabilities": ["read", "list"]}}})
    assert "list" in server.root.get_policy(name)
    system.delete_acl_policy(name)
    with refused(InvalidPath):
        system.read_acl_policy(name)


def enforcement(server):
    """policies: hold for a token, and show as capabilities"""
    system, name = server.root.sys, server.name("narrow")
    folder = server.name("open")
    system.create_or_update_acl_policy(name, f'path "secret/data/{folder}/*" {{ capabilities = ["read"] }}')
    server.root.secrets.kv.v2.create_or_update_secret(f"{folder}/a", {"k": "v"})
    made = server.root.auth.token.create(policies=[name])["auth"]
    guest = server.client(made["client_token"])
    path = f"secret/data/{folder}/a"
    assert guest.secrets.kv.v2.read_secret_version(f"{folder}/a")["data"]["data"] == {"k": "v"}
    with refused(Forbidden, "permission denied"):
        guest.secrets.kv.v2.create_or_update_secret(f"{folder}/a", {"k": "x"})
    assert guest.sys.get_capabilities([path])["data"][path] == ["read"]
    assert system.get_capabilities([path], token=made["client_token"])["data"][path] == ["read"]
    assert system.get_capabilities([path], accessor=made["accessor"])["data"][path] == ["read"]


def leases(server):
    """leases: those of logins are listed, read and revoked"""
    root, mount = server.root, server.name("leased")
    root.sys.enable_auth_method("userpass", path=mount)
    root.auth.userpass.create_or_update_user("ann", password="a password", mount_point=mount)
    login = f"auth/{mount}/login/ann"
    guest = server.client()
    guest.auth.userpass.login("ann", "a password", mount_point=mount)
    [key] = root.sys.list_leases(login)["data"]["keys"]
    read = root.sys.read_lease(f"{login}/{key}")["data"]
    assert read["id"] == f"{login}/{key}" and read["ttl"] > 0
    with refused(InvalidRequest, "tokens cannot be renewed through this endpoint"):
        root.sys.renew_lease(f"{login}/{key}")
    root.sys.revoke_lease(f"{login}/{key}")
    assert not guest.is_authenticated()
    guest.auth.userpass.login("ann", "a password", mount_point=mount)
    root.sys.revoke_prefix(f"auth/{mount}/login")
    assert not guest.is_authenticated()
    with refused(InvalidPath):
        root.sys.list_leases(login)
    with refused(InvalidRequest, "invalid lease"):
        root.sys.read_lease("no/such/lease")
    root.sys.revoke_force(f"auth/{mount}/login")
    root.sys.disable_auth_method(mount)


def audit(server):
    """audit devices: enables, lists, hashes and disables"""
    system, path = server.root.sys, server.name("trail")
    system.enable_audit_device("file", path=path, description="a trail", options={"file_path": "stdout"})
    assert system.list_enabled_audit_devices()["data"][f"{path}/"]["type"] == "file"
    one = system.calculate_hash(path, "a value")["data"]["hash"]
    assert one.startswith("hmac-sha256:") and one == system.calculate_hash(path, "a value")["data"]["hash"]
    system.disable_audit_device(path)
    assert f"{path}/" not in system.list_enabled_audit_devices()["data"]


CHECKS = [state, mounts, methods, policies, enforcement, leases, audit]
