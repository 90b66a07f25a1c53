"""Runs saved requests and checks the answers. The runner behind `authlens run` and the pytest plugin.

Several threads may run items at once. If AWS throttles one, all of them pause.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from authlens.core.expect.check import Judgement, JudgementState, judge
from authlens.core.invocation.gateway import SendingWay
from authlens.core.invocation.invocation import Failure, Invocation, fault_of
from authlens.core.invocation.throttling import MOST_ATTEMPTS, is_throttled, pause
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.secrets.redaction import Redactor, referred_secrets, secrets_of
from authlens.frozen import dataclass
from authlens.sending import NotSent, Sender
from authlens.suite_items import SuiteItem

Record = Callable[[Invocation], Invocation]


@dataclass(frozen=True, slots=True)
class Result:
    """One item, sent once and checked."""

    item: SuiteItem
    judgement: Judgement
    invocation: Invocation | None
    """`None` if nothing could be sent because the file is not a saved request."""
    redactor: Redactor
    """Also hides the values of the request's references."""
    durations: tuple[float, ...] = ()
    """Seconds of each call, if it was sent more than once."""

    @property
    def state(self) -> JudgementState:
        return self.judgement.state

    @property
    def passed(self) -> bool:
        """Whether it succeeded; skipped items do not count against the suite."""
        return self.state in (JudgementState.KEPT, JudgementState.SKIPPED)


class Suite:
    def __init__(
        self,
        sender: Sender,
        environ: Mapping[str, str],
        serve: Path | None = None,
        record: Record | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """serve: the authorizers.yaml or template that every request goes to instead of its own target."""
        self.sender = sender
        self._environ = environ
        self._serve = Target(local=str(serve.absolute())) if serve else None
        self._record = record
        self._gate = _Gate(wait)
        self._located: dict[tuple[Target, Path | None], Target | Failure] = {}
        self._lock = threading.Lock()

    def begin(self, items: Iterable[SuiteItem] = ()) -> None:
        """Start the local endpoints that will be needed, without waiting for them."""
        named = {(item.saved.target, item.base) for item in items if item.saved and item.saved.target.local}
        wanted = {(self._serve, None)} if self._serve else named
        if wanted:
            threading.Thread(target=lambda: [self._located_target(*each) for each in wanted], daemon=True).start()

    def ready(self) -> Failure | None:
        """Wait for the endpoint of `serve`, and prepare to call it. Returns why the endpoint cannot start, or
        `None`."""
        if self._serve is None:
            return None
        self.sender.prepare()
        located = self._located_target(self._serve, None)
        return located if isinstance(located, Failure) else None

    def run(self, item: SuiteItem, way: SendingWay | None = None) -> Result:
        """Send one item, as a test call or by the given way, and judge the outcome.

        Never raises: a broken file does not end the run.
        """
        try:
            return self._run(item, way)
        except Exception as error:  # noqa: BLE001  # the one edge for faults of a suite
            return _unjudged(item, fault_of(error).message)

    def _run(self, item: SuiteItem, way: SendingWay | None) -> Result:
        if item.saved is None:
            return _unjudged(item, str(item.problem))
        if item.saved.suite.skip is not None:
            redactor = _redactor(item.saved.request, item.saved.request, None)
            return Result(item, Judgement(JudgementState.SKIPPED, reason=item.saved.suite.skip), None, redactor)
        resolved = self._resolved(item.saved.request, item.base)
        invocation = self.send(item.saved, item.base, item.source, way)
        # The policy variables come from what was actually sent.
        judgement = _judged(item.saved, replace(invocation, request=resolved))
        return Result(item, judgement, invocation, _redactor(item.saved.request, resolved, invocation.authorizer))

    def send(
        self, saved: SavedRequest, base: Path | None, source: str | None, way: SendingWay | None = None
    ) -> Invocation:
        """The invocation of the saved request, as often as AWS throttles it."""
        target = self._serve or saved.target
        base_of_target = None if self._serve else base
        attempt = 0
        while True:
            attempt += 1
            self._gate.pass_through()
            wanted = replace(saved, target=target)
            if way is None:
                invocation = self._send_once(wanted, base, base_of_target, source)
            else:
                invocation = self.sender.send_within(wanted, base, source, way=way)
            if not is_throttled(invocation) or attempt == MOST_ATTEMPTS:
                return self._record(invocation) if self._record else invocation
            self._gate.hold(pause(attempt, random.random()))

    def _send_once(
        self, saved: SavedRequest, base: Path | None, base_of_target: Path | None, source: str | None
    ) -> Invocation:
        """A local target is located once for the whole run; the invocation remembers it by its file."""
        located = self._located_target(saved.target, base_of_target)
        if isinstance(located, Failure):
            return Invocation(
                saved.request, saved.target, located, datetime.now(UTC), 0.0, source=source, sign=saved.sign
            )
        invocation = self.sender.send_within(replace(saved, target=located), base, source)
        return replace(invocation, target=saved.target)

    def _located_target(self, target: Target, base: Path | None) -> Target | Failure:
        if target.local is None:
            return target
        with self._lock:
            if (target, base) not in self._located:
                self._located[target, base] = self._locate(target, base)
            return self._located[target, base]

    def _locate(self, target: Target, base: Path | None) -> Target | Failure:
        try:
            return replace(self.sender.locate(target, base), local=None)
        except NotSent as refusal:
            return refusal.failure
        except Exception as error:  # noqa: BLE001  # on its own thread, where an exception would go unnoticed
            return fault_of(error)

    def _resolved(self, request: AuthorizerRequest, base: Path | None) -> AuthorizerRequest:
        """The values of the references; sending reports missing ones."""
        from authlens.store.references import MissingReference, References

        try:
            return References(self._environ, base).resolve(request)
        except MissingReference:
            return request


def _judged(saved: SavedRequest, invocation: Invocation) -> Judgement:
    if not invocation.is_probe:
        return judge(saved.expect, invocation)
    from authlens.core.expect.connection_check import judge_connection  # most items are test calls

    return judge_connection(saved.expect, invocation)


def _unjudged(item: SuiteItem, reason: str | None) -> Result:
    return Result(item, Judgement(JudgementState.UNJUDGED, reason=reason or ""), None, Redactor(()))


def _redactor(written: AuthorizerRequest, resolved: AuthorizerRequest, authorizer: Authorizer | None) -> Redactor:
    own = (secret for request in (written, resolved) for secret in secrets_of(request, authorizer))
    return Redactor([*own, *referred_secrets(written, resolved)])


class _Gate:
    """Makes all threads wait while AWS throttles."""

    def __init__(self, wait: Callable[[float], object]) -> None:
        self._wait = wait
        self._lock = threading.Lock()

    def pass_through(self) -> None:
        with self._lock:
            pass

    def hold(self, seconds: float) -> None:
        """The throttled thread waits with the gate closed, so that the others wait too."""
        with self._lock:
            self._wait(seconds)
