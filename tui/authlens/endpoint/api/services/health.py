"""A health check for scripts that wait for the endpoint: `GET /health`."""

from __future__ import annotations

import re

from authlens.endpoint.api.call import ApiResponse, Incoming, Operation, json_answer
from authlens.endpoint.api.state import Endpoint


async def health(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """200 while calls are answered; names a file that could not be reloaded."""
    value = {
        "status": "running",
        "authorizers": len(endpoint.registry.all()),
        "functions": len(endpoint.functions),
        "problem": endpoint.problem or None,
    }
    return json_answer(value)


CALLS = tuple(Operation("health", "Health", method, re.compile("/health/?"), health) for method in ("GET", "HEAD"))
