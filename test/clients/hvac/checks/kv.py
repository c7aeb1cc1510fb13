"""Key and value stores, both versions."""

from hvac.exceptions import InvalidPath, InvalidRequest

from .check import refused


def second(server):
    """KV v2: writes, reads, lists, deletes, restores and destroys versions"""
    kv = server.root.secrets.kv.v2
    path = server.name("app") + "/db"
    assert kv.create_or_update_secret(path, {"password": "one"}, cas=0)["data"]["version"] == 1
    assert kv.create_or_update_secret(path, {"password": "two"})["data"]["version"] == 2
    read = kv.read_secret_version(path, raise_on_deleted_version=True)
    assert read["data"]["data"] == {"password": "two"}
    assert kv.read_secret_version(path, version=1, raise_on_deleted_version=True)["data"]["data"] == {"password": "one"}
    assert kv.list_secrets(server.name("app"))["data"]["keys"] == ["db"]
    assert server.name("app") + "/" in kv.list_secrets("")["data"]["keys"]
    assert kv.delete_latest_version_of_secret(path).status_code == 204
    with refused(InvalidPath):
        kv.read_secret_version(path, raise_on_deleted_version=True)
    deleted = kv.read_secret_version(path, raise_on_deleted_version=False)
    assert deleted["data"]["data"] is None and deleted["data"]["metadata"]["deletion_time"]
    assert kv.undelete_secret_versions(path, [2]).status_code == 204
    assert kv.delete_secret_versions(path, [1]).status_code == 204
    assert kv.destroy_secret_versions(path, [1]).status_code == 204
    assert kv.read_secret_metadata(path)["data"]["versions"]["1"]["destroyed"] is True
    assert kv.delete_metadata_and_all_versions(path).status_code == 204
    with refused(InvalidPath):
        kv.list_secrets(server.name("app"))


def check_and_set(server):
    """KV v2: refuses a write whose check-and-set does not match"""
    kv = server.root.secrets.kv.v2
    kv.create_or_update_secret(server.name("cas"), {"k": "1"})
    with refused(InvalidRequest, "check-and-set parameter did not match the current version"):
        kv.create_or_update_secret(server.name("cas"), {"k": "2"}, cas=0)


def patch(server):
    """KV v2: patches one key and keeps the others"""
    kv = server.root.secrets.kv.v2
    kv.create_or_update_secret(server.name("patch"), {"a": "1", "b": "2"})
    kv.patch(server.name("patch"), {"b": "3"})
    assert kv.read_secret_version(server.name("patch"))["data"]["data"] == {"a": "1", "b": "3"}
    with refused(InvalidPath):
        kv.patch(server.name("nothing"), {"b": "3"})


def metadata(server):
    """KV v2: keeps custom metadata and limits of a secret"""
    kv = server.root.secrets.kv.v2
    path = server.name("metadata")
    answer = kv.update_metadata(path, max_versions=3, cas_required=True, custom_metadata={"owner": "ann"})
    assert answer.status_code == 204
    data = kv.read_secret_metadata(path)["data"]
    assert (data["max_versions"], data["cas_required"], data["custom_metadata"]) == (3, True, {"owner": "ann"})


def configuration(server):
    """KV v2: configures a store"""
    mount = server.name("configured")
    server.root.sys.enable_secrets_engine("kv", path=mount, options={"version": "2"})
    kv = server.root.secrets.kv.v2
    kv.configure(max_versions=2, mount_point=mount)
    assert kv.read_configuration(mount_point=mount)["data"]["max_versions"] == 2
    for value in ("1", "2", "3"):
        kv.create_or_update_secret("a", {"k": value}, mount_point=mount)
    assert sorted(kv.read_secret_metadata("a", mount_point=mount)["data"]["versions"]) == ["2", "3"]
    server.root.sys.disable_secrets_engine(mount)


def first(server):
    """KV v1: writes, reads, lists and deletes"""
    mount = server.name("first")
    server.root.sys.enable_secrets_engine("kv", path=mount, options={"version": "1"})
    kv = server.root.secrets.kv.v1
    assert kv.create_or_update_secret("a/b", {"k": "v"}, mount_point=mount).status_code == 204
    read = kv.read_secret("a/b", mount_point=mount)
    assert read["data"] == {"k": "v"} and read["lease_duration"] == 2764800
    assert kv.list_secrets("", mount_point=mount)["data"]["keys"] == ["a/"]
    assert kv.list_secrets("a", mount_point=mount)["data"]["keys"] == ["b"]
    kv.delete_secret("a/b", mount_point=mount)
    with refused(InvalidPath):
        kv.read_secret("a/b", mount_point=mount)
    server.root.sys.disable_secrets_engine(mount)


def any_path(server):
    """any path: reads, lists, writes and deletes without a helper"""
    path = server.name("any")
    server.root.write_data(f"secret/data/{path}/a", data={"data": {"k": "v"}})
    assert server.root.read(f"secret/data/{path}/a")["data"]["data"] == {"k": "v"}
    assert server.root.list(f"secret/metadata/{path}")["data"]["keys"] == ["a"]
    server.root.delete(f"secret/metadata/{path}/a")
    assert server.root.read(f"secret/data/{path}/a") is None
    assert server.root.list(f"secret/metadata/{path}") is None


def names(server):
    """KV v2: keeps spaces, unicode and signs in a secret's name"""
    kv = server.root.secrets.kv.v2
    folder = server.name("signs")
    for name in ("a b", "clé", "a@b+c", "100%", "q?x"):
        kv.create_or_update_secret(f"{folder}/{name}", {"k": name})
        assert kv.read_secret_version(f"{folder}/{name}")["data"]["data"] == {"k": name}
    assert kv.list_secrets(folder)["data"]["keys"] == sorted(["a b", "clé", "a@b+c", "100%", "q?x"])


CHECKS = [second, check_and_set, patch, metadata, configuration, first, any_path, names]
