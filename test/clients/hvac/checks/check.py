"""What a check is given, and what it may say."""

import os
from contextlib import contextmanager

import hvac


class Skipped(Exception):
    """A check that cannot be made here, with the reason."""


def given(*names):
    """The values of these variables, by which the caller of the suite names other systems."""
    if any(not os.environ.get(name) for name in names):
        raise Skipped(f"not given: {', '.join(names)}")
    return [os.environ[name] for name in names]


class Checked:
    """The server under check, seen through clients that all list in the same way."""

    def __init__(self, address, token, mode, options):
        self.address = address
        self.mode = mode.lower().replace("_", "-")
        self.options = options
        self.root = self.client(token)

    def client(self, token=None, **options):
        """A client of its own: hvac keeps the token of a login. `options`: another address, certificates."""
        made = hvac.Client(**{"url": self.address, **self.options, **options})
        made.token = token
        return made

    def name(self, text):
        """A name no other run uses."""
        return f"{text}-{self.mode}"


@contextmanager
def refused(error, text=""):
    """Passes when the block fails with this error and these words."""
    try:
        yield
    except error as raised:
        assert text in str(raised), f"expected {text!r}, got {raised!s}"
    else:
        raise AssertionError("expected a refusal, and nothing failed")
