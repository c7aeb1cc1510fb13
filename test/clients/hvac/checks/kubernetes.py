"""Login with a service account's token; the cluster at KUBERNETES_URL reviews it, and knows g-app in g-prod."""

from hvac.exceptions import Forbidden, InvalidPath

from .check import given, refused


def login(server):
    """kubernetes: a service account's token becomes a token, by its reviewer's and by its own right"""
    url, ca, jwt, reviewer = given("KUBERNETES_URL", "KUBERNETES_CA", "KUBERNETES_JWT", "KUBERNETES_REVIEWER_JWT")
    with open(ca) as file:
        certificate = file.read()
    root, mount = server.root, server.name("kubernetes")
    root.sys.enable_auth_method("kubernetes", path=mount)
    kubernetes = root.auth.kubernetes
    with refused(InvalidPath):
        kubernetes.read_config(mount_point=mount)
    for reviewed_by in (reviewer, None):
        kubernetes.configure(
            kubernetes_host=url,
            kubernetes_ca_cert=certificate,
            token_reviewer_jwt=reviewed_by,
            disable_local_ca_jwt=True,
            mount_point=mount,
        )
        config = kubernetes.read_config(mount_point=mount)
        assert config["kubernetes_host"] == url and config["kubernetes_ca_cert"] == certificate
        assert config["token_reviewer_jwt_set"] is (reviewed_by is not None) and "token_reviewer_jwt" not in config
        kubernetes.create_role(
            "app",
            bound_service_account_names=["g-*"],
            bound_service_account_namespaces=["g-prod"],
            alias_name_source="serviceaccount_name",
            policies=["app"],
            ttl="20m",
            mount_point=mount,
        )
        guest = server.client()
        auth = guest.auth.kubernetes.login("app", jwt, mount_point=mount)["auth"]
        assert auth["policies"] == ["app", "default"] and auth["lease_duration"] == 1200 and auth["entity_id"]
        assert auth["metadata"]["service_account_name"] == "g-app" and auth["metadata"]["role"] == "app"
        assert guest.auth.token.renew_self()["auth"]["renewable"] is True
    assert kubernetes.list_roles(mount_point=mount)["keys"] == ["app"]
    kubernetes.create_role(
        "dev", bound_service_account_names=["*"], bound_service_account_namespaces=["g-dev"], mount_point=mount
    )
    assert kubernetes.read_role("dev", mount_point=mount)["bound_service_account_namespaces"] == ["g-dev"]
    with refused(Forbidden):
        server.client().auth.kubernetes.login("dev", jwt, mount_point=mount)
    kubernetes.delete_role("dev", mount_point=mount)
    with refused(InvalidPath):
        kubernetes.read_role("dev", mount_point=mount)
    root.sys.disable_auth_method(mount)
    assert not guest.is_authenticated()


CHECKS = [login]
