"""Possible causes of a refusal or failure outside the function's code: a value missing on this machine, or the network.

The rule: they are reported as possible causes, never as the cause.
"""

from __future__ import annotations

import re

from authlens.core.invocation.invocation import Invocation

_NETWORK = re.compile(
    r"""getaddrinfo(?:\ \w+)?(?:\ [\w.-]+)?                       # Node.js: getaddrinfo ENOTFOUND host
    |\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b[^\n]{0,80}
    |(?:Name\ or\ service\ not\ known|Temporary\ failure\ in\ name\ resolution|nodename\ nor\ servname\ provided)
    |(?:Max\ retries\ exceeded|Failed\ to\ establish\ a\ new\ connection)[^\n]{0,80}
    |(?:Connection\ refused|Network\ is\ unreachable|No\ route\ to\ host|Connection\ reset\ by\ peer)
    |\b(?:EndpointConnectionError|ConnectTimeoutError|ReadTimeoutError|ConnectTimeout|ReadTimeout)\b[^\n]{0,80}
    |Could\ not\ connect\ to\ the\ endpoint\ URL[^\n]{0,80}
    |certificate\ verify\ failed|fetch\ failed|socket\ hang\ up
    |(?<!Task\ )\b(?:[Cc]onnection|[Rr]equest|[Rr]ead|[Oo]peration|[Ss]ocket|handshake)\ timed\ out\b
    |\b(?:URLError|TimeoutError|timeout):?\s[^\n]{0,200}timed\ out""",
    re.VERBOSE,
)


def network_error(log: str | None) -> str | None:
    """The last network error that a function logged, on one line."""
    found = list(_NETWORK.finditer(log or ""))
    return " ".join(found[-1].group().split()) if found else None


def possible_cause(invocation: Invocation) -> tuple[str, str] | None:
    """Why the function may have refused, and what to do; `None` if only its code can explain it."""
    run = invocation.local_run
    if run and run.advice:
        return "", run.advice
    if run and run.unresolved:
        first, more = run.unresolved[0], len(run.unresolved) - 1
        rest = f" ({more} more value{'s' if more > 1 else ''} of its definition could not be resolved.)" if more else ""
        step = f"{first.next_step[:1].upper()}{first.next_step[1:]}." if first.next_step else ""
        return f"{first.sentence}{rest}", step
    words = network_error(invocation.function_log)
    if words is None:
        return None
    return (
        f"Its log contains a network error: {words}.",
        "Check that this machine can reach what the function calls, or point the function to a substitute.",
    )
