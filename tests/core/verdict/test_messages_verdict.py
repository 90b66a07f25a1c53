from __future__ import annotations

import pytest

from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import Certainty, Source
from authlens.core.verdict.device_messages import DeviceStage, MessageRow, Recognised, recognise
from authlens.core.verdict.messages_verdict import message_lines, verdict_of
from authlens.core.verdict.stages import Conclusion, StageState


def test_no_stage_of_a_test_call_is_judged_by_a_device() -> None:
    verdict = verdict_of(recognise("Error: The connection was lost."))
    assert verdict.conclusion is Conclusion.RECOGNISED
    assert {each.state for each in verdict.stages} == {StageState.NOT_REACHED}
    assert verdict.headline
    assert verdict.next_step


def row(source: Source) -> MessageRow:
    return MessageRow("id", "", "a broker", DeviceStage.TLS, "It means this.", ("one", "two"), "What next?", source)


@pytest.mark.parametrize(
    ("source", "known"),
    [
        (Source(Certainty.ASSUMED), "assumed"),
        (Source(Certainty.MEASURED, note="over MQTT"), "measured (over MQTT)"),
        (Source(Certainty.DOCUMENTED, "https://a.example"), "documented, https://a.example"),
        (Source(Certainty.REPORTED, "https://a.example", "twice"), "reported (twice), https://a.example"),
    ],
)
def test_a_message_in_lines(source: Source, known: str) -> None:
    messages = (Recognised(row(source), "the words", "client id c"), Recognised(row(source), "others"))
    assert list(message_lines(messages)) == [
        "",
        "a broker, stage TLS, id: the words (client id c)",
        "  It means this.",
        "  1. one",
        "  2. two",
        "  Next: What next?",
        f"  Known: {known}",
        "",
        "a broker, stage TLS, id: others",
        "  It means this.",
        "  1. one",
        "  2. two",
        "  Next: What next?",
        f"  Known: {known}",
    ]


def test_the_first_message_gives_the_headline() -> None:
    first, second = row(Source(Certainty.ASSUMED)), recognise("Error: The connection was lost.")[0]
    verdict = verdict_of((Recognised(first, "x"), second))
    assert (verdict.headline, verdict.next_step) == ("It means this.", "What next?")
    assert [each.stage for each in verdict.stages] == list(Stage)
