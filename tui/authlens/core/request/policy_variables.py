"""The policy variables whose values follow from the request.

Thing and certificate variables have a value only if a client certificate is presented (CUSTOM_AUTH_X509); those are
read for the invocation. With custom authentication alone they are unresolved.
"""

from __future__ import annotations

from authlens.core.request.members import MEMBERS
from authlens.core.request.request import AuthorizerRequest


def connection_variables(request: AuthorizerRequest) -> dict[str, tuple[str, ...]]:
    """The context keys whose values the request contains."""
    return {
        member.variable: (value,)
        for member in MEMBERS
        if member.variable is not None and (value := request.value(member)) is not None
    }
