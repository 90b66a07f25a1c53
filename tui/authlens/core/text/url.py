"""The only parser of endpoint URLs. The rule: text that two programs could read as two different hosts is not a URL.

`http://evil.example\\@127.0.0.1` is one host to Python's urlsplit and another to the client that connects.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from authlens.frozen import dataclass

_URL = re.compile(
    r"""(?P<scheme>https?)://
        (?: \[ (?P<six>[0-9A-Fa-f:.]+) \] | (?P<name>[A-Za-z0-9_.-]+) )
        (?: : (?P<port>[0-9]{1,5}) )?
        (?: [/?] [!-\[\]-~]* )?""",
    re.VERBOSE | re.IGNORECASE,
)
"""No user info, white space, backslash or fragment, and only an IP address inside brackets."""


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of an endpoint URL."""

    scheme: str
    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int | None = None

    @property
    def is_loopback(self) -> bool:
        return is_loopback_host(self.host)


def read_url(text: str) -> Url | None:
    """The parsed URL; `None` if the text is not an endpoint URL."""
    found = _URL.fullmatch(text)
    if found is None or "#" in text:
        return None
    port = int(found["port"]) if found["port"] else None
    host = (found["name"] or found["six"]).lower()
    if (port is not None and port > 65_535) or (found["six"] and not is_ip_address(host)):
        return None
    return Url(found["scheme"].lower(), host, port)


def is_loopback(text: str | None) -> bool:
    """Whether the URL points to this machine's loopback interface; false for text that is not a URL."""
    url = read_url(text) if text else None
    return url is not None and url.is_loopback


def is_loopback_host(host: str) -> bool:
    """Under RFC 6761 no one can own a name below `localhost`."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_ip_address(host) and ip_address(host).is_loopback


def is_ip_address(host: str) -> bool:
    """Whether the host is an IPv4 or IPv6 address, without brackets, and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
