"""What is looked up about a sent request is read to its end, whatever is typed meanwhile."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.store.settings import Settings
from authlens.ui.model.draft import of_saved
from authlens.ui.model.screen_values import FormState, IdentityState
from authlens.ui.screens.main.identity import IdentityController
from support.app_services import NOW, PASSED, ScriptedGateway, sender
from support.fake_host import FakeHost
from ui.robot import SENSOR, running


class SlowGateway(ScriptedGateway):
    """Describes an authorizer only after `released` is set."""

    released = threading.Event()

    def describe(self, name: str, target: Target) -> Authorizer:
        self.released.wait(20)
        return super().describe(name, target)


async def test_typing_after_a_send_cancels_nothing_of_the_sent_request() -> None:
    host, gateway = FakeHost(), SlowGateway()
    aws = replace(SENSOR, target=Target(region="us-west-2"))
    form = SimpleNamespace(state=FormState(of_saved(aws)))
    known: list[tuple[Invocation, Authorizer | None, Deployment | None]] = []
    states: list[IdentityState] = []
    services = SimpleNamespace(settings=Settings())
    made = IdentityController(
        cast(Any, services),
        sender(gateway),
        host,
        cast(Any, form),
        states.append,
        lambda *read: known.append(read),
    )
    made.settle(form.state)
    sent = Invocation(aws.request, aws.target, PASSED, NOW, 0.01)
    made.look_up(sent)
    form.state = FormState(replace(form.state.draft, authorizer_name="Oth"))
    made.settle(form.state)
    form.state = FormState(replace(form.state.draft, authorizer_name="Other"))
    made.settle(form.state)
    gateway.released.set()
    await host.done()
    assert [(read[0], read[1] and read[1].name) for read in known] == [(sent, "SensorAuth")]
    assert known[0][2] is not None, "what is deployed around it was read too"
    assert states[-1].authorizer is not None
    assert states[-1].authorizer.name == "Other"
    assert states[-1].deployment is None, "that of the sent request does not belong to the form"


class DeniedGateway(ScriptedGateway):
    """The caller may not describe authorizers."""

    def describe(self, name: str, target: Target) -> Authorizer:
        raise CallFailed(Failure(FailureKind.AWS, "AccessDeniedException", "no"))


async def test_what_is_deployed_is_read_without_the_permission_to_describe_the_authorizer(tmp_path: Path) -> None:
    start = replace(SENSOR, target=Target(region="us-west-2"))
    async with running(tmp_path, start, gateway=DeniedGateway()) as robot:
        await robot.send()
        assert robot.screen.identity.state.problem == "not allowed to describe it"
        shown = robot.screen.answer.view
        assert shown.authorizer is None
        assert shown.deployment is not None
        assert shown.deployment.authorizer == Authorizer("SensorAuth")
