from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.pages import PAGES
from authlens.core.lint.linter import MOST_CHECKS, RULES, TOO_COMPLEX, gauges, lint, lint_outcome
from authlens.core.lint.rule import LintedAnswer, Surroundings
from authlens.core.policy import policy_file
from authlens.core.policy.document import Document, parse
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from support.lint_cases import CASES, FULL, answer, ids
from support.policies import ARN, allow, document, text

PAGE = (Path(__file__).parents[3] / "docs" / "lint.md").read_text()


def test_every_rule_has_its_case() -> None:
    assert [case.rule for case in CASES] == sorted({case.rule for case in CASES}, key=[one.rule for one in CASES].index)
    assert {case.rule for case in CASES} == {rule.id for rule in RULES}
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_page_lists_every_rule_as_the_table_has_it() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.*?) \| (.*?) \| \[(\w+)\]\((.*?)\) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (
            rule.id,
            rule.severity,
            rule.reason + (f" `{rule.reason_code}`" if rule.reason_code else ""),
            rule.fix,
            rule.source.known.value,
            rule.source.page,
        )
        for rule in RULES
    ]
    limit = f"| `{TOO_COMPLEX.id}` | {TOO_COMPLEX.severity} | {TOO_COMPLEX.reason} | {TOO_COMPLEX.fix} |"
    assert limit in PAGE


def many(count: int, pattern: str) -> list[Document]:
    """Ten documents with this many statements each."""
    return [document(*(allow("iot:Publish", pattern.format(number)) for number in range(count)))] * 10


@pytest.mark.parametrize("documents", [many(300, "topic/a{}"), many(24, "topic/*{}*/*a*/*b*/*c*")])
def test_what_would_take_too_long_is_left_out_and_said(documents: list[Document]) -> None:
    found = lint(documents)
    assert [each.message for each in found if each.id == "too-complex"] == [
        "these documents are too complex to be checked completely"
    ]


@pytest.mark.parametrize("more", [0, 1])
def test_how_many_statements_are_checked_by_every_rule(more: int) -> None:
    count = MOST_CHECKS // len(RULES) + more
    assert count > 340, "ten documents of AWS's size have as many"
    found = lint([parse(f'{{"Statement": [{", ".join(["{}"] * count)}]}}')])
    assert ("too-complex" in {each.id for each in found}) is bool(more)
    assert len([each for each in found if each.id == "missing-effect"]) == count


def test_every_rule_says_why_and_what_to_do() -> None:
    for rule in RULES:
        assert rule.reason.endswith(".")
        assert rule.fix.endswith(".")
        assert rule.source.page in PAGES
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)


GOOD = [
    allow("iot:Connect", "client/c1"),
    allow(["iot:Publish", "iot:Receive"], "topic/c1/*"),
    allow("iot:Subscribe", "topicfilter/c1/*"),
]


def test_a_good_answer_has_no_finding() -> None:
    request = AuthorizerRequest("a", mqtt_context=MqttContext(client_id="c1"))
    authorizer = Authorizer("a", ARN + "authorizer/a")
    assert lint_outcome(Outcome(True, "p1", (text(*GOOD),), 300, 86400), request, authorizer) == ()


def test_an_outcome_is_held_to_its_request_and_authorizer() -> None:
    request = AuthorizerRequest("a", mqtt_context=MqttContext(client_id="c2"))
    authorizer = Authorizer("a", "arn:aws:iot:eu-west-1:999999999999:authorizer/a")
    found = {one.id for one in lint_outcome(Outcome(True, "p-1", (text(*GOOD),), 300, 90000), request, authorizer)}
    assert found == {"connect-refused", "other-region", "other-account", "principal-id", "disconnect-range"}


def test_findings_come_in_the_order_of_the_text() -> None:
    found = lint([document(allow("iot:Conect", "topics/a"), allow("iot:Publish", "topic/${x}")), parse("{")])
    assert [(one.document, one.line, one.id) for one in found] == [
        (0, 4, "connect-missing"),
        (0, 6, "unknown-action"),
        (0, 7, "unknown-resource-type"),
        (0, 12, "unknown-variable"),
        (1, 1, "json-syntax"),
    ]


def test_findings_of_the_answer_come_first() -> None:
    file = policy_file.read(answer(text(allow("iot:Conect", "topics/a")), principalId="a-b", refreshAfterInSeconds=1))
    assert file.answer is not None
    found = lint([*file.documents, parse("{")], answer=LintedAnswer.of_node(file.answer, is_text=False))
    assert [(one.id, one.severity, one.document) for one in found] == [
        ("principal-id", "error", None),
        ("refresh-range", "error", None),
        ("connect-missing", "warning", 0),
        ("unknown-action", "error", 0),
        ("unknown-resource-type", "error", 0),
        ("json-syntax", "error", 1),
    ]
    without_places = lint(file.documents, answer=LintedAnswer.of_outcome(Outcome(True, "a-b", (FULL,), 1)))
    assert [one.id for one in without_places][:3] == ["principal-id", "refresh-range", "connect-missing"]


def test_a_finding_carries_its_rule_and_the_severity_of_its_hit() -> None:
    [job] = [rule for rule in RULES if rule.id == "unknown-action"]
    [known, unknown] = [one for one in lint([document(allow(["iot:Conect", "iot:Frob"], "*"))]) if one.id == job.id]
    assert (known.severity, unknown.severity) == ("error", "warning")
    assert (known.reason, known.fix, known.source, known.reason_code) == (job.reason, job.fix, job.source, None)
    [audit] = [one for one in lint([document(allow("iot:Publish", "*"))]) if one.id == "overly-permissive"]
    assert audit.reason_code == "ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS"
    assert audit.message == f"`*` is open to every device for iot:Publish ({audit.reason_code})"


AWS_SAMPLES = [
    (text(allow("iot:Publish", "arn:aws:us-east-1:123456789012:topic/telemetry/a")), "arn-without-service"),
    (text(allow("iot:Subscribe", "topic/$aws/events/job/#")), "subscribe-on-topic"),
    (text(allow("iot:UpdateJobExecution", "topic/$aws/things/a/jobs/*")), "job-action-on-topic"),
    (text(allow("iot:UpdateThingShadow", "/thing/a")), "slash-before-type"),
    ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}, "Action": ["iot:Connect"]]}', "json-syntax"),
    (text(GOOD[0]) + ",", "json-syntax"),
    ('{"policyDocuments": ["{"Version": "2012-10-17"}"]}', "json-syntax"),
    (text(allow("iot:Publish", "topic/${iot:Thing.ThingName}/a")), "unknown-variable"),
    (text(allow("iot:Connect", "client/${iot:clientId}")), "variable-case"),
]


@pytest.mark.parametrize(("sample", "rule"), AWS_SAMPLES)
def test_the_mistakes_in_awss_own_samples_are_found(sample: str, rule: str) -> None:
    assert rule in ids(sample)


def test_gauges_tell_what_is_left() -> None:
    one = document(*GOOD)
    compact = len(json.dumps(json.loads(one.text), separators=(",", ":")))
    shown = [(gauge.name, gauge.used, gauge.left) for gauge in gauges([one, parse("{}")])]
    assert shown == [
        ("documents", 2, 8),
        ("document 1", len(one.text), 2048 - len(one.text)),
        ("document 1 without white space", compact, 2048 - compact),
        ("document 2", 2, 2046),
    ]


def test_the_cases_of_the_documentation_are_linted_without_a_fault() -> None:
    for case in json.loads((Path(__file__).parents[1] / "policy" / "policy_cases.json").read_text()):
        policies = case["policy"] if isinstance(case["policy"], list) else [case["policy"]]
        found = {one.id for one in lint([parse(json.dumps(policy)) for policy in policies])}
        assert not found & {"json-syntax", "wrong-type", "unknown-key", "unknown-action", "malformed-arn"}


PIECES = st.sampled_from(
    [
        "Allow",
        "Deny",
        "iot:*",
        "iot:Publish",
        "iot:Subscribe",
        "*",
        ARN + "topic/a/#",
        ARN + "topicfilter/*",
        "${x",
        "[",
    ]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | PIECES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Bool"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@pytest.mark.slow
@given(TREES, st.booleans())
@settings(settings.get_profile("slow"))
def test_any_json_is_linted_for_long(value: Any, in_answer: bool) -> None:
    lint_any_json(value, in_answer)


@given(TREES, st.booleans())
def test_any_json_is_linted(value: Any, in_answer: bool) -> None:
    lint_any_json(value, in_answer)


def lint_any_json(value: Any, in_answer: bool) -> None:
    written = answer(policyDocuments=value) if in_answer else json.dumps(value)
    file = policy_file.read(written)
    for finding in lint(file.documents, Surroundings(client_id="c1", region="us-east-1")):
        assert finding.message
        assert finding.line >= 1


@given(st.text())
def test_any_text_is_linted(written: str) -> None:
    assert lint([parse(written)])


def test_a_long_list_of_resources_is_not_checked_by_every_rule() -> None:
    def found(count: int) -> set[str]:
        resources = ",".join(f'"topic/{number:044}"' for number in range(count))
        text = f'{{"Statement":[{{"Effect":"Maybe","Action":"iot:Connect","Resource":[{resources}]}}]}}'
        return {each.id for each in lint([parse(text)])}

    assert "too-complex" not in found(700)
    assert "too-complex" in found(1_800)
