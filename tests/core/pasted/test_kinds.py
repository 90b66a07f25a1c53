from __future__ import annotations

import json

import pytest

from authlens.core.pasted.kinds import PastedKind, UnreadablePaste, elsewhere, kind_of, read_pasted, read_request
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from support.app_services import NOW, POLICY

EVENT = {
    "protocolData": {"mqtt": {"username": "sensor-7?x-amz-customauthorizer-name=SensorAuth", "clientId": "sensor-7"}},
    "protocols": ["mqtt"],
    "signatureVerified": False,
    "connectionMetadata": {"id": "00000000-0000-4000-8000-000000000000"},
}
LOGGED = json.dumps(EVENT, indent=2)
COMMAND = "aws iot test-invoke-authorizer \\\n  --authorizer-name A --mqtt-context username=u --region eu-west-1"
ERROR = (
    "An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: "
    "Token signature mismatch for authorizer SensorAuth"
)
EXPORT = "\n".join(
    json.dumps({"id": number, "startedAt": "2026-11-23T09:30:00+00:00", "outcome": {"principalId": "p"}})
    for number in (2, 1)
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (COMMAND, PastedKind.COMMAND),
        ("$ authlens invoke --authorizer-name A", PastedKind.COMMAND),
        ("mosquitto_pub -h h.example.com -u u -P p", PastedKind.CLIENT),
        (LOGGED, PastedKind.EVENT),
        (json.dumps(EVENT), PastedKind.EVENT),
        (f"2026-11-23T09:30:00Z\tINFO\t{EVENT!r}\n", PastedKind.EVENT),
        (POLICY, PastedKind.POLICY),
        (f"[{POLICY}]", PastedKind.POLICY),
        ('{"isAuthenticated": false}', PastedKind.ANSWER),
        (ERROR, PastedKind.ERROR),
        (f"aws: [ERROR]: {ERROR}", PastedKind.ERROR),
        ("Lambda function encountered error in execution", PastedKind.ERROR),
        ("InvalidResponseException\nLambda function encountered error in execution", PastedKind.ERROR),
        ('{"message": "Lambda function encountered error in execution: boom: Error"}', PastedKind.ERROR),
        ('{"__type": "ThrottlingException", "message": "Rate exceeded"}', PastedKind.ERROR),
        ("Authorizer A not found", PastedKind.ERROR),
        (EXPORT, PastedKind.EXPORT),
        (EXPORT.partition("\n")[0], PastedKind.ANSWER),
        ('{"id": 3}\n{"id": 2}', None),
        ("not found", None),
        ('{"message": "no"}', None),
        ('{"signatureVerified": true}', None),
        ("signatureVerified\nprotocolData {", None),
        ('{"Statement": 1', None),
        ("aws", None),
        ("sensor-7", None),
        ("", None),
        ("{" * 500 + "protocolData", None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_text_is_of_the_kind_that_it_certainly_is(text: str, kind: PastedKind | None) -> None:
    assert kind_of(text) is kind
    assert kind_of(text.replace("\n", "\r")) is kind
    assert kind_of(text.replace("\n", "\r\n")) is kind


def test_a_command_is_read_with_its_target_whatever_ends_its_lines() -> None:
    for text in (COMMAND, COMMAND.replace("\n", "\r"), COMMAND.replace("\n", "\r\n")):
        assert read_pasted(text, NOW, "ignored").saved == SavedRequest(
            AuthorizerRequest("A", mqtt_context=MqttContext("u")), target=Target(region="eu-west-1")
        )


def test_what_names_no_authorizer_is_for_that_of_the_form() -> None:
    nameless = LOGGED.replace("?x-amz-customauthorizer-name=SensorAuth", "")
    for text, name in ((LOGGED, "SensorAuth"), (nameless, "Other"), ("mosquitto_pub -u u -P p", "Other")):
        saved = read_pasted(text, NOW, "Other").saved
        assert saved is not None
        assert saved.request.authorizer_name == name
    assert any("name" in note for note in read_pasted(nameless, NOW).notes)


def test_what_is_not_a_request_is_read_as_what_it_is() -> None:
    assert read_pasted(POLICY, NOW).policy == POLICY
    error = read_pasted(ERROR, NOW)
    assert error.kind is PastedKind.ERROR
    assert error.answer is not None
    assert error.answer.invocation.failure is not None
    message = read_pasted("Connection interrupted: AWS_ERROR_MQTT_UNEXPECTED_HANGUP", NOW)
    assert message.kind is PastedKind.MESSAGE
    assert message.answer is not None
    assert message.answer.messages
    answer = read_pasted(json.dumps({"isAuthenticated": True}), NOW)
    assert answer.kind is PastedKind.ANSWER, "also where AWS would refuse it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aws iot test-invoke-authorizer --nonsense x", "line 1, column 32: "),
        ("aws iot test-invoke-authorizer --token " + "x" * 70_000, "longer than 65,536"),
        ("mosquitto_pub -t t", "holds no header"),
        ('{"foo": 1}', "Not recognised"),
        (EXPORT, "this is an export of the history; 'authlens explain --history ID'"),
    ],
    ids=["command", "long", "client", "unknown", "export"],
)
def test_what_cannot_be_read_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(UnreadablePaste, match=said) as raised:
        read_pasted(text, NOW)
    assert "\n" not in str(raised.value)


def test_a_text_for_another_command_is_sent_there() -> None:
    assert "authlens lint" in (elsewhere(POLICY) or "")
    assert (elsewhere(ERROR) or "").startswith("this is an error")
    with pytest.raises(UnreadablePaste, match="authlens explain"):
        read_request(ERROR)
    assert read_request('{"signatureVerified": true, "token": "t"}').saved is not None
    assert elsewhere("?") is None
