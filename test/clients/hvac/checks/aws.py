"""
Login with an AWS identity: hvac signs for STS as it would for AWS, and the dev server's embedded STS judges; an instance
shows what its metadata service says of it.
"""

import base64
import os

import requests
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

from .check import Skipped, given, refused

ACCOUNT = os.environ.get("AWS_ACCOUNT_ID", "")
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:user/administrator"


def keys():
    """The access key the caller gives this suite."""
    if not ACCOUNT:
        raise Skipped("no AWS identity is given")
    return os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]


def prepared(server, name, **role):
    """A mount with one role bound to the caller's identity."""
    mount = server.name(name)
    server.root.sys.enable_auth_method("aws", path=mount)
    server.root.auth.aws.create_role(
        "dev", auth_type="iam", bound_iam_principal_arn=[PRINCIPAL], policies=["default"], mount_point=mount, **role
    )
    return mount


def login(server):
    """AWS: a signed identity becomes a token"""
    access, secret = keys()
    mount = prepared(server, "aws")
    aws = server.root.auth.aws
    assert aws.list_roles(mount_point=mount)["keys"] == ["dev"]
    assert aws.read_role("dev", mount_point=mount)["bound_iam_principal_arn"] == [PRINCIPAL]
    guest = server.client()
    auth = guest.auth.aws.iam_login(access, secret, role="dev", mount_point=mount)["auth"]
    assert auth["policies"] == ["default"] and auth["metadata"]["account_id"] == ACCOUNT and auth["entity_id"]
    assert guest.auth.token.lookup_self()["data"]["path"] == f"auth/{mount}/login"
    assert guest.auth.token.renew_self()["auth"]["renewable"] is True
    with refused(InvalidRequest):
        server.client().auth.aws.iam_login(access, secret, role="other", mount_point=mount)
    server.root.sys.disable_auth_method(mount)
    assert not guest.is_authenticated()


def wrong_secret(server):
    """AWS: a signature made with another secret is refused"""
    access, _ = keys()
    mount = prepared(server, "aws-secret")
    with refused((InvalidRequest, Forbidden)):
        server.client().auth.aws.iam_login(access, "another secret", role="dev", mount_point=mount)
    server.root.sys.disable_auth_method(mount)


def server_id(server):
    """AWS: a mount may ask that its own name be signed"""
    access, secret = keys()
    mount = prepared(server, "aws-named")
    server.root.auth.aws.configure(iam_server_id_header_value="zeroth.example", mount_point=mount)
    with refused(InvalidRequest):
        server.client().auth.aws.iam_login(access, secret, role="dev", mount_point=mount)
    guest = server.client()
    guest.auth.aws.iam_login(access, secret, header_value="zeroth.example", role="dev", mount_point=mount)
    assert guest.is_authenticated()
    server.root.sys.disable_auth_method(mount)


def pkcs7():
    """The signed document of the instance this runs on, as far as its metadata service says."""
    (url,) = given("AWS_EC2_METADATA_SERVICE_ENDPOINT")
    session = requests.put(f"{url}/latest/api/token", headers={"x-aws-ec2-metadata-token-ttl-seconds": "60"}).text
    shown = {"x-aws-ec2-metadata-token": session}
    return requests.get(f"{url}/latest/dynamic/instance-identity/rsa2048", headers=shown).text.replace("\n", "")


def instance(server):
    """AWS: an instance's signed document becomes a token; access list, role tags, deny list, tidy"""
    (certificate,) = given("EC2_CERTIFICATE")
    document, mount = pkcs7(), server.name("aws-ec2")
    server.root.sys.enable_auth_method("aws", path=mount)
    aws = server.root.auth.aws
    aws.create_certificate_configuration("own", certificate, mount_point=mount)
    assert aws.list_certificate_configurations(mount_point=mount)["keys"] == ["own"]
    aws.create_role("fleet", auth_type="ec2", bound_account_id=ACCOUNT, policies=["fleet"], mount_point=mount)
    guest = server.client()
    auth = guest.auth.aws.ec2_login(document, role="fleet", mount_point=mount)["auth"]
    assert auth["policies"] == ["default", "fleet"] and auth["metadata"]["auth_type"] == "ec2"
    assert guest.auth.token.renew_self()["auth"]["renewable"] is True
    nonce = auth["metadata"]["nonce"]
    with refused(InvalidRequest, "client nonce mismatch"):
        server.client().auth.aws.ec2_login(document, nonce="another", role="fleet", mount_point=mount)
    server.client().auth.aws.ec2_login(document, nonce=nonce, role="fleet", mount_point=mount)
    (known,) = aws.list_identity_whitelist(mount_point=mount)["keys"]
    assert aws.read_identity_whitelist(known, mount_point=mount)["role"] == "fleet"
    aws.delete_identity_whitelist_entries(known, mount_point=mount)
    with refused(InvalidPath):
        aws.read_identity_whitelist(known, mount_point=mount)

    aws.create_role("tagged", auth_type="ec2", role_tag="VaultRole", bound_region=["us-east-1"], mount_point=mount)
    tag = aws.create_role_tags("tagged", policies=["default"], max_ttl="1h", mount_point=mount)["data"]
    assert tag["tag_key"] == "VaultRole" and tag["tag_value"].startswith("v1:")
    # hvac makes two slashes in a row one, and a signature may hold such; the base64 of a tag has none.
    named = base64.b64encode(tag["tag_value"].encode()).decode()
    aws.place_role_tags_in_blacklist(named, mount_point=mount)
    assert aws.list_blacklist_tags(mount_point=mount)["keys"] == [tag["tag_value"]]
    assert aws.read_role_tag_blacklist(named, mount_point=mount)["expiration_time"]
    aws.delete_blacklist_tags(named, mount_point=mount)
    with refused(InvalidPath):
        aws.read_role_tag_blacklist(named, mount_point=mount)

    aws.configure_identity_whitelist_tidy(safety_buffer="24h", mount_point=mount)
    assert aws.read_identity_whitelist_tidy(mount_point=mount)["safety_buffer"] == 86400
    aws.configure_role_tag_blacklist_tidy(disable_periodic_tidy=True, mount_point=mount)
    assert aws.read_role_tag_blacklist_tidy(mount_point=mount)["disable_periodic_tidy"] is True
    aws.tidy_identity_whitelist_entries(mount_point=mount)
    aws.tidy_blacklist_tags(mount_point=mount)
    server.root.sys.disable_auth_method(mount)


CHECKS = [login, wrong_secret, server_id, instance]
