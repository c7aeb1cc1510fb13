"""hvac's own integration tests against a running server: `suite.py SOURCE ADDRESS ROOT_TOKEN`.

SOURCE is hvac's source distribution, unpacked. Its tests start a `vault` executable for each class; here they find a
server that already runs: the one at TLS_ADDRESS, whose authority is in the file TLS_CA, or the one at ADDRESS. Two files
of certificates are replaced (`settings.py`), and nothing else of the tests changes. One line a test, so that the caller
can count: `ok`, `not ok` or `skip`, then the test's name.
"""

import importlib.metadata
import os
import sys

import pytest

from differences import DIFFERENCES
from settings import prepare

AREAS = [
    f"tests/integration_tests/api/{name}.py"
    for name in (
        "auth_methods/test_approle",
        "auth_methods/test_aws",
        "auth_methods/test_cert",
        "auth_methods/test_github",
        "auth_methods/test_jwt",
        "auth_methods/test_kubernetes",
        "auth_methods/test_ldap",
        "auth_methods/test_oidc",
        "auth_methods/test_token",
        "secrets_engines/test_identity",
        "secrets_engines/test_kv_v1",
        "secrets_engines/test_kv_v2",
        "secrets_engines/test_pki",
        "secrets_engines/test_ssh",
        "secrets_engines/test_transit",
        "system_backend/test_audit",
        "system_backend/test_auth",
        "system_backend/test_leader",
        "system_backend/test_mount",
        "system_backend/test_policy",
        "system_backend/test_wrapping",
    )
]


class Running:
    """What hvac's tests know as their ServerManager: the server is already there."""

    address = root_token = None

    def __init__(self, *_, **__):
        from tests.utils import create_client

        self.client = create_client(url=self.address)

    def start(self):
        pass

    def initialize(self):
        self.client.token = self.root_token

    def unseal(self):
        pass

    def stop(self):
        pass


class Lines:
    """Prints a line for each test, and remembers whether one failed."""

    def __init__(self):
        self.failed = False

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.removeprefix("tests/integration_tests/api/")
        known = DIFFERENCES.get(name.split("/")[-1])
        if report.when == "call" and known:
            if report.failed:
                print(f"skip {name}: {known}", flush=True)
            else:
                self.not_ok(name, f"passes, though it is listed with: {known}")
        elif report.failed:
            self.not_ok(name, str(report.longrepr.reprcrash.message).replace("\n", " ")[:300])
        elif report.skipped:
            print(f"skip {name}: {report.longrepr[2]}", flush=True)
        elif report.when == "call":
            print(f"ok {name}", flush=True)

    def pytest_collectreport(self, report):
        if report.failed:
            self.not_ok(report.nodeid, str(report.longrepr).replace("\n", " ")[-300:])

    def not_ok(self, name, why):
        self.failed = True
        print(f"not ok {name}: {why}", flush=True)


def run(source, address, token):
    """Runs the areas; returns whether one of their tests failed."""
    print(f"# hvac's own integration tests {importlib.metadata.version('hvac')}", flush=True)
    os.chdir(source)
    sys.path.insert(0, source)
    prepare("tests/config_files", os.environ.get("TLS_CA"))
    import tests.utils
    from tests.utils import hvac_integration_test_case

    address = os.environ.get("TLS_ADDRESS", address)
    Running.address, Running.root_token = address, token
    hvac_integration_test_case.ServerManager = Running
    server = tests.utils.create_client(url=address)
    # hvac asks the executable for its version.
    tests.utils.get_vault_version_string.cache = server.sys.read_health_status(method="GET")["version"]
    lines = Lines()
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=", "-W", "ignore"]
    chosen = os.environ.get("ONLY", "")
    pytest.main([*quiet, "-k", chosen, *AREAS], plugins=[lines])
    return lines.failed


if __name__ == "__main__":
    sys.exit(1 if run(*sys.argv[1:]) else 0)
