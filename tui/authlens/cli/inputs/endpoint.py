"""The `--endpoint HOST[:PORT]` of commands that connect as a device."""

from __future__ import annotations

from authlens.cli.console.diagnostics import CommandError
from authlens.core.commands.device import host_and_port


def given_endpoint(endpoint: str | None) -> tuple[str, int | None]:
    """Host and port, as in `localhost:8883`; an empty host if the option is not given. Raises CommandError."""
    if endpoint is None:
        return "", None
    host, port = host_and_port(endpoint)
    if not host:
        raise CommandError(f"--endpoint {endpoint!r} has no host name; give one such as abc.example.com")
    return host, port
