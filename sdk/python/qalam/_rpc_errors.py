"""From gRPC's status codes to this package's exceptions."""

from __future__ import annotations

from typing import Any

from qalam import errors


class ExhaustedError(errors.ServerError):
    """The server's disk is full, or it hears more calls than it may; soon it may be otherwise."""


# A call that fails so may succeed when it is made again.
PASSING = (errors.UnavailableError, ExhaustedError)

# By the number of google.rpc.Code.
_CLASSES: dict[int, type[errors.QalamError]] = {
    3: errors.InvalidArgumentError,
    4: errors.DeadlineError,
    5: errors.NotFoundError,
    6: errors.AlreadyExistsError,
    7: errors.AuthenticationError,
    8: ExhaustedError,
    9: errors.FailedPreconditionError,
    10: errors.ChangedMeanwhileError,
    11: errors.InvalidArgumentError,
    12: errors.IncompatibleServerError,
    14: errors.UnavailableError,
    16: errors.AuthenticationError,
}

_RESOURCE_EXHAUSTED = 8
_UNIMPLEMENTED = 12
_UNAVAILABLE = 14
_UNAUTHENTICATED = 16


def error_of_number(number: int, message: str) -> errors.QalamError:
    """The exception for a code of google.rpc.Code and what the server said."""
    return _CLASSES.get(number, errors.ServerError)(message)


def error_of(code: Any, details: str, address: str, more: str = "") -> errors.QalamError:
    """The exception for a gRPC status.

    Args:
        code: A grpc.StatusCode.
        details: What the server, or gRPC itself, said.
        address: Where the call went.
        more: What else is known of why nobody answers.
    """
    number: int = code.value[0]
    if number == _RESOURCE_EXHAUSTED and "message larger than max" in details:
        return errors.InvalidArgumentError(details)  # gRPC's own word, and for good
    if number == _UNAVAILABLE:
        hint = more or _connection_hint(details)
        return errors.UnavailableError(
            f"no answer from {address}: {details}" + (f"; {hint}" if hint else "")
        )
    if number == _UNAUTHENTICATED:
        return errors.AuthenticationError(
            f"{address}: {details}; the token is the argument `token` of Client, or in the "
            "environment variable QALAM_TOKEN"
        )
    if number == _UNIMPLEMENTED:
        return errors.IncompatibleServerError(
            f"the server at {address} is older than this package and lacks the call: {details}"
        )
    return error_of_number(number, details)


def is_for_good(details: str) -> bool:
    """Whether a connection failed for a cause that trying again does not mend: TLS is wrong."""
    text = details.lower()
    return any(sign in text for sign in ("wrong version number", "wrong_version", "certificate"))


def _connection_hint(details: str) -> str:
    """What is likely the cause of a connection that cannot be made."""
    text = details.lower()
    if "wrong version number" in text or "wrong_version_number" in text:
        return "the server there does not speak TLS; leave `tls` out"
    if "certificate" in text:
        return "its certificate is not signed by an authority that `tls` trusts, or is for another name"
    if "ssl" in text:
        return "the server there may not speak TLS; then leave `tls` out"
    if "socket closed" in text or "connection reset" in text:
        return "the server may have ended, or want TLS; then give `tls`"
    if "refused" in text or "no such file" in text:
        return "is `qalam serve` running there?"
    return ""
