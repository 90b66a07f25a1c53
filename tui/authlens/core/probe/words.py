"""What a probe's report means, in sentences: what happened, and the usual causes in order of likelihood."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.mqtt.packets import V3, V5
from authlens.core.mqtt.rules import CLIENT_ID, CONNECT_RATE, HTTP_REFUSED, LOST, REFUSED, TAKEN_OVER
from authlens.core.policy.matching import DecisionWord
from authlens.core.probe.answers import RESET, open_words
from authlens.core.probe.plan import PROBE_CLIENT_ID, ProbePlan
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeReport, ProbeVerdict, Tried

_NOT_AWS = "what answered is not AWS IoT: check the host name and the port"
REFUSAL_CAUSES = (
    "the function refused, raised an error or returned an answer that AWS does not accept: compare with a test call",
    "the policies do not allow iot:Connect for this client id",
    "no authorizer of that name is ACTIVE, or none was named and no default authorizer is set",
    "the token's signature is missing or does not match: the function is not invoked then",
)
TAKEN_OVER_CAUSES = ("another client connected with the same client id at the same moment: give --client-id",)
VERSION_CAUSES = ("the server does not support this version of MQTT, which AWS IoT does: try --mqtt 3 or 5", _NOT_AWS)
CLIENT_ID_CAUSES = (
    "AWS IoT accepts client ids of at most 128 bytes that do not start with $: give another one with --client-id",
    "the server accepts only client ids of a pattern of its own",
)
RATE_CAUSES = ("another connection used this client id within the last second; wait a second and try again",)
LOST_CAUSES = (f"{RESET}: try again, and from another network", *TAKEN_OVER_CAUSES)
ACCEPTED_CAUSES = (*TAKEN_OVER_CAUSES, "a proxy or load balancer in between ended the connection", _NOT_AWS)
CLOSE_CODE_CAUSES = (
    "a proxy or another server answered: AWS IoT closes a WebSocket without a code",
    *REFUSAL_CAUSES,
)
UNAVAILABLE_CAUSES = ("the server is unavailable or busy: wait a moment and try again", _NOT_AWS)
OTHER_CODE_CAUSES = (
    "AWS IoT is not known to answer CONNECT with this code: check the host name and the port",
    *REFUSAL_CAUSES,
)


SILENT_CAUSES = (
    "the host requires a client certificate and did not accept one (CUSTOM_AUTH_X509): with TLS 1.3 that shows only "
    "after the handshake",
    "what answers does not speak MQTT 5: AWS IoT refuses it with a CONNACK",
)
_CLOSED = "the server "
"""How the headline of an answer without a packet begins."""
_REFUSED_IN_3 = ", which is how AWS IoT refuses a CONNECT of MQTT 3.1.1"

_ENDS_OF_3 = (ConnectionEnd.CLOSED, ConnectionEnd.EMPTY_CLOSE_FRAME)
"""A close frame with a code comes from another server, or from a proxy; a reset comes from anywhere."""


def announcement(plan: ProbePlan) -> str:
    """What is about to happen, and to whom."""
    who = f" as client id {plan.client_id}" if plan.client_id else ""
    takes = f"; a device that is connected as {plan.client_id} will be disconnected" if plan.client_id else ""
    named = f" (server name {plan.server_name})" if plan.server_name else ""
    return f"connecting to {plan.address}{named}{who}{takes}"


def headline(report: ProbeReport) -> str:
    """`connected`, or how it ended, in one sentence."""
    if report.verdict is ProbeVerdict.CONNECTED:
        return "connected"
    if report.verdict is ProbeVerdict.UNREACHED or report.answer is None:
        return report.problem
    answer = report.answer
    if answer.packet is None:
        code = f" ({answer.reason})" if answer.reason else ""
        as_aws = report.version == V3 and answer.closed in _ENDS_OF_3
        return f"{_CLOSED}{answer.closed}{code} after CONNECT" + (_REFUSED_IN_3 if as_aws else "")
    if answer.packet == "CONNACK" and answer.code == 0:
        why = f" ({answer.reason})" if answer.reason else ""
        return f"the server accepted the connection and {answer.closed} at once{why}"
    reason = f": {answer.reason}" if answer.reason else ""
    return f"refused with {answer.words(report.version)}{reason}"


NO_CLIENT_ID = (
    f"the request names no client id, so the probe used {PROBE_CLIENT_ID}, which the policies may not allow: give "
    "--client-id, or mqttContext.clientId in the request"
)
NO_CERTIFICATE = (
    "the domain configuration requires a client certificate (CUSTOM_AUTH_X509), and none was given: use --cert and "
    "--key, or certificate: in the saved request"
)


PRINCIPAL = "CUSTOM_AUTH_X509: the function's principalId is not the id of the client certificate, as it must be"
NO_LOGIN = (
    "the request logs in with an MQTT username or password, and an HTTPS publish carries neither: connect over MQTT or "
    "WebSocket, or put the credentials into headers or the query string"
)


def causes(report: ProbeReport) -> tuple[str, ...]:
    """The usual causes of a refusal, the most likely first; one that is known comes alone."""
    if report.listener_reasons:
        return report.listener_reasons
    if report.lacks_certificate and report.verdict is not ProbeVerdict.CONNECTED:
        return (NO_CERTIFICATE,)
    words = headline(report)
    who = (report.client_id, report.predicted, report.omits_login)
    found = causes_of(report.refused_by, words, report.version, *who, is_upgraded=report.is_upgraded)
    return (PRINCIPAL, *found) if report.has_certificate and found[:1] == REFUSAL_CAUSES[:1] else found


def causes_of(
    refusal: str | None,
    words: str = "",
    version: int | None = None,
    client_id: str = "",
    predicted: str | None = None,
    omits_login: bool = False,
    *,
    is_upgraded: bool = False,
) -> tuple[str, ...]:
    """The same, for the `refused_by` of a report or of its record. words: its headline. is_upgraded: to a WebSocket."""
    if refusal is None:
        return ()
    if refusal == REFUSED.id:
        return _of_connect(words, version, client_id, predicted, is_upgraded)
    if refusal == LOST.id:
        return (*LOST_CAUSES, *SILENT_CAUSES[is_upgraded : 2 if version == V5 else 1], *REFUSAL_CAUSES)
    if refusal == HTTP_REFUSED.id:
        # Of the two ways over HTTP only the publish has a topic.
        publish = () if version else ("the policies do not allow iot:Publish on this topic",)
        return (*((NO_LOGIN,) if omits_login else ()), *REFUSAL_CAUSES[:1], *publish, *REFUSAL_CAUSES[2:])
    status = refusal.removeprefix("http-")
    if status == refusal:
        is_other = refusal.startswith(("connack-", "disconnect-"))
        return _KNOWN_CAUSES.get(refusal, OTHER_CODE_CAUSES if is_other else REFUSAL_CAUSES)
    if status in _PUBLISH_CAUSES and not version:
        return (_PUBLISH_CAUSES[status], _NOT_AWS)
    return _HTTP_CAUSES.get(status) or _HTTP_CAUSES.get(f"{status[:1]}xx") or (_NOT_AWS,)


def _of_connect(
    words: str, version: int | None, client_id: str, predicted: str | None, is_upgraded: bool
) -> tuple[str, ...]:
    if predicted not in (None, DecisionWord.ALLOWED):
        return (f"the documents of the last answer do not allow iot:Connect as {client_id} ({predicted})",)
    if client_id == PROBE_CLIENT_ID:
        return (NO_CLIENT_ID, *REFUSAL_CAUSES)
    if version == V5 and words.startswith(_CLOSED):
        # Whoever upgraded to a WebSocket had accepted the certificate, or asked for none.
        return (*SILENT_CAUSES[is_upgraded:], *REFUSAL_CAUSES)
    return REFUSAL_CAUSES


_KNOWN_CAUSES = {
    CONNECT_RATE.id: RATE_CAUSES,
    TAKEN_OVER.id: TAKEN_OVER_CAUSES,
    CLIENT_ID.id: CLIENT_ID_CAUSES,
    "connack-0x00": ACCEPTED_CAUSES,
    "websocket-closed": CLOSE_CODE_CAUSES,
    "connack-0x01": VERSION_CAUSES,
    "connack-0x84": VERSION_CAUSES,
    **dict.fromkeys(("connack-0x03", "connack-0x88", "connack-0x89", "disconnect-0x8b"), UNAVAILABLE_CAUSES),
}
_REDIRECTED = ("a captive portal answered in place of AWS IoT: open a browser and sign in to the network",)
_PUBLISH_CAUSES = {
    "400": "AWS IoT does not accept the topic or a parameter of the publish",
    "413": "the payload is larger than the 128 KiB that AWS IoT accepts",
    "426": "the domain configuration expects a protocol other than HTTPS (applicationProtocol)",
}
_HTTP_CAUSES = {
    "407": ("a proxy in between requires a login; devices do not use proxies: connect from a network without one",),
    "426": (
        "the domain configuration expects a protocol other than MQTT over WebSocket (applicationProtocol)",
        "a proxy in between does not forward the upgrade",
    ),
    "502": ("a proxy or load balancer answered in place of AWS IoT and cannot reach it",),
    "429": ("AWS IoT is throttling: wait a moment", _NOT_AWS),
    "503": ("AWS IoT is throttling or unavailable: wait a moment", _NOT_AWS),
    "504": ("a proxy or load balancer answered in place of AWS IoT and cannot reach it",),
    "511": _REDIRECTED,
    "2xx": _REDIRECTED,
    "3xx": _REDIRECTED,
}


def trial_words(each: Tried, version: int | None) -> str:
    """One trial in a line: `denied: publish alarms/7 (PUBACK 0x87 Not authorized)`."""
    what, result = f"{each.trial.kind} {each.trial.topic}", each.result(version)
    if each.answer is None:
        return f"{result}: {what} (the connection had ended)"
    sent = "sent, not acknowledged: " if each.is_unacknowledged(version) else ""
    return f"{result}: {what} ({sent}{_answer_words(each.answer, version)}{_open(each.answer, version)})"


def _answer_words(answer: ServerReply, version: int | None) -> str:
    words = "the server did not answer in time" if _is_silent(answer) else answer.words(version)
    return f"{words}: {answer.reason}" if answer.reason else words


def _open(answer: ServerReply, version: int | None) -> str:
    words = "" if _is_silent(answer) else open_words(answer, version)
    return f"; {words}" if words else ""


def _is_silent(answer: ServerReply) -> bool:
    return answer.packet is None and answer.closed is ConnectionEnd.SILENT


def prediction_words(report: ProbeReport) -> Iterator[str]:
    """Where the broker did something other than the policies say, or something that does not tell what they say."""
    if report.predicted is not None and report.connect_agrees is not True and report.verdict is not _UNREACHED:
        unknown = "" if report.connect_agrees is False else _open_prediction(report.answer, report.version)
        yield f"predicted {report.predicted}: connecting as {report.client_id}; {headline(report)}{unknown}"
    for each in report.tried:
        agrees = each.agrees(report.version)
        if each.predicted is not None and each.answer is not None and agrees is not True:
            what, words = f"{each.trial.kind} {each.trial.topic}", each.answer.words(report.version)
            happened = words if each.answer.packet is None else f"the broker answered {words}"
            unknown = "" if agrees is False else _open_prediction(each.answer, report.version)
            yield f"predicted {each.predicted}: {what}; {happened}{unknown}"


_UNREACHED = ProbeVerdict.UNREACHED


def _open_prediction(answer: ServerReply | None, version: int | None) -> str:
    words = open_words(answer, version) if answer is not None else ""
    return f" ({words})" if words else ""
