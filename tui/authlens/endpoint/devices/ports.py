"""Where the device listener reports what it observes, as a protocol."""

from __future__ import annotations

from typing import Protocol

from authlens.core.invocation.invocation import Invocation
from authlens.core.mqtt.connection import PacketDecision


class Sink(Protocol):
    """Receives what the listener observes, in its event loop; must not block."""

    wants_all: bool
    """Whether it wants every decision, or only denials."""

    def fate(self, invocation: Invocation) -> None:
        """A connection was accepted or refused."""

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        """A packet of an accepted connection was decided."""

    def throttled(self, invocation: Invocation, direction: str) -> None:
        """An accepted connection reached the throughput limit for the first time.

        direction: `SENT`, with what the client sends, or `RECEIVED`.
        """

    def refreshed(self, invocation: Invocation, seconds: float, factor: float) -> None:
        """The function was invoked again for an accepted connection, and its documents replaced the previous ones.

        seconds: the refreshAfterInSeconds that had passed, factor times as fast.
        """

    def ended(self, invocation: Invocation) -> None:
        """An accepted connection ended."""
