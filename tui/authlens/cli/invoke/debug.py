"""`--debug`: prints what is done and what crosses the wire to standard error, redacted."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.cli.invoke.aws_config import AwsCliSettings
from authlens.core.commands.options import GivenOptions
from authlens.core.invocation.invocation import Invocation, Wire
from authlens.core.request.target import Target


def before(given: GivenOptions, settings: AwsCliSettings, target: Target) -> str:
    """How the command line was understood, without values of the request."""
    return "\n".join(
        (
            f"debug: options: {', '.join(sorted(given.values)) or 'none'}",
            f"debug: settings: output {settings.output}, password in {'text' if settings.raw_password else 'base64'}",
            f"debug: target: profile {target.profile or 'from the configuration'},"
            f" region {target.region or 'from the configuration'},"
            f" endpoint {target.local or target.endpoint_url or 'the service'}",
        )
    )


def after(invocation: Invocation) -> str:
    """The exchange, as far as it got."""
    lines = list(_exchange(invocation.wire)) if invocation.wire else ["nothing was sent"]
    if invocation.function_log:
        lines += [f"function: {line}" for line in invocation.function_log.splitlines()]
    lines.append(f"took {invocation.duration:.3f} s")
    return "\n".join(f"debug: {line}" for line in lines)


def _exchange(wire: Wire) -> Iterator[str]:
    yield f"> {wire.method} {wire.url}"
    yield from (f"> {name}: {value}" for name, value in wire.request_headers)
    yield f"> {wire.request_body.decode('utf-8', 'replace')}"
    if wire.status is not None:
        yield f"< HTTP {wire.status}"
        yield from (f"< {name}: {value}" for name, value in wire.response_headers)
        yield f"< {wire.response_body.decode('utf-8', 'replace')}"
