"""Login with a client's certificate, over TLS: the server at TLS_ADDRESS, whose authority also signed the client's."""

from hvac.exceptions import InvalidRequest

from .check import given, refused


def login(server):
    """cert: a client's certificate becomes a token, where its authority and its names are those of the role"""
    address, ca, cert, key = given("TLS_ADDRESS", "TLS_CA", "TLS_CLIENT_CERT", "TLS_CLIENT_KEY")
    plain = {"url": address, "verify": ca}
    root, mount = server.client(server.root.token, **plain), server.name("cert")
    root.sys.enable_auth_method("cert", path=mount)
    with open(ca) as file:
        authority = file.read()
    method = root.auth.cert
    role = {"certificate": authority, "token_ttl": 1200, "mount_point": mount}
    method.create_ca_certificate_role("ann", allowed_common_names="ann", token_policies=["people"], **role)
    method.create_ca_certificate_role("bob", allowed_common_names="bob", **role)
    assert method.list_certificate_roles(mount_point=mount)["data"]["keys"] == ["ann", "bob"]
    assert method.read_ca_certificate_role("ann", mount_point=mount)["data"]["allowed_common_names"] == ["ann"]
    guest = server.client(**plain, cert=(cert, key))
    auth = guest.auth.cert.login("ann", cert_pem=cert, key_pem=key, mount_point=mount)["auth"]
    assert auth["policies"] == ["default", "people"] and auth["lease_duration"] == 1200
    assert auth["metadata"]["common_name"] == "ann" and auth["metadata"]["cert_name"] == "ann" and auth["entity_id"]
    assert guest.auth.token.renew_self()["auth"]["renewable"] is True
    with refused(InvalidRequest):
        guest.auth.cert.login("bob", cert_pem=cert, key_pem=key, mount_point=mount)
    stranger = server.client(guest.token, **plain)
    with refused(InvalidRequest):
        stranger.auth.token.renew_self()
    method.delete_certificate_role("bob", mount_point=mount)
    root.sys.disable_auth_method(mount)


CHECKS = [login]
