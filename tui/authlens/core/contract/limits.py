"""AWS's limits on an answer and its policy documents (contract §5), each defined once."""

from __future__ import annotations

PRINCIPAL_PATTERN = "([a-zA-Z0-9]){1,128}"

MOST_DOCUMENTS = 10

LONGEST_DOCUMENT = 2048
"""Characters in one policy document."""

SHORTEST_SECONDS, LONGEST_SECONDS = 300, 86400
"""The range of refreshAfterInSeconds and disconnectAfterInSeconds, inclusive."""

SECONDS = range(SHORTEST_SECONDS, LONGEST_SECONDS + 1)

DEFAULT_REFRESH = 300

DEFAULT_DISCONNECT = 86400

FUNCTION_LIMIT = 5
"""Seconds that AWS IoT allows an authorizer's function, whatever the function's own timeout."""
