"""The probes of this app, so that the listener's record of the same connection is not a second row of the history.

The rule: what the client saw is kept, because it holds everything that was tried; the list of devices shows both.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime

from authlens.core.invocation.gateway import Reply, SendingWay
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.frozen import dataclass

_MOST = 50
"""Probes that are remembered: a connection is reported again when it ends, soon after its probe."""


@dataclass(frozen=True, slots=True)
class _Made:
    client_id: str
    since: datetime
    until: datetime | None = None
    """`None` while it runs."""

    def is_of(self, invocation: Invocation) -> bool:
        at, client_id = invocation.started_at, invocation.request.client_id or ""
        return self.since <= at and (self.until is None or at <= self.until) and client_id in ("", self.client_id)


class OwnProbes:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: deque[_Made] = deque(maxlen=_MOST)

    def watch(self, way: SendingWay) -> SendingWay:
        """The same way; the connection that it makes is known as ours."""
        return _Watched(way, self)

    def have_made(self, connection: Invocation) -> bool:
        """Whether a connection that a listener reports is one of these probes."""
        with self._lock:
            return any(each.is_of(connection) for each in self._made)

    def begin(self, client_id: str) -> _Made:
        made = _Made(client_id, datetime.now(UTC))
        with self._lock:
            self._made.append(made)
        return made

    def end(self, made: _Made) -> None:
        with self._lock:
            if made in self._made:
                self._made[self._made.index(made)] = _Made(made.client_id, made.since, datetime.now(UTC))


class _Watched:
    def __init__(self, way: SendingWay, probes: OwnProbes) -> None:
        self._way = way
        self._probes = probes

    @property
    def name(self) -> str:
        return self._way.name

    @property
    def needs_target(self) -> bool:
        return self._way.needs_target

    @property
    def token_key_name(self) -> str | None:
        return self._way.token_key_name

    @property
    def doubt(self) -> str:
        return self._way.doubt

    def ask(self, request: AuthorizerRequest, target: Target, authorizer: Authorizer | None) -> Reply:
        from authlens.core.probe.plan import PROBE_CLIENT_ID  # probes are few; it loads all packets of MQTT

        made = self._probes.begin(request.client_id or PROBE_CLIENT_ID)
        try:
            return self._way.ask(request, target, authorizer)
        finally:
            self._probes.end(made)
