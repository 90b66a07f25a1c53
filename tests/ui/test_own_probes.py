"""A probe of this app is one row of the history, although the listener reports its connection too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.ui.screens.main.devices.own_probes import OwnProbes
from support.invocations import invocation

REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext("u", "p", "c1"))


def connection(client_id: str | None, at: datetime) -> Invocation:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(client_id=client_id) if client_id else None)
    return replace(invocation(Outcome(True)), request=request, started_at=at)


class Way:
    name = "mqtt"
    needs_target = False
    token_key_name = "token"
    doubt = "It may have published."

    def __init__(self, probes: OwnProbes) -> None:
        self._probes = probes
        self.during: list[bool] = []

    def ask(self, request: AuthorizerRequest, target: Target, authorizer: Authorizer | None) -> Reply:
        now = datetime.now(UTC)
        self.during = [self._probes.have_made(connection(each, now)) for each in ("c1", "c2", None)]
        return Reply(Outcome(True), 0.1)


def test_the_connection_of_a_probe_is_known_as_ours_and_no_other_is() -> None:
    probes = OwnProbes()
    way, before = Way(probes), datetime.now(UTC) - timedelta(seconds=1)
    watched = probes.watch(way)
    assert (watched.name, watched.needs_target, watched.token_key_name) == ("mqtt", False, "token")
    assert watched.doubt == way.doubt
    at = datetime.now(UTC)
    assert not probes.have_made(connection("c1", at)), "nothing was probed yet"
    assert watched.ask(REQUEST, Target(), None).result == Outcome(True)
    assert way.during == [True, False, True], "a connection that failed before CONNECT has no client id"
    after = datetime.now(UTC) + timedelta(seconds=1)
    assert [probes.have_made(connection("c1", each)) for each in (before, after)] == [False, False]
