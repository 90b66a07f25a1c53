"""What the device listener needs of the outside and what it reports there, as two small protocols."""

from __future__ import annotations

from typing import Protocol

from authlens.core.invocation.invocation import Invocation
from authlens.core.mqtt.connection import PacketDecision


class Sink(Protocol):
    """Takes what the listener observes, within its event loop; it must not block."""

    wants_all: bool
    """Whether it wants every decision; else those that denied."""

    def fate(self, invocation: Invocation) -> None:
        """A connection was let in or refused."""

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        """Something was decided about a packet of a connection that was let in."""

    def ended(self, invocation: Invocation) -> None:
        """A connection that was let in is over."""
