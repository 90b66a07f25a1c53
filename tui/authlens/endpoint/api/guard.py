"""Who may call the endpoint: programs on this machine, but no web page. Decided by headers alone, before the body.

A page that reaches loopback by DNS rebinding sends its own name as Host; one of another site sends an Origin. AWS's
clients send no Origin, and the Host they were given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from authlens.core.text.url import is_loopback_host, read_url
from authlens.endpoint.api.aws_error import AwsError
from authlens.frozen import dataclass

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes. The largest legal test call has some 560 KB, Lambda's largest payload 6 MiB."""

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE_TYPES = frozenset({"text/plain", "multipart/form-data"})
"""What pages may send to another site without asking and no AWS client sends; STS and curl use the form's type."""


@dataclass(frozen=True, slots=True)
class Guard:
    port: int
    host: str
    """The address of the endpoint."""
    allowed: frozenset[str] = frozenset()
    """Other names that clients may use for the endpoint, in lower case."""

    def refuse(self, method_target: str, headers: Mapping[str, Sequence[str]]) -> AwsError | None:
        """The error that a request is answered with instead; header names are in lower case.

        `method_target` is the request target as sent: a path, and no URL of another server.
        """
        if not method_target.startswith("/") or not self._is_own_host(headers.get("host", ())):
            return AwsError(421, "MisdirectedRequestException", "The Host of the request is not this endpoint's.")
        if not self._is_own_origin(headers):
            return AwsError(403, "AccessDeniedException", "Requests from web pages are refused.")
        return _type_refusal(headers) or _length_refusal(headers)

    def _is_own_host(self, hosts: Sequence[str]) -> bool:
        parts = _authority(hosts[0]) if len(hosts) == 1 else None
        if parts is None:
            return False
        name, port = parts
        return name in self.allowed or (self._is_own_name(name) and (port or 80) == self.port)

    def _is_own_name(self, name: str) -> bool:
        return name in _LOOPBACK_NAMES or (name == self.host and is_loopback_host(name))

    def _is_own_origin(self, headers: Mapping[str, Sequence[str]]) -> bool:
        sites = headers.get("sec-fetch-site", ())
        return all(_is_loopback_origin(origin) for origin in headers.get("origin", ())) and "cross-site" not in sites


def is_own_name(authority: str, names: frozenset[str]) -> bool:
    """Whether `name[:port]` is this machine or one of the lower-case names, with any port."""
    parts = _authority(authority)
    return parts is not None and (parts[0] in names or is_loopback_host(parts[0]))


def _authority(text: str) -> tuple[str, int | None] | None:
    """Name, in lower case and without brackets, and port of `name[:port]`; `None` for anything else."""
    url = None if "/" in text or "?" in text else read_url(f"http://{text}")
    return None if url is None else (url.host, url.port)


def _is_loopback_origin(origin: str) -> bool:
    scheme, _, authority = origin.partition("://")
    parts = _authority(authority)
    return scheme in ("http", "https") and parts is not None and parts[0] in _LOOPBACK_NAMES


def _type_refusal(headers: Mapping[str, Sequence[str]]) -> AwsError | None:
    types = {value.partition(";")[0].strip().lower() for value in headers.get("content-type", ())}
    if types & _PAGE_TYPES:
        return AwsError(415, "UnsupportedMediaTypeException", "No AWS client sends a body of this type.")
    return None


def _length_refusal(headers: Mapping[str, Sequence[str]]) -> AwsError | None:
    lengths = headers.get("content-length", ())
    if any(length.isascii() and length.isdigit() and int(length[:20]) > BODY_LIMIT for length in lengths):
        return too_large()
    return None


def too_large() -> AwsError:
    return AwsError(413, "RequestEntityTooLargeException", f"The body has more than {BODY_LIMIT} bytes.")
