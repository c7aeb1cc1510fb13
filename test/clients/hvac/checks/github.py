"""Login with a token of GitHub; the GitHub at GITHUB_URL has ann in zeroth-org's core-team, and eve nowhere."""

from hvac.exceptions import InvalidRequest

from .check import given, refused


def login(server):
    """github: a token of a member becomes a token, with the policies of the team and the user"""
    (url,) = given("GITHUB_URL")
    root, mount = server.root, server.name("github")
    root.sys.enable_auth_method("github", path=mount)
    github = root.auth.github
    github.configure("zeroth-org", base_url=url, ttl="20m", mount_point=mount)
    config = github.read_configuration(mount_point=mount)["data"]
    assert config["organization"] == "zeroth-org" and config["token_ttl"] == 1200
    github.map_team("core-team", policies=["team"], mount_point=mount)
    github.map_user("ann", policies=["person"], mount_point=mount)
    assert github.read_team_mapping("core-team", mount_point=mount)["data"] == {"key": "core-team", "value": "team"}
    assert github.read_user_mapping("ann", mount_point=mount)["data"]["value"] == "person"
    assert github.read_user_mapping("bob", mount_point=mount)["data"] is None
    guest = server.client()
    auth = guest.auth.github.login("ghp_ann", mount_point=mount)["auth"]
    assert auth["policies"] == ["default", "person", "team"] and auth["lease_duration"] == 1200
    assert auth["metadata"] == {"org": "zeroth-org", "username": "ann"} and auth["entity_id"]
    assert guest.auth.token.renew_self()["auth"]["renewable"] is True
    for token in ("ghp_eve", "ghp_nobody"):
        with refused(InvalidRequest):
            server.client().auth.github.login(token, mount_point=mount)
    root.sys.disable_auth_method(mount)
    assert not guest.is_authenticated()


CHECKS = [login]
