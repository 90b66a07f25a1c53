"""Runs functions as Lambda does: warm processes that speak the Runtime API, one invocation at a time in each."""

from __future__ import annotations

from dataclasses import dataclass

from authlens.endpoint.definitions import FunctionDefinition


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """What one invocation of a function gave: a payload, or an error in Lambda's words."""

    payload: bytes | None
    """What the function answered, as JSON text; `None` when it failed."""
    error_type: str | None = None
    error_message: str | None = None
    stack_trace: tuple[str, ...] = ()
    log: str = ""
    """What it printed, standard output and error together, and its stack trace."""
    duration: float = 0.0
    """Seconds, from handing over the event to the answer."""
    cold: bool = False
    """A process was started for this invocation."""
    request_id: str = ""
    error: bytes | None = None
    """The error as the function's runtime sent it (a JSON object), what Lambda's Invoke returns as payload."""


class FunctionHost:
    """Runs functions by their definition, keeps their processes warm, and ends them all on `close`."""

    def __init__(self, limit: int = 8) -> None:
        self._limit = limit

    async def invoke(
        self, function: FunctionDefinition, event: bytes, *, request_id: str = "", client_context: str = ""
    ) -> FunctionResult:
        """Run the function on an event (JSON text). Never raises for what a function can do wrong."""
        raise NotImplementedError

    async def close(self) -> None:
        """End every process and leave none behind."""
