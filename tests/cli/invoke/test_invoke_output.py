"""Standard output against what AWS CLI v2.36.7 printed (golden files)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.one_command import Ended
from support.recording_server import ANSWER, DOCUMENTS, Recording

Invoke = Callable[..., Ended]
GOLDEN = Path(__file__).parent / "golden"


GOLDEN_RUNS = [
    *[(f"{stem}.{output}", [name, "--output", output])
      for stem, name in (("answer", "Sensor"), ("unicode", "Unicode"), ("long", "Long"), ("refused", "Refused"))
      for output in ("json", "text", "table", "yaml", "yaml-stream")],
    *[(f"list.{output}", ["Sensor", "--output", output, "--query", "[principalId, refreshAfterInSeconds]"])
      for output in ("json", "text", "table", "yaml")],
    *[(f"null.{output}", ["Sensor", "--output", output, "--query", "nothing"])
      for output in ("json", "text", "table", "yaml")],
    *[(f"scalar.{output}", ["Sensor", "--output", output, "--query", "principalId"])
      for output in ("table", "yaml", "yaml-stream")],
    ("members.yaml", ["Sensor", "--query", "{who: principalId, docs: policyDocuments}", "--output", "yaml"]),
    ("documents.table", ["Sensor", "--query", "policyDocuments", "--output", "table"]),
    ("twice.yaml", ["Sensor", "--query", "{a: policyDocuments, b: policyDocuments}", "--output", "yaml"]),
    ("skeleton-output.json", ["Sensor", "--generate-cli-skeleton", "output"]),
    ("skeleton-output.yaml", ["Sensor", "--generate-cli-skeleton", "output", "--output", "yaml"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "words"), GOLDEN_RUNS, ids=[file for file, _ in GOLDEN_RUNS])
def test_standard_output_is_that_of_v2(call: Invoke, file: str, words: list[str]) -> None:
    ended = call("--authorizer-name", *words)
    assert ended.out == (GOLDEN / file).read_bytes().decode()
    assert (ended.code, ended.err) == (0, "")


def test_the_skeleton_is_that_of_v2(call: Invoke) -> None:
    for words in ([], ["input"]):
        assert call("--generate-cli-skeleton", *words).out == (GOLDEN / "skeleton.json").read_text()


def test_the_yaml_skeleton_describes_every_member_and_can_be_sent(call: Invoke, server: Recording) -> None:
    text = call("--generate-cli-skeleton", "yaml-input").out
    assert text.startswith("authorizerName: ''  # [REQUIRED] ")
    assert text.count("[REQUIRED]") == 1
    assert text.count("#") == len([line for line in text.splitlines() if "KeyName" not in line])
    filled = text.replace("''  # [REQUIRED]", "A  #").replace("''", "eA==")
    assert call("--cli-input-yaml", filled).code == 0
    assert server.take()[0].body["mqttContext"] == {"username": "eA==", "password": "eA==", "clientId": "eA=="}


def test_documents_are_decoded_before_the_query(call: Invoke) -> None:
    documents = [json.loads(document) for document in DOCUMENTS]
    assert json.loads(call("--authorizer-name", "A", "--decode").out) == {**ANSWER, "policyDocuments": documents}
    assert call("--authorizer-name", "A", "--decode", "--query", "policyDocuments[0].Version").out == '"2012-10-17"\n'
    assert json.loads(call("--authorizer-name", "Long", "--decode").out)["policyDocuments"][0] == "word " * 50


def test_a_refused_login_can_end_with_1(call: Invoke) -> None:
    assert call("--authorizer-name", "Refused").code == 0
    assert call("--authorizer-name", "Refused", "--exit-code").code == 1
    assert call("--authorizer-name", "Sensor", "--exit-code").code == 0


def test_colour_and_off(call: Invoke) -> None:
    assert "\x1b[34msensor7" in call("--authorizer-name", "A", "--output", "table", "--color", "on").out
    assert call("--authorizer-name", "A", "--output", "off").out == ""
