"""The certificate of a saved request in the events that the app shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.request.request import TlsContext
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.certificate_variables import certificate_id
from authlens.ui.screens.dialogs.events import EventsScreen
from authlens.ui.screens.dialogs.request_as import RequestAs
from authlens.ui.widgets.controls.choices import Choices
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.form.event_page import EventPage
from support.certificates import certificate_pem
from ui.robot import SENSOR, Robot, running


def text_of(view: CodeView) -> str:
    return "\n".join(line.content.plain for line in view.lines)


async def shown(robot: Robot) -> list[str]:
    """The event of MQTT on the page of the form, in the dialog of events, and among the formats."""
    await robot.rest()
    await robot.open_page("event")
    page = robot.screen.query_one(EventPage)
    page.query_one(Choices).action_move(2)
    await robot.settle()
    found = [text_of(page.query_one(CodeView))]
    await robot.run("events")
    assert isinstance(robot.app.screen, EventsScreen)
    found.append(text_of(robot.app.screen.query_one("#real CodeView", CodeView)))
    assert "x509CertificatePem" not in text_of(robot.app.screen.query_one("#test CodeView", CodeView))
    await robot.press("escape")
    await robot.run("request_as")
    assert isinstance(robot.app.screen, RequestAs)
    found.append(next(each.text for each in robot.app.screen._masked if each.id == "mqtt"))
    await robot.press("escape")
    return found


async def test_the_event_of_a_real_connection_has_the_certificate(tmp_path: Path) -> None:
    path = tmp_path / "device.pem"
    path.write_text(certificate_pem())
    request = replace(SENSOR.request, tls_context=TlsContext("d.example"))
    saved = replace(SENSOR, request=request, certificate=Certificate(str(path)))
    async with running(tmp_path, saved) as robot:
        for text in await shown(robot):
            assert "x509CertificatePem" in text
            assert certificate_id(certificate_pem()) in text


@pytest.mark.parametrize("content", [None, "not a certificate"])
async def test_one_that_cannot_be_read_is_left_out_of_the_events(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "device.pem"
    if content is not None:
        path.write_text(content)
    async with running(tmp_path, replace(SENSOR, certificate=Certificate(str(path)))) as robot:
        for text in await shown(robot):
            assert "authorizer" in text or "protocolData" in text
            assert "x509CertificatePem" not in text
        assert any("certificate" in finding.message.lower() for finding in robot.screen.hints.findings)
