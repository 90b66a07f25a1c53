"""What a probe's report means, in sentences: what happened, and the usual causes in order of likelihood."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.mqtt import codes
from authlens.core.probe.report import Answer, ProbeReport, Tried, Verdict

REFUSAL_CAUSES = (
    "the function refused, raised an error or gave an answer that AWS does not accept: send the test call and compare",
    "the policies do not allow iot:Connect for this client id",
    "no authorizer of that name is ACTIVE, or none was named and no default authorizer is set",
    "the token's signature is missing or does not fit: the function is then not invoked",
)
RATE_CAUSES = ("another connection with this client id was made within the last second; wait a second and try again",)


def headline(report: ProbeReport) -> str:
    """`connected`, or how it ended, in one sentence."""
    version = report.version or 5
    if report.verdict is Verdict.CONNECTED:
        return "connected"
    if report.verdict is Verdict.UNREACHED or report.answer is None:
        return report.problem
    answer = report.answer
    if answer.packet is None:
        return f"the server {answer.closed} after CONNECT" + ("" if version == 5 else ", as AWS IoT refuses MQTT 3.1.1")
    reason = f": {answer.reason}" if answer.reason else ""
    return f"refused with {answer.words(version)}{reason}"


def causes(report: ProbeReport) -> tuple[str, ...]:
    """The usual causes of a refusal, the likeliest first."""
    answer = report.answer
    if report.verdict is not Verdict.REFUSED or answer is None:
        return ()
    if answer.code == codes.QUOTA_EXCEEDED:
        return RATE_CAUSES
    if answer.packet == "HTTP":
        return _http_causes(answer)
    return REFUSAL_CAUSES


def _http_causes(answer: Answer) -> tuple[str, ...]:
    if answer.code in (401, 403):
        return (*REFUSAL_CAUSES[:1], "the policies do not allow iot:Publish on this topic", *REFUSAL_CAUSES[2:])
    return ("what answered is not AWS IoT, or a proxy answered in its place",)


def trial_words(each: Tried, version: int) -> str:
    """One trial in a line: `denied: publish alarms/7 (PUBACK 0x87 Not authorized)`."""
    what = f"{each.trial.kind} {each.trial.topic}"
    if each.answer is None:
        return f"not tried: {what} (the connection had ended)"
    reason = f": {each.answer.reason}" if each.answer.reason else ""
    return f"{'allowed' if each.is_allowed else 'denied'}: {what} ({each.answer.words(version)}{reason})"


def prediction_words(report: ProbeReport) -> Iterator[str]:
    """Where the broker did something else than the documents say."""
    version = report.version or 5
    connected = report.verdict is Verdict.CONNECTED
    is_known = report.predicted is not None and report.verdict is not Verdict.UNREACHED
    if is_known and (report.predicted == "ALLOWED") is not connected:
        yield f"predicted {report.predicted}: connecting as {report.client_id}; {headline(report)}"
    for each in report.tried:
        if each.differs and each.answer is not None:
            what = f"{each.trial.kind} {each.trial.topic}"
            yield f"predicted {each.predicted}: {what}; the broker answered {each.answer.words(version)}"
