import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.compare.compare import Comparison, Side, compare
from authlens.core.compare.export import as_json, as_markdown, as_text, as_unified
from authlens.core.request.request import MqttContext
from authlens.core.request.target import Target
from support.invocations import CONNECT, PUBLISH, REFUSAL, REQUEST, invocation, outcome, policy

CANARY = "canary-of-a-password"
LEFT = invocation(request=replace(REQUEST, mqtt_context=MqttContext("sensor-7", CANARY, "sensor-7")), number=1)
RIGHT = invocation(outcome(policy(CONNECT, {**PUBLISH, "Sid": f"``` | {CANARY}"}), principal="s8"), number=2)


@pytest.fixture
def comparison() -> Comparison:
    return compare(LEFT, RIGHT, ())


def test_text(comparison: Comparison) -> None:
    assert as_text(comparison) == (
        "invocation 1 and invocation 2: different\n"
        "  mqttContext.password changed ([redacted])\n"
        "  principal sensor7 → s8\n"
        "  document 1 unchanged\n"
    )


def test_unified(comparison: Comparison) -> None:
    lines = as_unified(comparison, context=0).splitlines()

    assert lines[:2] == ["--- invocation 1", "+++ invocation 2"]
    changed = [line for line in lines[2:] if not line.startswith("@@")]
    assert changed[:4] == [
        "-mqttContext.password: [redacted]",
        "+mqttContext.password: [redacted] (differs)",
        "-principalId: sensor7",
        "+principalId: s8",
    ]


def test_nothing_to_tell_is_an_empty_unified_diff() -> None:
    assert as_unified(compare(LEFT, LEFT, ())) == ""


def test_a_document_that_moved_is_the_same_text_in_a_unified_diff() -> None:
    before, after = outcome(policy(CONNECT), policy(PUBLISH)), outcome(policy(PUBLISH), policy(CONNECT))

    assert as_unified(compare(Side("a", result=before), Side("b", result=after), ())) == ""


def test_markdown_cannot_be_broken_out_of(comparison: Comparison) -> None:
    text = as_markdown(comparison)

    assert text.startswith("# invocation 1 → invocation 2\n\nDifferent.\n")
    assert "| answer | authenticated as sensor7 | authenticated as s8 |" in text
    assert "\n````diff\n" in text
    assert text.endswith("\n````\n")


def test_json(comparison: Comparison) -> None:
    value = as_json(comparison)

    assert json.loads(json.dumps(value)) == value
    assert (value["equal"], value["requestEqual"], value["answerEqual"]) == (False, False, False)
    assert value["left"] == {"label": "invocation 1", "target": "local demo", "duration": 0.012}
    assert {"about": "answer", "words": "principal sensor7 → s8", "differs": True} in value["changes"]
    assert value["sections"][0]["title"] == "request"


def test_flips_in_json() -> None:
    denied = outcome(policy(CONNECT))

    (flip,) = as_json(compare(LEFT, invocation(denied)))["flipped"]

    assert (flip["action"], flip["left"], flip["right"]) == ("iot:Publish", "ALLOWED", "IMPLICIT_DENY")


@pytest.mark.parametrize("export", [as_text, as_unified, as_markdown, as_json], ids=lambda export: export.__name__)
def test_no_export_holds_a_secret(export: object, comparison: Comparison) -> None:
    assert callable(export)
    assert CANARY not in str(export(comparison))


KEYS = st.sampled_from(["Version", "Statement", "Sid", "Effect", "Action", "Resource", "Condition", "Id"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.lists(st.text(max_size=20) | JSON.map(json.dumps), max_size=4).map(tuple)


@given(DOCUMENTS, DOCUMENTS)
def test_any_documents_can_be_compared_and_exported(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    found = compare(invocation(outcome(*left)), invocation(outcome(*right)))

    as_text(found)
    as_unified(found)
    as_markdown(found)
    json.dumps(as_json(found))
    assert found.equal or found.differing
    assert compare(invocation(outcome(*left)), invocation(outcome(*left))).equal


def test_a_unified_diff_has_three_lines_around_a_change() -> None:
    many = {**PUBLISH, "Action": [f"iot:A{number:02}" for number in range(20)]}
    changed = {**many, "Action": [*many["Action"][:10], "iot:B", *many["Action"][11:]]}
    lines = as_unified(
        compare(invocation(outcome(policy(many))), invocation(outcome(policy(changed))), ())
    ).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("-  ") and "iot:A10" in line)
    assert [line.startswith(" ") for line in lines[start - 4 : start]] == [False, True, True, True]


ANSWERED, FAILED = invocation(number=1), invocation(REFUSAL, number=2)
MARKDOWN = """\
# invocation 1 → invocation 2

Different.

| | Left | Right |
|---|---|---|
| answer | authenticated as sensor7 | ResourceNotFoundException: Authorizer SensorAuth not found |
| target | local demo | local demo |
| duration | 12 ms | 12 ms |

- authenticated as sensor7 → ResourceNotFoundException: Authorizer SensorAuth not found

"""


def test_a_failure_in_markdown() -> None:
    text = as_markdown(compare(ANSWERED, FAILED, ()))
    assert text == f"{MARKDOWN}```diff\n{as_unified(compare(ANSWERED, FAILED, ()))}```\n"


def test_equal_sides_in_markdown() -> None:
    bare = Side("a", REQUEST)
    assert as_markdown(compare(bare, replace(bare, label="b"))) == (
        "# a → b\n\nEqual by meaning.\n\n| | Left | Right |\n|---|---|---|\n\n"
    )
    one = replace(bare, result=outcome(), duration=0.0)
    assert "\n| answer | authenticated as sensor7 |  |\n| duration | 0 ms |  |\n" in as_markdown(compare(one, bare))
    assert as_text(compare(bare, bare)) == "a and a: equal by meaning\n"


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    for marks, fence in (("``", "```"), ("```", "````"), ("`````", "``````")):
        one, other = (Side("a", result=outcome(principal=f"{marks}{name}")) for name in "ab")
        lines = as_markdown(compare(one, other)).splitlines()
        assert (lines[-1], lines.count(f"{fence}diff")) == (fence, 1)


def test_a_failure_in_json() -> None:
    sides = Side("a", result=outcome(), duration=0.5, target=Target(local="demo")), Side("b", result=REFUSAL)
    words = "authenticated as sensor7 → ResourceNotFoundException: Authorizer SensorAuth not found"
    assert as_json(compare(*sides)) == {
        "equal": False,
        "requestEqual": True,
        "answerEqual": False,
        "left": {"label": "a", "target": "local demo", "duration": 0.5},
        "right": {"label": "b", "target": None, "duration": None},
        "flipped": [],
        "changes": [{"about": "answer", "words": words, "differs": True}],
        "sections": [
            {
                "title": "answer",
                "rows": [
                    {"kind": "removed", "left": "isAuthenticated: true", "right": None},
                    {"kind": "removed", "left": "principalId: sensor7", "right": None},
                    {"kind": "removed", "left": "refreshAfterInSeconds: 300", "right": None},
                    {"kind": "removed", "left": "disconnectAfterInSeconds: 86400", "right": None},
                    {"kind": "added", "left": None, "right": "error: ResourceNotFoundException"},
                    {"kind": "added", "left": None, "right": "httpStatus: 404"},
                    {"kind": "added", "left": None, "right": "message: Authorizer SensorAuth not found"},
                ],
            }
        ],
    }
