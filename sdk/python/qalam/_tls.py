"""How a connection is encrypted and to whom it may be made in the clear."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Any, Optional, Union


@dataclasses.dataclass(frozen=True)
class TLS:
    """Whom to trust and who one is.

    Args:
        ca: A PEM file of the authorities to trust; None trusts those of the system.
        certificate: A PEM file of one's own certificate, for a server that asks for one.
        key: The PEM file of its private key.
        server_name: The name in the server's certificate, where it is not that of the address.

    Raises:
        ValueError: Of certificate and key one is given alone.

    >>> qalam.TLS(ca="ca.pem", server_name="qalam.example.com")
    TLS(ca='ca.pem', certificate=None, key=None, server_name='qalam.example.com')
    """

    ca: Optional[str] = None
    certificate: Optional[str] = None
    key: Optional[str] = None
    server_name: Optional[str] = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            given, missing = ("certificate", "key") if self.key is None else ("key", "certificate")
            raise ValueError(f"there is a {given} to show to the server, but no {missing}")


# True: trust the system's authorities. A path: trust those of that file.
TLSArgument = Union[None, bool, str, "os.PathLike[str]", TLS]


def tls_of(argument: TLSArgument) -> Optional[TLS]:
    """What the argument `tls` of a client means; None for no encryption."""
    if argument is None or argument is False:
        return None
    if argument is True:
        return TLS()
    if isinstance(argument, TLS):
        return argument
    return TLS(ca=os.fspath(argument))


def is_local(address: str) -> bool:
    """Whether only this machine can hear what is sent there."""
    return address.startswith(("unix:", "127.", "localhost:", "[::1]:"))


def credentials(tls: TLS) -> Any:
    """gRPC's credentials for it.

    Raises:
        OSError: A file cannot be read.
    """
    import grpc

    def content(path: Optional[str]) -> Optional[bytes]:
        return None if path is None else pathlib.Path(path).read_bytes()

    return grpc.ssl_channel_credentials(
        root_certificates=content(tls.ca),
        private_key=content(tls.key),
        certificate_chain=content(tls.certificate),
    )
