"""Entities, their aliases, and groups."""

from hvac.exceptions import InvalidPath

from .check import refused


def entities(server):
    """identity: entities by id and by name"""
    identity, name = server.root.secrets.identity, server.name("ann")
    made = identity.create_or_update_entity(name, metadata={"team": "a"}, policies=["default"])["data"]
    found = identity.read_entity(made["id"])["data"]
    assert found["name"] == name and found["metadata"] == {"team": "a"} and found["policies"] == ["default"]
    assert identity.read_entity_by_name(name)["data"]["id"] == made["id"]
    identity.update_entity(made["id"], metadata={"team": "b"})
    assert identity.read_entity(made["id"])["data"]["metadata"] == {"team": "b"}
    identity.create_or_update_entity_by_name(name, disabled=True)
    assert identity.read_entity_by_name(name)["data"]["disabled"] is True
    for method in ("LIST", "GET"):
        assert made["id"] in identity.list_entities(method=method)["data"]["keys"]
        assert name in identity.list_entities_by_name(method=method)["data"]["keys"]
    assert identity.lookup_entity(name=name)["data"]["id"] == made["id"]
    identity.delete_entity(made["id"])
    with refused(InvalidPath):
        identity.read_entity(made["id"])


def aliases(server):
    """identity: an alias makes a login the entity's"""
    root, mount, identity = server.root, server.name("aliased"), server.root.secrets.identity
    root.sys.enable_auth_method("userpass", path=mount)
    accessor = root.sys.list_auth_methods()["data"][f"{mount}/"]["accessor"]
    root.auth.userpass.create_or_update_user("ann", password="a password", mount_point=mount)
    entity = identity.create_or_update_entity(server.name("aliased-ann"), policies=["default"])["data"]["id"]
    alias = identity.create_or_update_entity_alias("ann", canonical_id=entity, mount_accessor=accessor)["data"]["id"]
    assert identity.read_entity_alias(alias)["data"]["canonical_id"] == entity
    assert alias in identity.list_entity_aliases()["data"]["keys"]
    found = identity.lookup_entity(alias_name="ann", alias_mount_accessor=accessor)["data"]
    assert found["id"] == entity and found["aliases"][0]["mount_path"] == f"auth/{mount}/"
    login = server.client().auth.userpass.login("ann", "a password", mount_point=mount)["auth"]
    assert login["entity_id"] == entity and login["identity_policies"] == ["default"]
    identity.delete_entity_alias(alias)
    with refused(InvalidPath):
        identity.read_entity_alias(alias)
    root.sys.disable_auth_method(mount)
    identity.delete_entity(entity)


def merging(server):
    """identity: merges two entities into one"""
    identity = server.root.secrets.identity
    one = identity.create_or_update_entity(server.name("one"))["data"]["id"]
    two = identity.create_or_update_entity(server.name("two"))["data"]["id"]
    identity.merge_entities(from_entity_ids=[one], to_entity_id=two)
    assert identity.read_entity(two)["data"]["merged_entity_ids"] == [one]
    with refused(InvalidPath):
        identity.read_entity(one)


def groups(server):
    """identity: a group's policy reaches its members at once"""
    root, identity, name = server.root, server.root.secrets.identity, server.name("team")
    entity = identity.create_or_update_entity(server.name("member"))["data"]["id"]
    group = identity.create_or_update_group(name, policies=["default"], member_entity_ids=[entity])["data"]["id"]
    assert identity.read_group(group)["data"]["member_entity_ids"] == [entity]
    assert identity.read_group_by_name(name)["data"]["id"] == group
    assert identity.read_entity(entity)["data"]["group_ids"] == [group]
    for method in ("LIST", "GET"):
        assert group in identity.list_groups(method=method)["data"]["keys"]
        assert name in identity.list_groups_by_name(method=method)["data"]["keys"]
    identity.update_group(group, name, policies=["other"])
    assert identity.read_group(group)["data"]["policies"] == ["other"]
    assert identity.lookup_group(group_id=group)["data"]["name"] == name
    identity.delete_group(group)
    with refused(InvalidPath):
        identity.read_group(group)


def group_aliases(server):
    """identity: an external group has an alias"""
    root, identity, mount = server.root, server.root.secrets.identity, server.name("outside")
    root.sys.enable_auth_method("userpass", path=mount)
    accessor = root.sys.list_auth_methods()["data"][f"{mount}/"]["accessor"]
    group = identity.create_or_update_group(server.name("outside"), group_type="external")["data"]["id"]
    alias = identity.create_or_update_group_alias(server.name("crew"), mount_accessor=accessor, canonical_id=group)
    alias_id = alias["data"]["id"]
    assert identity.read_group_alias(alias_id)["data"]["canonical_id"] == group
    assert alias_id in identity.list_group_aliases()["data"]["keys"]
    identity.delete_group_alias(alias_id)
    identity.delete_group(group)
    root.sys.disable_auth_method(mount)


CHECKS = [entities, aliases, merging, groups, group_aliases]
