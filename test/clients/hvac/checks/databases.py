"""Database credentials and their leases, in the PostgreSQL that POSTGRES_URL names."""

import os

from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

from .check import Skipped, refused

CREATE = ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"]


def engine(server, name):
    """A mount with one connection, open to every role."""
    url = os.environ.get("POSTGRES_URL")
    if not url:
        raise Skipped("no PostgreSQL runs here")
    mount = server.name(name)
    server.root.sys.enable_secrets_engine("database", path=mount)
    server.root.secrets.database.configure(
        "pg",
        "postgresql-database-plugin",
        allowed_roles="*",
        connection_url=url,
        username="vaultadmin",
        password=os.environ["POSTGRES_PASSWORD"],
        mount_point=mount,
    )
    return mount


def connections(server):
    """database: connections are configured, read, listed, reset and deleted"""
    mount, database = engine(server, "connections"), server.root.secrets.database
    assert database.list_connections(mount_point=mount)["data"]["keys"] == ["pg"]
    read = database.read_connection("pg", mount_point=mount)["data"]
    assert read["plugin_name"] == "postgresql-database-plugin" and "password" not in read["connection_details"]
    assert database.reset_connection("pg", mount_point=mount).status_code == 204
    with refused(InvalidRequest, "unable to find the database plugin"):
        database.configure("no", "no-such-plugin", mount_point=mount)
    database.delete_connection("pg", mount_point=mount)
    with refused(InvalidPath):
        database.list_connections(mount_point=mount)
    server.root.sys.disable_secrets_engine(mount)


def dynamic(server):
    """database: credentials are leased, renewed, looked up and revoked"""
    mount, root = engine(server, "dynamic"), server.root
    root.secrets.database.create_role("r", "pg", CREATE, default_ttl="1h", max_ttl="2h", mount_point=mount)
    assert root.secrets.database.read_role("r", mount_point=mount)["data"]["default_ttl"] == 3600
    made = root.secrets.database.generate_credentials("r", mount_point=mount)
    assert made["lease_duration"] == 3600 and made["renewable"] and made["data"]["username"].startswith("v-")
    lease = made["lease_id"]
    assert root.sys.read_lease(lease)["data"]["renewable"]
    assert root.sys.renew_lease(lease, increment=60)["lease_duration"] == 60
    assert root.sys.list_leases(f"{mount}/creds/r")["data"]["keys"] == [lease.rsplit("/", 1)[1]]
    root.sys.revoke_lease(lease)
    with refused(InvalidRequest, "invalid lease"):
        root.sys.read_lease(lease)
    root.secrets.database.generate_credentials("r", mount_point=mount)
    root.sys.revoke_prefix(f"{mount}/creds/r")
    with refused(InvalidPath):
        root.sys.list_leases(f"{mount}/creds/r")
    root.secrets.database.delete_role("r", mount_point=mount)
    with refused(InvalidRequest, "unknown role: r"):
        root.secrets.database.generate_credentials("r", mount_point=mount)
    root.sys.disable_secrets_engine(mount)


def with_their_token(server):
    """database: a token's credentials end with it"""
    mount, root = engine(server, "owned"), server.root
    root.secrets.database.create_role("r", "pg", CREATE, mount_point=mount)
    policy = server.name("owned")
    root.sys.create_or_update_policy(policy, f'path "{mount}/creds/r" {{ capabilities = ["read"] }}')
    guest = server.client(root.auth.token.create(policies=[policy])["auth"]["client_token"])
    lease = guest.secrets.database.generate_credentials("r", mount_point=mount)["lease_id"]
    guest.auth.token.revoke_self()
    with refused(InvalidRequest, "invalid lease"):
        root.sys.read_lease(lease)
    with refused(Forbidden):
        guest.secrets.database.generate_credentials("r", mount_point=mount)
    root.sys.delete_policy(policy)
    root.sys.disable_secrets_engine(mount)


CHECKS = [connections, dynamic, with_their_token]
