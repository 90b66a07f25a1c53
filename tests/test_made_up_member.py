"""Fields that AWS might add to the API, `tlsContext.alpn` and a secret one, put into a copy of the source.

The rule: the edits below are the whole recipe. A module that spells the members out again would lack the new ones, and
fail here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import authlens

SOURCE = Path(authlens.__file__).parent
EDITS = {
    "core/request/members.py": [
        (
            '"iot:DomainName",\n    ),\n',
            '    Member("tlsContext.alpn", "the ALPN protocol", "ALPN", 255, Secrecy.OPEN),\n',
        ),
        ('"iot:ClientId",\n    ),\n', '    Member("mqttContext.pin", "the PIN", "PIN", 64, Secrecy.SECRET),\n'),
    ],
    "core/request/request.py": [
        ("    server_name: str | None = None\n", "    alpn: str | None = None\n"),
        ("    client_id: str | None = None\n", "    pin: str | None = None\n"),
    ],
    "ui/model/draft.py": [
        ('    server_name: str = ""\n', '    alpn: str = ""\n'),
        ('    client_id: str = ""\n', '    pin: str = ""\n'),
    ],
}
"""The only files that change: behind which text each new line goes."""

CHECKS = r"""
import json
from dataclasses import replace
from datetime import UTC, datetime

from authlens.cli.invoke.skeleton import skeleton
from authlens.core.commands.options import BY_NAME
from authlens.core.commands.pointer import point_at
from authlens.core.commands.read import parse_command_line
from authlens.core.commands.values import MemberError, check
from authlens.core.commands.write import as_boto3, as_cli, as_cli_input_yaml, as_invoke
from authlens.core.compare.compare import Side, compare
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.test_call import violations
from authlens.core.event.event import real_event, test_event
from authlens.core.event.reading import read_event
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import request_from_json, request_to_json
from authlens.core.preflight.preflight import preflight
from authlens.core.request.members import label
from authlens.core.request.request import AuthorizerRequest, Mode, MqttContext, TlsContext, text_at, texts, with_text
from authlens.core.request.target import Target
from authlens.core.saved.environment import Environment
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.saved_request_yaml import read, write
from authlens.core.secrets.redaction import MASK, redact_request, secrets_of
from authlens.endpoint.api.iot.authorizers import _TEST_MEMBERS
from authlens.store.history.record import invocation_of, record_of
from authlens.store.references import References
from authlens.ui.model.draft import MEMBERS, fields_of, of_saved
from authlens.ui.model.finding_target import member_of
from authlens.ui.text.request_formats import renderings
from authlens.ui.widgets.form.member_pages import MqttPage, TlsPage

PATH = "tlsContext.alpn"
request = AuthorizerRequest("Sensor", token="hunter2-token", tls_context=TlsContext("host", "x-mqtt"))
changed = with_text(request, PATH, "other")
invocation = Invocation(request, Target(), Outcome(True), datetime(2026, 11, 28, tzinfo=UTC), 0.1)


def same(made):
    assert made == request, made


same(AuthorizerRequest.from_api(request.to_api()))
assert dict(texts(request))[PATH] == text_at(request, PATH) == "x-mqtt"
assert label(PATH) == "the ALPN protocol"

# The form.
draft = of_saved(SavedRequest(request))
same(draft.request)
assert replace(draft, alpn="other").request == changed
assert MEMBERS["alpn"] == PATH and member_of(PATH) == "alpn" and "alpn" in fields_of(Mode.CONTEXT)
assert "ALPN" in [member.title for member in TlsPage.members()]

# Files, JSON, history, references.
same(read(write(SavedRequest(request))).request)
same(request_from_json(json.loads(json.dumps(request_to_json(request)))))
record = record_of(invocation, "full")
same(invocation_of(1, record.body).request)
assert "x-mqtt" in record.words
referring = with_text(request, PATH, "${env:ALPN}")
same(References({"ALPN": "x-mqtt"}).resolve(referring))
assert [each.path for each in References({}).missing(referring)] == [PATH]
same(Environment(values={"ALPN": "x-mqtt"}).of(SavedRequest(referring)).request)

# What is hidden and what differs.
assert text_at(redact_request(request), PATH) == "x-mqtt"
(change,) = compare(Side("a", request), Side("b", changed)).changes
assert change.differs and "alpn" in change.words.lower(), change

# What AWS would refuse.
long = with_text(request, PATH, "x" * 256)
(violation,) = violations(long)
assert violation.field == PATH
assert any(finding.path == PATH for finding in preflight(long))
try:
    check({"authorizerName": "a", "tlsContext": {"alpn": 7}})
except MemberError as error:
    assert "tlsContext.alpn" in str(error)
else:
    raise AssertionError("a number was taken")

# Command lines and code, and back.
for line in (as_cli(request, reveal=True), as_cli(request, version=1, reveal=True), as_invoke(request, reveal=True)):
    same(parse_command_line(line).request)
assert "'alpn': 'x-mqtt'" in as_boto3(request)
assert "alpn: x-mqtt" in as_cli_input_yaml(request)
assert "alpn=..." in BY_NAME["--tls-context"].help
assert '"alpn": ""' in skeleton("input") and "alpn: ''" in skeleton("yaml-input")
by_id = {each.id: each.text for each in renderings(request, Target(), None, reveal=False)}
assert all("x-mqtt" in by_id[name] for name in ("cli2", "cli1", "invoke", "boto3", "yaml", "test", "mqtt", "wss"))

# The event, its way back, and the local endpoint.
context = AuthorizerRequest("Sensor", tls_context=TlsContext("host", "x-mqtt"))
event = test_event(context, None, "id")
assert event["protocolData"]["tls"] == {"serverName": "host", "alpn": "x-mqtt"}
assert real_event("mqtt", context, connection_id="id")["protocolData"]["tls"]["alpn"] == "x-mqtt"
assert read_event(json.dumps(event), "Sensor").request == context
assert _TEST_MEMBERS["tlsContext"]({"alpn": "x-mqtt"}, "tlsContext") == {"alpn": "x-mqtt"}

# A secret one.
secret = AuthorizerRequest("Sensor", mqtt_context=MqttContext("user", pin="73211234"))
same_secret = read(write(SavedRequest(secret))).request
assert same_secret == secret == of_saved(SavedRequest(secret)).request
assert redact_request(secret).mqtt_context.pin == MASK and "73211234" in secrets_of(secret)
kept = record_of(replace(invocation, request=secret, function_log="pin 73211234"), "redacted")
assert "73211234" not in kept.words and b"73211234" not in kept.body
hidden = [each.text for each in renderings(secret, Target(), None, reveal=False)]
assert not any("73211234" in text for text in hidden)
assert "73211234" not in point_at("pin=73211234,", 3, "--mqtt-context")
(field,) = [member for member in MqttPage.members() if member.name == "pin"]
assert field.secrecy.value == "secret"
"""


def test_a_new_member_needs_three_edits_and_reaches_everything(tmp_path: Path) -> None:
    copy = tmp_path / "authlens"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, edits in EDITS.items():
        text = (copy / name).read_text()
        for before, line in edits:
            assert text.count(before) == 1, (name, before)
            text = text.replace(before, before + line)
        (copy / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", CHECKS],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
