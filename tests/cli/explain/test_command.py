from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from authlens.__main__ import open_history
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.invocation_json import to_json
from authlens.core.policy import wildcards
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from support.deployed_aws import DENIED, FUNCTION, Reply, deployed, policy
from support.local_endpoint import definitions, running
from support.one_command import Command, Ended
from support.preflight import NOW
from support.public_keys import pair
from support.shapes import PYTHON, sam, write

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:eu-west-1:1:client/c1"}],
    }
)
OUTCOME = {
    "isAuthenticated": True,
    "principalId": "p1",
    "policyDocuments": [POLICY],
    "refreshAfterInSeconds": 300,
    "disconnectAfterInSeconds": 86400,
}
REQUEST = """request:
  authorizerName: SensorAuth
  httpContext: {queryString: "a=b"}
  mqttContext: {username: sensor-7, password: "${env:PW}", clientId: sensor-7}
"""
MISSING = "null at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}"


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PW", "pass")
    Path("request.yaml").write_text(REQUEST)
    return Command(capsys, monkeypatch)


def explained(authlens: Command, answer: object, *words: str) -> dict[str, object]:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    ended = authlens("explain", "--answer", "-", "--output", "json", *words, stdin=text)
    assert (ended.code, ended.err) == (0, "")
    verdict: dict[str, object] = json.loads(ended.out)
    return verdict


def test_a_request_is_checked_before_it_is_sent(authlens: Command) -> None:
    ended = authlens("explain", "--request", "request.yaml")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert lines[0] == "The query string must begin with '?' in a test call; without it AWS refuses the request."
    assert lines[1] == "Next: Put '?' before the query string."
    assert lines[2] == "AWS would say: Invalid arguments in the call"
    assert "failed       request fits the authorizer" in lines
    assert any(line.startswith("error query-string-mark httpContext.queryString[0:1]: ") for line in lines)


def test_findings_of_a_request_as_json(authlens: Command) -> None:
    ended = authlens("explain", "--request", "request.yaml", "--output", "json")
    verdict = json.loads(ended.out)
    assert (verdict["conclusion"], verdict["explanation"]) == ("failed", "query-string-mark")
    assert verdict["findings"][0] == {
        "id": "query-string-mark",
        "severity": "error",
        "path": "httpContext.queryString",
        "start": 0,
        "end": 1,
        "message": verdict["headline"],
        "fix": "Put '?' before the query string",
        "awsWords": "Invalid arguments in the call",
        "source": {"known": "measured", "page": "https://github.com/floci-io/floci", "note": "eu-west-1"},
    }
    assert len(verdict["stages"]) == 9


def test_with_the_authorizer_the_signature_is_checked_too(authlens: Command) -> None:
    keys = {"k1": pair("a").public_pem}
    described = {"authorizerName": "SensorAuth", "tokenKeyName": "tok", "tokenSigningPublicKeys": keys}
    Path("authorizer.json").write_text(json.dumps(described))
    Path("token.yaml").write_text("request: {authorizerName: SensorAuth, token: abc, tokenSignature: AAAA}\n")
    ended = authlens("explain", "--request", "token.yaml", "--authorizer", "authorizer.json")
    assert "failed       signature verified" in ended.out
    assert "Token signature mismatch for authorizer SensorAuth" in ended.out


def test_a_request_signed_on_sending_is_not_missing_its_signature(authlens: Command) -> None:
    Path("signed.yaml").write_text("request: {authorizerName: A, token: abc}\nsign: {key: k.pem}\n")
    Path("k.pem").write_bytes(pair("a").private_pem)
    assert "preflight finds nothing" in authlens("explain", "--request", "signed.yaml").out.lower()


@pytest.mark.parametrize(
    ("more", "stage", "said"),
    [
        ('token: "${env:NOT_SET}"', "request well-formed", "The token: the environment variable 'NOT_SET' is not set."),
        ('token: "${file:none.txt}"', "request well-formed", "none.txt' cannot be read"),
        ("token: t}\nsign: {key: none.pem", "request well-formed", "The signing key none.pem does not exist"),
        ("token: t}\nsign: {key: k.pub", "request well-formed", "The signing key k.pub: "),
        (
            "tokenSignature: AAAA",
            "authorizer found",
            "There is no authorizer 'Sensor'; existing: SensorAuth, TokenAuth.",
        ),
    ],
    ids=["variable", "file", "key", "public key", "authorizer"],
)
def test_what_is_missing_for_sending_is_reported_beforehand(
    authlens: Command, more: str, stage: str, said: str
) -> None:
    Path("k.pub").write_text(pair("a").public_pem)
    Path("authorizers.yaml").write_text(
        "authorizers:\n  SensorAuth: {codeUri: nowhere, handler: app.handler}\n"
        "  TokenAuth: {codeUri: nowhere, handler: app.handler}\n"
    )
    Path("sent.yaml").write_text(f"target: {{local: authorizers.yaml}}\nrequest: {{authorizerName: Sensor, {more}}}\n")
    ended = authlens("explain", "--request", "sent.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert said in ended.out.splitlines()[0]
    assert f"failed       {stage}" in ended.out


def test_an_authorizer_of_a_local_target_is_known_without_starting_it(authlens: Command) -> None:
    Path("authorizers.yaml").write_text(
        "authorizers:\n  A: {codeUri: nowhere, handler: app.handler, status: INACTIVE}\n"
    )
    Path("sent.yaml").write_text(
        "target: {local: authorizers.yaml}\nrequest: {authorizerName: A, token: t, tokenSignature: AAAA}\n"
    )
    ended = authlens("explain", "--request", "sent.yaml")
    assert "error signing-disabled" in ended.out
    assert "warning authorizer-inactive" in ended.out


def test_what_a_template_lacks_here_is_the_runtime_of_the_json_output(authlens: Command, tmp_path: Path) -> None:
    variable = 'SAYS: !Sub "${Secret}!"'
    write(Path(), {"template.yaml": sam().replace(variable, "SAYS: !GetAtt Made.Password"), "src/app.py": PYTHON})
    Path("sent.yaml").write_text("target: {local: template.yaml}\nrequest: {authorizerName: fleet, token: t}\n")
    ended = authlens("explain", "--request", "sent.yaml", "--output", "json")
    (missing,) = json.loads(ended.out)["runtime"]["unresolved"]
    assert (missing["what"], "line 11" in missing["place"]) == ("the variable SAYS is left out", True)
    assert "runtime: The variable SAYS is left out" in authlens("explain", "--request", "sent.yaml").out
    assert explained(authlens, {"isAuthenticated": False})["runtime"] is None


@pytest.mark.parametrize("answer", [{"isAuthenticated": False}, {"outcome": {"isAuthenticated": False}}])
def test_a_bare_refusal_is_recognised(authlens: Command, answer: object) -> None:
    verdict = explained(authlens, answer)
    assert verdict["explanation"] == "bare-refusal"
    assert "refused without a principal" in str(verdict["headline"])


@pytest.mark.parametrize(
    "printed",
    [
        f"An error occurred (InvalidResponseException) when calling the TestInvokeAuthorizer operation: {MISSING}\n",
        "\naws: [ERROR]: An error occurred (InvalidResponseException) when calling the TestInvokeAuthorizer operation "
        f"(reached max retries: 0): {MISSING}\n",
        json.dumps({"__type": "InvalidResponseException", "message": MISSING}),
        json.dumps({"__type": "com.amazonaws#InvalidResponseException", "Message": MISSING}),
        json.dumps({"Error": {"Code": "InvalidResponseException", "Message": MISSING}, "ResponseMetadata": {}}),
        json.dumps({"error": "InvalidResponseException", "httpStatus": 400, "message": MISSING}),
    ],
    ids=["CLI v1", "CLI v2", "body", "namespaced body", "boto3", "run"],
)
def test_an_error_is_explained_however_it_was_stored(authlens: Command, printed: str) -> None:
    assert explained(authlens, printed)["explanation"] == "bare-refusal"


@pytest.mark.parametrize(
    "printed",
    [
        "An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: None",
        json.dumps({"__type": "InvalidRequestException", "message": None}),
    ],
)
def test_the_null_message_is_recognised(authlens: Command, printed: str) -> None:
    assert explained(authlens, printed)["explanation"] == "token-not-in-context"


def test_questions_are_decided_with_an_answer(authlens: Command) -> None:
    verdict = explained(authlens, OUTCOME, "--ask", "iot:Connect client/c1", "--ask", "iot:Publish topic/a")
    assert verdict["conclusion"] == "authenticated, partly denied"
    questions = verdict["questions"]
    assert isinstance(questions, list)
    assert [each["decision"] for each in questions] == ["ALLOWED", "IMPLICIT_DENY"]


def test_the_verdict_and_the_findings_share_one_bound(authlens: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {**OUTCOME, "policyDocuments": [POLICY.replace("client/c1", "topic/*a*?b*")]}
    words = ("--ask", "iot:Publish topic/aab/c", "--ask", "iot:Publish topic/bb/c")

    def rules() -> set[str]:
        found = explained(authlens, answer, *words)["lint"]
        assert isinstance(found, list)
        return {each["id"] for each in found}

    assert "too-complex" not in rules()
    monkeypatch.setattr(wildcards, "STEPS_OF_AN_ANSWER", 10)
    assert "too-complex" in rules()


def test_documents_may_be_objects(authlens: Command) -> None:
    decoded = {**OUTCOME, "policyDocuments": [json.loads(POLICY)]}
    assert explained(authlens, decoded)["conclusion"] == "authenticated"
    assert explained(authlens, {**OUTCOME, "policyDocuments": []})["conclusion"] == "authenticated, everything denied"


def test_the_documents_of_an_answer_are_linted(authlens: Command) -> None:
    thing = POLICY.replace("client/c1", "client/${iot:Connection.Thing.ThingName}")
    answer = {**OUTCOME, "policyDocuments": [POLICY, thing]}
    found = explained(authlens, answer)["lint"]
    assert isinstance(found, list)
    assert {"document": 1, "line": 1}.items() <= next(each for each in found if each["document"] == 1).items()
    assert "document 2, line 1, column " in authlens("explain", "--answer", "-", stdin=json.dumps(answer)).out


def test_a_functions_own_answer_is_linted_whether_or_not_aws_would_accept_it(authlens: Command) -> None:
    found = explained(authlens, {"isAuthenticated": True, "principalId": "sensor-7", "context": {}})["lint"]
    assert isinstance(found, list)
    assert {"principal-id", "policy-documents", "context-member"} <= {each["id"] for each in found}


def test_text_shows_answers_and_caveats(authlens: Command) -> None:
    Path("answer.json").write_text(json.dumps(OUTCOME))
    out = authlens("explain", "--answer", "answer.json", "--ask", "iot:Publish topic/a").out
    assert "IMPLICIT_DENY: iot:Publish topic/a" in out
    assert "default-authorizer" not in out
    Path("answer.json").write_text(json.dumps({**OUTCOME, "policyDocuments": []}))
    assert "warning no-documents: " in authlens("explain", "--answer", "answer.json").out


def test_exported_and_recorded_invocations_are_explained(authlens: Command) -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", None, "c2"))
    invocation = Invocation(request, Target(), Outcome(True, "p1", (POLICY,), 300, 86400), NOW, 0.1)
    assert "'c2'" in str(explained(authlens, to_json(invocation))["headline"])
    with open_history() as history:
        number = history.record(invocation).number
        failed = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer A not found", 404)
        history.record(Invocation(request, Target(), failed, NOW, 0.1))
    assert "'c2'" in authlens("explain", "--history", number).out
    assert "failed       authorizer found" in authlens("explain", "--history", (number or 0) + 1).out


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("SensorAuth", 0, "Token signature mismatch for authorizer SensorAuth"), ("Nobody", 254, "Nobody not found")],
)
def test_the_authorizer_is_described_on_request(
    authlens: Command, monkeypatch: pytest.MonkeyPatch, name: str, code: int, said: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    known = Authorizer("SensorAuth", token_key_name="tok", token_signing_public_keys=(("k1", pair("a").public_pem),))
    with running(definitions(known)) as endpoint:
        target = f"target: {{endpointUrl: '{endpoint.url}', region: eu-west-1}}\n"
        Path("sent.yaml").write_text(f"{target}request: {{authorizerName: {name}, token: t, tokenSignature: AAAA}}\n")
        ended = authlens("explain", "--request", "sent.yaml", "--describe")
    assert ended.code == code
    assert said in ended.out + ended.err


def test_missing_credentials_are_a_configuration_error(authlens: Command) -> None:
    Path("sent.yaml").write_text("target: {region: eu-west-1}\nrequest: {authorizerName: A, token: t}\n")
    ended = authlens("explain", "--request", "sent.yaml", "--describe")
    assert (ended.code, "DescribeAuthorizer" in ended.err) == (253, True)


@pytest.mark.parametrize("output", ["text", "json"])
def test_secrets_that_an_answer_repeats_are_shown_only_on_request(authlens: Command, output: str) -> None:
    failure = Failure(FailureKind.AWS, "InvalidResponseException", "Lambda function encountered error: no canary-token")
    Path("sent.json").write_text(
        json.dumps(to_json(Invocation(AuthorizerRequest("A", "canary-token"), Target(), failure, NOW, 0.1)))
    )
    shown = authlens("explain", "--answer", "sent.json", "--output", output).out
    assert ("canary" in shown, "no [redacted]" in shown) == (False, True)
    assert "canary-token" in authlens("explain", "--answer", "sent.json", "--reveal", "--output", output).out


REFUSED = {
    "nothing": ([], "", "one of the arguments"),
    "two things": (["--request", "request.yaml", "--history", "1"], "", "not allowed with"),
    "missing file": (["--request", "nope.yaml"], "", "nope.yaml cannot be read"),
    "broken YAML": (["--request", "-"], "request: {authorizerName: [}", "line 1"),
    "unknown key": (["--request", "-"], "request: {authorizername: A}", "authorizername"),
    "no answer": (["--answer", "-"], "hello", "neither an answer nor an error"),
    "a list": (["--answer", "-"], "[]", "JSON object"),
    "a broken invocation": (["--answer", "-"], '{"request": 3, "startedAt": "x"}', "-: "),
    "no invocation": (["--history", "7"], "", "no invocation 7"),
    "no number": (["--history", "x"], "", "'x' is not a whole number of at least 1"),
    "no question": (["--answer", "-", "--ask", "iot:Connect"], "{}", "on what? Add the client id"),
    "a question too early": (["--request", "request.yaml", "--ask", "iot:Connect client/a"], "", "needs an answer"),
    "nobody to describe": (["--answer", "-", "--describe"], '{"isAuthenticated": false}', "authorizerName"),
    "an object that is not an answer": (["--answer", "-"], '{"foo": 1}', "not recognised"),
    "text that is not an error": (["--answer", "-"], "hello", "not recognised"),
}


@pytest.mark.parametrize(("words", "stdin", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_one_sentence(authlens: Command, words: list[str], stdin: str, said: str) -> None:
    ended = authlens("explain", *words, stdin=stdin)
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_what_is_larger_than_any_answer_is_not_read(authlens: Command) -> None:
    with open("large.json", "wb") as file:
        file.truncate(4 * 1024 * 1024 + 1)
    ended = authlens("explain", "--answer", "large.json")
    assert (ended.code, "larger than 4 MiB" in ended.err) == (252, True)


def test_standard_input_is_utf_8_in_every_locale(authlens: Command) -> None:
    answer = json.dumps({**OUTCOME, "principalId": "sensör"}, ensure_ascii=False)
    command = [sys.executable, "-X", "utf8=0", "-m", "authlens", "explain", "--answer", "-"]
    environ = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(command, input=answer.encode(), capture_output=True, env=environ, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"The principalId sens")


def test_a_closed_standard_input_is_reported(authlens: Command) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {shlex.quote(sys.executable)} -m authlens explain --answer - <&-"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (252, "")
    assert "standard input is closed" in done.stderr


def test_what_is_not_text_is_reported(authlens: Command) -> None:
    Path("binary").write_bytes(b"\xff\xfe")
    for ended in (authlens("explain", "--answer", "binary"), authlens("explain", "--answer", "-", stdin=b"\xff")):
        assert (ended.code, "not UTF-8" in ended.err) == (252, True)


def deployment_of(authlens: Command, changes: dict[str, Reply], *words: str) -> Ended:
    with deployed(changes) as server:
        text = f"target: {{endpointUrl: '{server.url}', region: eu-west-1}}\nrequest: {{authorizerName: A, {words[0]}}}"
        return authlens("explain", "--request", "-", "--deployment", *words[1:], stdin=text)


def test_the_deployment_is_read_and_checked(authlens: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "AKID")
    wrong = policy(Condition={"ArnLike": {"AWS:SourceArn": FUNCTION}})
    ended = deployment_of(
        authlens,
        {f"/2015-03-31/functions/{FUNCTION}/policy": wrong, "/endpoint": DENIED},
        "tlsContext: {serverName: iot.example.com}",
    )
    assert ended.code == 0
    assert (
        f"warning permission-source-arn: The permission 's1' is for a different source: AWS:SourceArn {FUNCTION}"
        in ended.out
    )
    assert (
        "warning domain-override: The domain configuration shop (iot.example.com) sends every device to B" in ended.out
    )
    assert (
        "info not-read: Some of the deployment could not be read: iot:DescribeEndpoint (AccessDeniedException)."
        in ended.out
    )
    assert "deployed function: The function" in ended.out
    assert ended.out.startswith(
        "Preflight finds nothing that AWS would refuse. But: The permission 's1' is for a different"
    )
    machine = deployment_of(authlens, {}, "tlsContext: {serverName: iot.example.com}", "--output", "json")
    facts = {fact["id"]: fact["isRead"] for fact in json.loads(machine.out)["deployment"]}
    read = (
        "function",
        "permission",
        "concurrency",
        "throttles",
        "logging",
        "default-authorizer",
        "data-endpoint",
        "domain",
    )
    assert facts == dict.fromkeys(read, True)
    denied = deployment_of(authlens, {"/authorizer/A": DENIED}, "mqttContext: {username: u}")
    assert denied.code == 0, denied.err
    assert "deployed function: Not read: iot:DescribeAuthorizer (its function is not known)." in denied.out
    assert "deployed logging: AWS IoT logs at level ERROR." in denied.out


def test_a_bare_answer_does_not_say_where_it_is_deployed(authlens: Command) -> None:
    assert authlens("explain", "--answer", "-", "--deployment", stdin="{}").code == 252


HANGUP = "libaws-c-mqtt: AWS_ERROR_MQTT_UNEXPECTED_HANGUP, The connection was closed unexpectedly."


def test_words_from_the_other_side_are_explained(authlens: Command) -> None:
    ended = authlens("explain", "--answer", "-", stdin=f"Connection interrupted with error {HANGUP}\n")
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert lines[0].startswith("The connection was closed without a reason")
    assert lines[1].startswith("Next: ")
    assert "AWS IoT Device SDK v2, stage connect, sdk-hangup: AWS_ERROR_MQTT_UNEXPECTED_HANGUP" in lines
    assert any(line.startswith("  1. the function was not invoked") for line in lines)
    assert "AWS said" not in ended.out
    assert "InvalidResponseException" not in ended.out


def test_words_from_the_other_side_as_json(authlens: Command) -> None:
    verdict = explained(authlens, HANGUP)
    assert verdict["conclusion"] == "recognised"
    messages = verdict["messages"]
    assert isinstance(messages, list)
    assert [message["id"] for message in messages] == ["sdk-hangup"]
    assert messages[0]["stage"] == "connect"
    assert messages[0]["source"]["known"] == "reported"


def test_a_cloudformation_frame_is_removed(authlens: Command) -> None:
    inside = "Token signature mismatch for authorizer A (Service: Iot, Status Code: 400, Request ID: 1b2c)"
    said = f'Resource handler returned message: "{inside}" (RequestToken: 7f, HandlerErrorCode: InvalidRequest)'
    ended = authlens("explain", "--answer", "-", stdin=said)
    assert "AWS said: InvalidRequestException: Token signature mismatch for authorizer A" in ended.out
    assert "failed       signature verified" in ended.out


def test_a_bare_answer_is_what_aws_would_say(authlens: Command) -> None:
    ended = authlens("explain", "--answer", "-", stdin='{"isAuthenticated": true, "policyDocuments": []}')
    assert f"AWS would say: InvalidResponseException: {MISSING}" in ended.out
    assert "refused without a principal" not in ended.out
    assert ended.out.startswith("The answer has no principalId")
    text = json.dumps(json.dumps({"isAuthenticated": True, "principalId": "p", "policyDocuments": [POLICY]}))
    ended = authlens("explain", "--answer", "-", stdin=text)
    assert ended.out.startswith("Authenticated as 'p'")
