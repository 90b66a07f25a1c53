from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from textual.geometry import Offset, Region

from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.ui.widgets.controls.choices import Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.form.headers_table import HeaderRow
from authlens.ui.widgets.form.hints import Hints
from authlens.ui.widgets.form.request_pane import RequestPane
from support.app_services import ScriptedGateway
from ui.robot import SENSOR, Robot, running


async def test_every_member_can_be_typed_and_is_sent(tmp_path: Path) -> None:
    async with running(tmp_path, None) as robot:
        assert robot.app.focused is robot.field("authorizer_name")
        await robot.fill("authorizer_name", "A")
        await robot.fill("client_id", "c1")
        await robot.fill("username", "u?x=1")
        await robot.fill("password", "p w")
        await robot.open_page("http")
        await robot.fill("query_string", "?a=b")
        await robot.fill("header name", "Host")
        await robot.fill("header value", "h")
        await robot.open_page("tls")
        await robot.fill("server_name", "s.example")
        await robot.send()
        assert robot.gateway.sent[-1].to_api() == {
            "authorizerName": "A",
            "httpContext": {"headers": {"Host": "h"}, "queryString": "?a=b"},
            "mqttContext": {"username": "u?x=1", "password": b"p w", "clientId": "c1"},
            "tlsContext": {"serverName": "s.example"},
        }


async def test_the_mode_chosen_by_key_or_click_says_what_is_sent_and_keeps_the_rest(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        mode = robot.screen.query_one("#mode", Choices)
        mode.focus()
        await robot.press("left")
        assert robot.form.draft.mode is Mode.TOKEN
        await robot.fill("token", "tok")
        await robot.fill("token_signature", "c2ln")
        await robot.send()
        assert robot.gateway.sent[-1].to_api() == {
            "authorizerName": "SensorAuth",
            "token": "tok",
            "tokenSignature": "c2ln",
        }
        mode.focus()
        await robot.press("right")
        await robot.send()
        assert robot.gateway.sent[-1] == SENSOR.request
        assert robot.form.draft.token == "tok"
        await robot.pilot.click(mode, offset=Offset(2, 0))
        await robot.settle()
        assert robot.form.draft.mode is Mode.TOKEN


async def test_the_password_is_written_in_another_way_and_back(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        robot.screen.query_one("#password-kind", Choices).focus()
        await robot.press("right")
        assert robot.field("password").value == "Y29ycmVjdC1ob3JzZQ=="
        await robot.press("right")
        assert robot.field("password").value == b"correct-horse".hex()
        await robot.send()
        sent = robot.gateway.sent[-1].mqtt_context
        assert sent is not None
        assert sent.password_bytes == b"correct-horse"
        await robot.press("ctrl+z", "ctrl+z")
        assert robot.field("password").value == "correct-horse"
        assert robot.screen.query_one("#password-kind", Choices).chosen == "text"


async def test_a_password_that_cannot_be_read_is_reported_at_the_field_and_not_sent(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        robot.screen.query_one("#password-kind", Choices).focus()
        await robot.press("right", "right")
        await robot.fill("password", "zz")
        assert "not hex" in robot.text()
        await robot.send()
        assert robot.gateway.sent == []
        assert "password" in robot.notifications()[-1]


LONG_NAME = "x-amz-customauthorizer-signature"


def headers_of(robot: Robot) -> tuple[tuple[str, str], ...]:
    return robot.form.draft.headers


async def test_headers_are_edited_added_and_removed(tmp_path: Path) -> None:
    headers = (("A", "1"), ("B", "2"))
    saved = SavedRequest(AuthorizerRequest("A", http_context=HttpContext(headers)))
    async with running(tmp_path, saved, every_frame=True) as robot:
        rows = list(robot.screen.query(HeaderRow))
        assert [row.pair for row in rows] == [*headers, ("", "")]
        rows[2].query(Field).first().focus()
        await robot.type("C")
        assert len(robot.screen.query(HeaderRow)) == 4
        name, value = rows[1].query(Field).results(Field)
        value.show("canary-token")
        await robot.settle()
        assert "canary-token" in robot.text()
        name.show("Authorization")
        rows[1].follow_name()
        await robot.settle()
        assert "canary-token" not in robot.text()
        rows[1].show("B", "2")
        gone = rows[0].query(Field).first()
        gone.focus()
        await robot.press("ctrl+delete")
        assert gone.render_lines(Region(0, 0, 3, 1))[0].text == "   ", "a paint may come after the removal"
        assert headers_of(robot) == (("B", "2"), ("C", ""))
        await robot.press("ctrl+z")
        assert headers_of(robot) == (("A", "1"), ("B", "2"), ("C", ""))
        robot.screen.query(HeaderRow).last().query(Field).first().focus()
        await robot.press("ctrl+z")
        assert headers_of(robot) == headers
        assert [row.pair for row in robot.screen.query(HeaderRow)] == [*headers, ("", "")]
        await robot.press("ctrl+y")
        assert headers_of(robot) == (*headers, ("C", "")), "the keys work although the cursor's row was taken away"
        robot.screen.form.put(replace(robot.form.draft, headers=(*headers, (LONG_NAME, "1"), ("Authorization", "1"))))
        await robot.settle()
        shown = robot.text()
        assert all(name in shown for name in (f" {LONG_NAME} ", " Authorization ")), "no name is broken"
        secret = robot.screen.query(HeaderRow).first()
        secret.show("Authorization", "canary")
        name = secret.query(Field).first()
        name.focus()
        name.select_all()
        await robot.type("X")
        assert secret.pair == ("X", "canary")
        assert "canary" not in robot.text(), "another name does not show what was hidden"


async def test_undo_and_redo_reach_every_field_and_go_there(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.fill("username", "other")
        await robot.open_page("tls")
        await robot.fill("server_name", "s")
        await robot.press("ctrl+z")
        assert robot.form.draft.server_name == ""
        for _ in range(2):
            await robot.press("ctrl+z")
        assert robot.form.draft.username == "sensor-7"
        assert robot.app.focused is robot.field("username")
        for _ in range(3):
            await robot.press("ctrl+y")
        assert robot.form.draft.username == "other"
        assert robot.form.draft.server_name == "s"
        await robot.fill("username", "")
        await robot.run("send_empty")
        await robot.send()
        sent = robot.gateway.sent[-1].mqtt_context
        assert sent is not None
        assert sent.username == "", "an empty member can be sent"


async def test_the_form_says_what_will_be_sent(tmp_path: Path) -> None:
    saved = replace(SENSOR, request=AuthorizerRequest("A", "token-7"), sign=Sign("keys/private.pem", place="token"))
    async with running(tmp_path, saved, size=(120, 60)) as robot:
        form = "".join(line.removeprefix("│").partition("│")[0] + "\n" for line in robot.text().splitlines())
        text = " ".join(form.split())
        assert "Signed when sent with" in text
        assert "placed next to the token" in text
        assert "made when sent" in text
        mode = robot.screen.query_one("#mode", Choices)
        mode.choose("context")
        await robot.rest()
        assert "The token is kept here" in robot.text()
        mode.choose("both")
        await robot.rest()
        assert "AWS refuses a token" in robot.text()
        await robot.press("ctrl+n")
        assert "Signed when sent" not in robot.text()


async def test_how_many_notes_are_shown_in_words_depends_on_what_is_on_the_screen(tmp_path: Path) -> None:
    """Not on what was there before: another page, a line below a field, another size."""
    gateway = ScriptedGateway([])
    gateway.authorizer = Authorizer("SensorAuth", signing_disabled=True)
    async with running(tmp_path, gateway=gateway, size=(120, 38)) as robot:
        draft, pages = robot.form.draft, robot.screen.query_one(RequestPane)
        headers = tuple((f"header-{number}", "value") for number in range(3))
        lacking = (Unresolved("the variable PASSWD is left out", "only AWS knows it", "template.yaml:31"),) * 2

        def form() -> str:
            return robot.text().rpartition(" F5 Send ")[0]

        async def steps() -> AsyncIterator[None]:
            yield
            robot.screen.form.put(replace(draft, client_id="long " * 15))
            yield
            robot.screen.form.put(replace(draft, client_id="long " * 40))
            yield
            robot.screen.form.put(draft)
            yield
            robot.screen.missing = lacking
            yield
            robot.screen.missing = ()
            yield
            await robot.open_page("http")
            yield
            robot.screen.form.put(replace(draft, headers=headers))
            yield
            robot.screen.form.put(replace(draft, mode=Mode.BOTH, token="t"))
            yield

        rooms = set()
        async for _ in steps():
            await robot.rest()
            reached, room = form(), pages.query_one(Hints).room
            rooms.add(room)
            await robot.pilot.resize_terminal(100, 50)
            await robot.rest()
            await robot.pilot.resize_terminal(120, 38)
            await robot.rest()
            assert form() == reached, room
        assert len(rooms) > 1, "there was more and less room"
