"""The environment variables that say where a server is; those of the command line, and a trial's."""

from __future__ import annotations

import os
import pathlib
from typing import Optional

from qalam._tls import TLS

# Of a trial, set by the server that runs it.
ADDRESS = "QALAM_ADDRESS"
TRIAL = "QALAM_TRIAL"
NAMESPACE = "QALAM_NAMESPACE"
# Of the user, as the command line reads them too.
SERVER = "QALAM_SERVER"
TOKEN = "QALAM_TOKEN"
TOKEN_FILE = "QALAM_TOKEN_FILE"
TLS_CA = "QALAM_TLS_CA"
TLS_CERTIFICATE = "QALAM_TLS_CLIENT_CERTIFICATE"
TLS_KEY = "QALAM_TLS_CLIENT_KEY"
DATABASE = "QALAM_DB"

_ALL = (
    ADDRESS,
    TRIAL,
    NAMESPACE,
    SERVER,
    TOKEN,
    TOKEN_FILE,
    TLS_CA,
    TLS_CERTIFICATE,
    TLS_KEY,
    DATABASE,
)


def server_address() -> Optional[str]:
    """Within a trial the server that runs it, else the one that the user names; None for none."""
    return os.environ.get(ADDRESS) or os.environ.get(SERVER) or None


def token() -> str:
    """What the server wants to see; empty for nothing.

    Raises:
        OSError: The file that should hold it cannot be read.
    """
    path = os.environ.get(TOKEN_FILE)
    if path:
        return pathlib.Path(path).read_text().strip()
    return os.environ.get(TOKEN, "")


def tls() -> Optional[TLS]:
    """Whom to trust on other machines and who one is there; None where no variable says so."""
    ca, certificate, key = (
        os.environ.get(name) or None for name in (TLS_CA, TLS_CERTIFICATE, TLS_KEY)
    )
    return TLS(ca, certificate, key) if ca or certificate or key else None


def without_any() -> dict[str, str]:
    """The environment for a server of one's own, which none of them is about."""
    return {name: value for name, value in os.environ.items() if name not in _ALL}
