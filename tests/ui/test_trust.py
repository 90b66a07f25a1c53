"""Trust in the app: opening asks nobody anything, the first send asks the person, and Escape sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.gate import Gate, build_gate
from authlens.store.trust import TrustList
from authlens.ui.screens.dialogs.trust import TrustDialog
from support.app_services import PASSED, ScriptedGateway
from ui.robot import Robot, running

ABROAD = "target: {profile: dev, endpointUrl: 'http://iot.other.example', region: eu-west-1}\n"
REQUEST = "request: {authorizerName: A, token: '${env:TOKEN}${file:/etc/hostname}'}\n"


@dataclass
class Asked(ScriptedGateway):
    """Keeps every target that anything was asked of."""

    targets: list[Target] = field(default_factory=list)

    def invoke(self, request: AuthorizerRequest, target: Target) -> Reply:
        self.targets.append(target)
        return super().invoke(request, target)

    def describe(self, name: str, target: Target) -> Authorizer:
        self.targets.append(target)
        return super().describe(name, target)

    def configured(self, target: Target) -> Configured:
        self.targets.append(target)
        return super().configured(target)

    def identity(self, target: Target) -> Identity:
        self.targets.append(target)
        return super().identity(target)


def file(folder: Path, text: str, name: str = "a.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def gate(folder: Path) -> Gate:
    return build_gate({}, lambda: folder / "state" / "trust.yaml")


def asking(robot: Robot) -> bool:
    return isinstance(robot.app.screen, TrustDialog)


async def test_the_dialog_names_all_that_a_send_would_touch(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", ABROAD + REQUEST + "sign: {key: keys/private.pem}\n")
    gateway = Asked()
    async with running(tmp_path, path, gateway=gateway, gate=gate(tmp_path)) as robot:
        assert gateway.targets == []
        assert "not trusted" in robot.text()
        await robot.send()
        assert asking(robot)
        text = robot.text()
        for words in ("http://iot.other.example", "dev", "keys/private.pem", "/etc/hostname", "${env:TOKEN}"):
            assert words in text
        assert "t Trust it" in text
        await robot.press("escape")
        assert not asking(robot)
        assert gateway.targets == []
        assert robot.screen.answer.invocation is None


async def test_t_trusts_the_folder_from_now_on(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", ABROAD + REQUEST)
    gateway = Asked()
    async with running(tmp_path, path, gateway=gateway, gate=gate(tmp_path)) as robot:
        await robot.send()
        await robot.press("t")
        assert robot.screen.answer.invocation is not None
        assert robot.screen.answer.invocation.result == PASSED
        assert {target.endpoint_url for target in gateway.targets} == {"http://iot.other.example"}
        await robot.send()
        assert not asking(robot)
    assert [entry.path for entry in TrustList(tmp_path / "state" / "trust.yaml").entries()] == [str(tmp_path / "evil")]


async def test_a_local_target_names_its_programs(tmp_path: Path) -> None:
    file(
        tmp_path / "evil",
        "authorizers:\n  A: {codeUri: fn, handler: app.handler, interpreter: fn/evil.sh}\n",
        "authorizers.yaml",
    )
    path = file(tmp_path / "evil" / "req", "target: {local: ../authorizers.yaml}\n" + REQUEST)
    async with running(tmp_path, path, gate=gate(tmp_path)) as robot:
        await robot.send()
        assert asking(robot)
        assert "fn/evil.sh as the interpreter of authorizer A" in robot.text()
        assert isinstance(robot.app.screen, TrustDialog)
        assert robot.app.screen._folders == (tmp_path / "evil",)


async def test_a_profile_alone_asks_nothing_and_is_used_for_nothing_before_the_first_send(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", "target: {profile: prod}\nrequest: {authorizerName: A}\n")
    gateway = Asked()
    async with running(tmp_path, path, gateway=gateway, gate=gate(tmp_path)) as robot:
        assert gateway.targets == []
        await robot.send()
        assert not asking(robot)
        assert {target.profile for target in gateway.targets} == {"prod"}


async def test_what_is_typed_and_aws_itself_ask_nothing(tmp_path: Path) -> None:
    plain = file(tmp_path / "evil", "request: {authorizerName: A}\n")
    gateway = Asked()
    async with running(tmp_path, plain, gateway=gateway, gate=gate(tmp_path)) as robot:
        assert gateway.targets
        await robot.send()
        assert robot.screen.answer.invocation is not None
    async with running(tmp_path, None, gate=gate(tmp_path)) as robot:
        await robot.paste("authlens invoke --authorizer-name A --token t --endpoint-url http://iot.other.example")
        assert robot.form.draft.target.endpoint_url == "http://iot.other.example"
        await robot.send()
        assert not asking(robot)
        assert robot.screen.answer.invocation is not None


async def test_a_new_request_does_not_inherit_the_right_to_be_sent(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", ABROAD + REQUEST)
    async with running(tmp_path, path, gate=gate(tmp_path)) as robot:
        await robot.press("ctrl+n")
        await robot.fill("authorizer_name", "B")
        await robot.send()
        assert asking(robot)


async def test_a_deleted_file_is_still_where_the_target_came_from(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", ABROAD + REQUEST)
    async with running(tmp_path, path, gate=gate(tmp_path)) as robot:
        await robot.run("delete")
        await robot.press("right", "enter")
        assert not path.exists()
        await robot.send()
        assert asking(robot)


async def test_a_history_entry_is_as_trusted_as_its_file(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", ABROAD + REQUEST)
    trusted = Gate(lambda _: True)
    async with running(tmp_path, path, gate=trusted) as robot:
        await robot.send()
        old = robot.screen.answer.invocation
        assert isinstance(old, Invocation)
    async with running(tmp_path, None, gate=gate(tmp_path)) as robot:
        robot.screen.sending.send_again(old)
        await robot.settle()
        assert asking(robot)
        await robot.press("escape")
        robot.screen.form.load(old)
        await robot.settle()
        await robot.send()
        assert asking(robot)


async def test_saving_trusts_a_request_that_was_made_here_and_no_other(tmp_path: Path) -> None:
    theirs = file(tmp_path / "requests", "target: {endpointUrl: 'http://iot.evil.example'}\n" + REQUEST, "theirs.yaml")
    async with running(tmp_path, None, gate=gate(tmp_path)) as robot:
        await robot.paste("authlens invoke --authorizer-name A --token t --endpoint-url http://iot.other.example")
        await robot.press("ctrl+s")
        await robot.press("enter")
    mine = tmp_path / "requests" / "A.yaml"
    assert [entry.path for entry in TrustList(tmp_path / "state" / "trust.yaml").entries()] == [str(mine)]
    async with running(tmp_path, mine, gate=gate(tmp_path)) as robot:
        await robot.send()
        assert not asking(robot)
    async with running(tmp_path, theirs, gate=gate(tmp_path)) as robot:
        await robot.fill("token", "changed")
        await robot.press("ctrl+s")
        await robot.send()
        assert asking(robot)


async def test_the_target_may_be_changed_by_hand(tmp_path: Path) -> None:
    path = file(tmp_path / "evil", ABROAD + REQUEST)
    async with running(tmp_path, path, gate=gate(tmp_path)) as robot:
        robot.app.sender.gate.vouch(Target(endpoint_url="http://iot.mine.example"))
        await robot.paste("authlens invoke --authorizer-name A --token t --endpoint-url http://iot.mine.example")
        await robot.send()
        assert not asking(robot)
