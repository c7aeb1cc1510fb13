"""hvac, the Python client, against a running server: `suite.py ADDRESS ROOT_TOKEN`.

Every check runs twice: with hvac's own LIST verb, and with `strict_http`, which lists by GET. One line a check, so that
the caller can count: `ok`, `not ok` or `skip`, then the check's name. Nothing here changes hvac.
"""

import importlib.metadata
import sys
import traceback

import hvac

from checks import (
    aws,
    cert,
    databases,
    github,
    identity,
    identity_tokens,
    jwt,
    kubernetes,
    kv,
    ldap,
    logins,
    second_factor,
    ssh,
    system,
    tokens,
)
from checks.check import Checked, Skipped

LOGINS = (logins, aws, cert, github, jwt, kubernetes, ldap, second_factor)
MODULES = (kv, tokens, *LOGINS, system, identity, identity_tokens, databases, ssh)


def run(address: str, token: str) -> int:
    """Runs all checks in both ways of listing; returns how many failed."""
    print(f"# hvac {importlib.metadata.version('hvac')}", flush=True)
    failed = 0
    for mode, options in (("LIST", {}), ("strict_http", {"strict_http": True})):
        server = Checked(address, token, mode, options)
        for module in MODULES:
            for check in module.CHECKS:
                name = f"{mode}: {check.__doc__}"
                try:
                    check(server)
                    print(f"ok {name}", flush=True)
                except Skipped as reason:
                    print(f"skip {name}: {reason}", flush=True)
                except Exception as error:
                    failed += 1
                    line = traceback.extract_tb(error.__traceback__)[1]
                    what = f"{type(error).__name__} {error}".replace("\n", " ")[:300]
                    print(f"not ok {name}: {what} ({line.name}, line {line.lineno}: {line.line})", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv[1], sys.argv[2]) else 0)
