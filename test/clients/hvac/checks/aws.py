"""Login with an AWS identity: hvac signs for STS as it would for AWS; the dev server's embedded STS judges."""

import os

from hvac.exceptions import Forbidden, InvalidRequest

from .check import Skipped, refused

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


CHECKS = [login, wrong_secret, server_id]
