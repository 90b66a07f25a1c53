"""The signature bench, as a person uses it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, Mode, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.signing.keys import generate_key_pair
from authlens.core.signing.signing import sign, verify
from authlens.core.text.encodings import base64_to_base64url
from authlens.ui.screens.dialogs.signature import SignatureScreen
from authlens.ui.widgets.controls.choices import Choices
from support.app_services import ScriptedGateway
from support.public_keys import pair
from ui.robot import Robot, running

PAIR = pair("bench")
AUTHORIZER = Authorizer("TokenAuth", token_key_name="token", token_signing_public_keys=(("k1", PAIR.public_pem),))
TOKEN = AuthorizerRequest("TokenAuth", "device-7", sign("device-7", PAIR.private_pem))


def saved(request: AuthorizerRequest, how: Sign | None = None) -> SavedRequest:
    return SavedRequest(request, target=Target(local="demo"), sign=how)


async def open_bench(robot: Robot) -> SignatureScreen:
    await robot.rest()
    await robot.press("ctrl+t")
    assert isinstance(robot.app.screen, SignatureScreen)
    return robot.app.screen


async def write(robot: Robot, member: str, text: str) -> None:
    """Put a text into a field of the bench, and wait until it was looked at."""
    screen = robot.app.screen
    assert isinstance(screen, SignatureScreen)
    await robot.fill(member, text)
    if screen._pause is not None and screen._pause._task is not None:
        await asyncio.wait([screen._pause._task], timeout=5)
    await robot.settle()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "private.pem"
    path.write_bytes(PAIR.private_pem)
    return path


async def test_the_signature_follows_the_token_and_is_made_again_on_sending(tmp_path: Path, key: Path) -> None:
    async with running(tmp_path, saved(TOKEN), gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        await open_bench(robot)
        assert "The signature fits the key 'k1'" in robot.text()
        await write(robot, "token", "device-8")
        assert "fits the key" not in robot.text()
        await write(robot, "key", str(key))
        assert "The signature fits the key 'k1'" in robot.text()
        await write(robot, "token", "device-9")
        assert verify("device-9", robot.field("signature").value, PAIR.public_pem)
        await robot.press("f5")
        assert robot.form.draft.saved == saved(AuthorizerRequest("TokenAuth", "device-9"), Sign(str(key)))
        await robot.send()
        assert verify("device-9", robot.gateway.sent[-1].token_signature or "", PAIR.public_pem)
        await robot.press("ctrl+z")
        assert robot.form.draft.saved == saved(TOKEN)


async def test_a_mistake_is_named_and_fixed(tmp_path: Path) -> None:
    assert TOKEN.token_signature is not None
    mistaken = AuthorizerRequest("TokenAuth", "device-7", base64_to_base64url(TOKEN.token_signature))
    async with running(tmp_path, saved(mistaken), gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        await open_bench(robot)
        assert "base64url" in robot.text()
        await robot.press("f8")
        assert "The signature fits the key 'k1'" in robot.text()
        await robot.press("f5")
        assert robot.form.draft.request == TOKEN


async def test_without_keys_a_signature_is_still_converted(tmp_path: Path) -> None:
    assert TOKEN.token_signature is not None
    quoted = AuthorizerRequest("TokenAuth", "device-7", f'"{base64_to_base64url(TOKEN.token_signature)}"')
    async with running(tmp_path, saved(quoted), gateway=ScriptedGateway(authorizer=Authorizer("A"))) as robot:
        await open_bench(robot)
        await robot.press("f4")
        assert robot.field("signature").value == TOKEN.token_signature


async def test_token_and_signature_go_where_a_device_carries_them(tmp_path: Path) -> None:
    gateway = ScriptedGateway(authorizer=AUTHORIZER)
    async with running(tmp_path, saved(TOKEN), gateway=gateway, size=(80, 24)) as robot:
        screen = await open_bench(robot)
        assert "F9 New keys" in robot.text(), "the keys that do not fit one line go to the next"
        screen.query_one(Choices).choose("username")
        await robot.press("f5")
        request = robot.form.draft.request
        assert request.token is None
        assert request.mqtt_context is not None
        assert (request.mqtt_context.username or "").startswith("?token=device-7&x-amz-customauthorizer-signature=")
        screen = await open_bench(robot)
        assert screen.query_one(Choices).chosen == "username"
        assert robot.field("token").value == "device-7"
        assert "The signature fits the key 'k1'" in robot.text()


async def test_a_token_in_a_context_is_signed_in_its_context(tmp_path: Path, key: Path) -> None:
    given = saved(AuthorizerRequest("TokenAuth", mqtt_context=MqttContext("u?token=device-7")))
    async with running(tmp_path, given, gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        await open_bench(robot)
        await write(robot, "token", "device 9")
        await write(robot, "key", str(key))
        await robot.press("f5")
        assert robot.form.draft.saved == saved(
            AuthorizerRequest("TokenAuth", mqtt_context=MqttContext("u?token=device%209")),
            Sign(str(key), place="username"),
        )


async def test_a_token_typed_in_the_bench_is_kept_where_the_mode_sends_it_or_with_the_mode(
    tmp_path: Path, key: Path
) -> None:
    """A request with contexts and no token: what is typed is sent, wherever it goes."""
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(pair("stranger").private_pem)
    given = saved(AuthorizerRequest("TokenAuth", mqtt_context=MqttContext("pump1", client_id="c1")))
    async with running(tmp_path, given, gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        screen = await open_bench(robot)
        assert screen.query_one(Choices).chosen == "username"
        await write(robot, "token", "device-9")
        await write(robot, "key", str(stranger))
        assert "stranger.pem is not the private key of 'k1'" in " ".join(robot.text().split())
        await robot.press("f8")
        assert "F8 has nothing to fix." in robot.text()
        await write(robot, "key", str(key))
        assert "The signature fits the key 'k1'" in robot.text()
        assert "nothing to fix" not in robot.text()
        await robot.press("f5")
        in_username = AuthorizerRequest("TokenAuth", mqtt_context=MqttContext("pump1?token=device-9", client_id="c1"))
        assert robot.form.draft.saved == saved(in_username, Sign(str(key), place="username"))
        await robot.send()
        sent = robot.gateway.sent[-1].mqtt_context
        assert sent is not None
        assert "x-amz-customauthorizer-signature=" in (sent.username or "")

        await robot.press("ctrl+z")
        screen = await open_bench(robot)
        await write(robot, "token", "device-9")
        await write(robot, "key", str(key))
        screen.query_one(Choices).choose("token")
        await robot.press("f5")
        alone = saved(AuthorizerRequest("TokenAuth", "device-9"), Sign(str(key)))
        assert robot.form.draft.saved == alone
        assert (robot.form.draft.username, robot.form.draft.left_out) == ("pump1", True)
        assert any("The mode is now Token" in said for said in robot.notifications())
        await open_bench(robot)
        assert robot.field("token").value == "device-9"
        await robot.press("escape", "ctrl+z")

        robot.screen.identity.state = replace(robot.screen.identity.state, authorizer=Authorizer("TokenAuth"))
        await open_bench(robot)
        await write(robot, "token", "device-9")
        await write(robot, "key", str(key))
        await robot.press("f5")
        assert robot.form.draft.mode is Mode.BOTH
        assert robot.form.draft.token == "device-9"
        assert any("The mode is now Both" in said for said in robot.notifications())


async def test_an_encrypted_key_asks_and_its_passphrase_is_not_kept(tmp_path: Path) -> None:
    encrypted = generate_key_pair(passphrase=b"open sesame")
    (tmp_path / "private.pem").write_bytes(encrypted.private_pem)
    async with running(tmp_path, saved(TOKEN), gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        await open_bench(robot)
        await write(robot, "key", str(tmp_path / "private.pem"))
        assert "The key is encrypted" in robot.text()
        await write(robot, "passphrase", "open sesame")
        signature = robot.field("signature").value
        assert verify("device-7", signature, encrypted.public_pem)
        await robot.press("f5")
        assert robot.form.draft.saved == saved(AuthorizerRequest("TokenAuth", "device-7", signature))
        assert any("never kept" in said for said in robot.notifications())


async def test_an_invalid_key_is_reported(tmp_path: Path) -> None:
    async with running(tmp_path, saved(TOKEN), gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        await open_bench(robot)
        for name in ("missing.pem", ".", "/dev/zero"):
            await write(robot, "key", name)
            assert "cannot be read" in robot.text()


async def test_a_hidden_signature_shows_nothing_of_its_length(tmp_path: Path) -> None:
    async with running(tmp_path, saved(TOKEN), gateway=ScriptedGateway(authorizer=AUTHORIZER)) as robot:
        await open_bench(robot)
        assert not robot.field("signature").show_vertical_scrollbar
        await robot.go_to("signature")
        await robot.press("f2")
        assert robot.field("signature").size.height > 1
