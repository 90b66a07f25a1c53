from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import MqttContext
from authlens.core.text.visible import is_visible
from authlens.ui.text.partly_hidden import COVER
from authlens.ui.widgets.controls.field import is_faithful, shielded, unshielded
from ui.robot import SENSOR, running

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


def test_every_text_of_the_form_survives_the_shield() -> None:
    assert [text for text in ODD if not is_faithful(text)] == []


@given(any_text)
def test_every_text_survives_the_shield_or_is_known_not_to(text: str) -> None:
    if is_faithful(text):
        assert unshielded(shielded(text)) == text
    assert all(is_visible(line) for line in shielded(text).split("\n"))
    assert len(shielded(text)) == len(text)


ODD = (
    "a\r\nb",
    "a\u2028b\x0c\x85c",
    " lead and trail \n",
    "\x1b]0;x\x07",
    "a\tb\x00",
    "\u202eevil\u200b",
    "e\ud800e",
    "🙂\u200d👩\ufe0f",
    "\U0001d173\U000e01ff\U000e0041\U00013430",
)


async def test_odd_text_goes_through_a_field_unchanged(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        for text in ODD:
            await robot.fill("username", text)
            assert robot.field("username").value == text
            assert robot.form.draft.username == text
            assert all(is_visible(line) for line in robot.text().split("\n"))
            await robot.press("ctrl+z")
            assert robot.form.draft.username == "sensor-7"
            await robot.press("ctrl+y")
            assert robot.field("username").value == text
            await robot.press("ctrl+z")


async def test_a_text_with_private_characters_can_be_read_but_not_damaged(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        field = await robot.go_to("username")
        field.show("a\U0010000db")
        await robot.type("x")
        assert field.read_only
        assert robot.form.draft.username == "sensor-7"


async def test_a_hidden_value_is_neither_seen_nor_measured_nor_copied(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        for password in ("x", "correct-horse-battery"):
            await robot.fill("password", password)
            assert robot.form.draft.password == password
            line = next(line for line in robot.text().split("\n") if "Password" in line)
            assert line.count("•") == len(COVER)
            assert password not in line.replace("Password", "")
        for key in ("ctrl+c", "ctrl+x"):
            robot.field("password").select_all()
            await robot.press(key)
            assert robot.app.clipboard == ""
            assert "hidden" in robot.notifications()[-1]
            assert robot.form.draft.password == "correct-horse-battery"


async def test_a_revealed_value_can_be_copied_and_hides_when_it_is_left(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        field = await robot.go_to("password")
        await robot.press("f2")
        assert "correct-horse" in robot.text()
        field.select_all()
        await robot.press("ctrl+c")
        assert robot.app.clipboard == "correct-horse"
        await robot.go_to("username")
        assert "correct-horse" not in robot.text()
        await robot.go_to("password")
        assert "correct-horse" not in robot.text()


async def test_secret_parameters_are_hidden_until_they_are_revealed(tmp_path: Path) -> None:
    text = "sensor-7?token=canary-token&x=1&x-amz-customauthorizer-signature=canary-signature"
    mqtt = MqttContext(text, "correct-horse", "sensor-7")
    start = replace(SENSOR, request=replace(SENSOR.request, mqtt_context=mqtt))
    async with running(tmp_path, start, size=(120, 60)) as robot:
        field = await robot.go_to("username")
        shown = f"sensor-7?token={COVER}&x=1&x-amz-customauthorizer-signature={COVER}"
        assert (field.text, field.value) == (shown, text)
        await robot.press("home", "right", "end", "left")
        assert "canary" not in robot.text()
        field.select_all()
        for key in ("ctrl+c", "ctrl+x"):
            await robot.press(key)
            assert robot.app.clipboard == ""
            assert "hidden" in robot.notifications()[-1]
        field.select(9, 14)
        await robot.press("ctrl+c")
        assert robot.app.clipboard == "token"
        await robot.press("f2")
        assert field.text == text
        assert field.selected_text == "token"
        await robot.go_to("client_id")
        assert (field.text, robot.form.draft.username) == (shown, text)
        await robot.go_to("username")
        field.select(8, 8)
        await robot.press("!")
        assert (field.text, field.cursor_location) == (shown.replace("7?", "7!?"), (0, 9))
        assert field.value == robot.form.draft.username == text.replace("7?", "7!?")
        await robot.press("ctrl+z")
        assert robot.form.draft.username == text
        await robot.go_to("client_id")
        assert field.text == shown
        await robot.fill("username", "u?token=typed")
        assert (field.text, robot.form.draft.username) == (f"u?token={COVER}", "u?token=typed")
        field.insert_text("-on")
        field.select(7, 7)
        await robot.press("backspace", "backspace")
        assert (field.text, field.value) == (f"u?tok={COVER}", "u?tok=typed-on"), "another name does not show it"
        await robot.press("left", "end", "backspace", "delete", "s", "&", "x", "=", "1")
        assert (field.text, field.value) == (f"u?tok={COVER}s&x=1", "u?tok=typed-os&x=1")
        await robot.press("f2", "backspace")
        assert field.text == "u?tok=typed-os&x="
        await robot.fill("username", "u?token=typed")
        await robot.press("enter")
        assert field.text == f"u?token={COVER}"
        robot.screen.form.put(replace(robot.form.draft, username="u?zone=north"))
        await robot.settle()
        assert field.text == "u?zone=north"
        robot.gateway.authorizer = Authorizer("SensorAuth", token_key_name="Zone", signing_disabled=True)
        robot.screen.identity.look_up()
        await robot.rest()
        assert field.text == f"u?zone={COVER}"
        await robot.open_page("event")
        await robot.until(lambda: "?zone=" in robot.text())
        assert "north" not in robot.text()


async def test_typing_into_a_hidden_value_goes_to_its_end(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.go_to("password")
        await robot.press("left", "left", "x", "backspace", "backspace", "home", "y")
        assert robot.form.draft.password == "correct-horsy"


async def test_enter_goes_on_and_alt_enter_breaks_the_line(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        field = await robot.go_to("client_id")
        await robot.press("end", "alt+enter", "b", "enter")
        assert field.value == "sensor-7\nb"
        assert robot.app.focused is robot.field("username")
