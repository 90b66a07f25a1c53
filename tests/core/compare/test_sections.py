import json
from dataclasses import replace

import pytest

from authlens.core.compare.aligned_text import RowKind, Section
from authlens.core.compare.compare import Side, compare
from authlens.core.compare.sections import answer_members, sections
from authlens.core.request.request import AuthorizerRequest, MqttContext
from support.invocations import CONNECT, PUBLISH, REFUSAL, REQUEST, invocation, outcome, policy


def shown(part: Section) -> list[str]:
    return [f"{row.kind.value}{row.left}|{row.right}" for row in part.rows if row.kind is not RowKind.SAME]


def test_parts_in_order() -> None:
    comparison = compare(invocation(), invocation(outcome(policy(CONNECT, PUBLISH), policy(CONNECT))), ())

    assert [(part.title, part.changed) for part in sections(comparison)] == [
        ("request", False),
        ("answer", False),
        ("document 1", False),
        ("document 2", True),
    ]


def test_by_meaning_only_what_means_something_else_is_marked() -> None:
    actions = {**PUBLISH, "Action": ["iot:Receive", "iot:Publish"]}
    comparison = compare(invocation(), invocation(outcome(policy(actions, CONNECT))), ())

    assert shown(sections(comparison)[-1]) == ['+None|        "iot:Receive"']


def test_as_text_what_was_written_is_marked() -> None:
    comparison = compare(invocation(), invocation(outcome(policy(PUBLISH, CONNECT))), ())

    assert not sections(comparison)[-1].changed
    assert sections(comparison, textual=True)[-1].changed


def test_moved_documents_are_next_to_what_they_were() -> None:
    before, after = outcome(policy(CONNECT), policy(PUBLISH)), outcome(policy(PUBLISH), policy(CONNECT))

    parts = sections(compare(invocation(before), invocation(after), ()))

    assert [part.title for part in parts[2:]] == ["document 2 → 1", "document 1 → 2"]
    assert not any(part.changed for part in parts)


def test_a_document_that_is_not_a_policy_is_shown_as_received() -> None:
    comparison = compare(invocation(outcome("{a\nb")), invocation(outcome("{a\nc")), ())

    assert shown(sections(comparison)[-1]) == ["~b|c"]


def test_a_failure_next_to_an_answer() -> None:
    comparison = compare(invocation(), invocation(REFUSAL))

    part = next(part for part in sections(comparison) if part.title == "answer")
    assert shown(part)[0] == "-isAuthenticated: true|None"
    assert "+None|error: ResourceNotFoundException" in shown(part)


def test_a_changed_secret_is_marked_and_hidden() -> None:
    other = replace(REQUEST, mqtt_context=MqttContext("sensor-7", "battery staple", "sensor-7"))

    request = sections(compare(invocation(), invocation(request=other), ()))[0]

    assert shown(request) == ["~mqttContext.password: [redacted]|mqttContext.password: [redacted] (differs)"]


def test_a_secret_that_comes_back_in_an_answer_is_hidden() -> None:
    token = "a-token-of-some-length"
    request = AuthorizerRequest("A", token=token, token_signature="c2ln")
    echo = outcome(policy({**CONNECT, "Sid": token}), principal=token)

    parts = sections(compare(invocation(echo, request), invocation(outcome(policy(CONNECT)), request), ()), True)

    text = "\n".join(f"{row.left}{row.right}" for part in parts for row in part.rows)
    assert token not in text
    assert '"Sid": "[redacted]"' in text


def test_a_value_of_several_lines_is_one_row() -> None:
    other = replace(REQUEST, mqtt_context=MqttContext("sensor\n7", "correct horse", "sensor-7"))

    request = sections(compare(invocation(), invocation(request=other), ()))[0]

    assert shown(request) == ["~mqttContext.username: sensor-7|mqttContext.username: sensor␊7"]


def test_a_draft_shows_the_request_alone() -> None:
    comparison = compare(Side("a", REQUEST), Side("b", replace(REQUEST, authorizer_name="B")))

    assert [part.title for part in sections(comparison)] == ["request"]


def test_every_row_is_on_its_side() -> None:
    left, right = outcome(policy(CONNECT), policy(PUBLISH, CONNECT)), outcome(policy(PUBLISH))

    for textual in (False, True):
        for part in sections(compare(invocation(left), invocation(right), ()), textual):
            for row in part.rows:
                assert (row.kind is RowKind.ADDED) == (row.left is None)
                assert (row.kind is RowKind.REMOVED) == (row.right is None)


def test_each_statement_is_shown_as_its_own() -> None:
    comparison = compare(invocation(outcome(policy(CONNECT, PUBLISH))), invocation(outcome(policy(PUBLISH))), ())
    gone = "\n".join(row.left or "" for row in sections(comparison)[-1].rows if row.kind is RowKind.REMOVED)
    assert "iot:Connect" in gone
    assert "iot:Publish" not in gone


def test_other_letters_stay_as_they_are() -> None:
    written = json.dumps({"Version": "2012-10-17", "Id": "öl", "Statement": [{**CONNECT, "Sid": "grüße"}]})
    rows = sections(compare(invocation(outcome(written)), invocation(outcome(written)), ()))[-1].rows
    text = "\n".join(row.left or "" for row in rows)
    assert "grüße" in text
    assert "öl" in text
    assert "\\u00" not in text


WRITTEN = json.dumps(
    {
        "Zeta": 1,
        "Statement": [
            {
                "Resource": ["b", "a", "a"],
                "Xtra": 2,
                "Condition": {"StringEquals": {"b": "2", "a": ["y", "x"]}, "Bool": {"k": True}, "Odd": "o"},
                "NotAction": "n",
                "Action": "iot:Connect",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Sid": "s",
                "NotResource": [2, "t", {"q": 1}],
            },
            {"Effect": "Deny"},
        ],
        "Id": "i",
        "Version": "2012-10-17",
    }
)
IN_ORDER = """\
{
  "Version": "2012-10-17",
  "Id": "i",
  "Zeta": [
    1
  ]
  "Statement": [
    {
      "Sid": "s",
      "Effect": "Allow",
      "Principal": [
        {
          "AWS": "*"
        }
      ],
      "Action": [
        "iot:Connect"
      ],
      "NotAction": [
        "n"
      ],
      "Resource": [
        "a",
        "b"
      ],
      "NotResource": [
        "t",
        2,
        {
          "q": 1
        }
      ],
      "Condition": {
        "Bool": {
          "k": [
            true
          ]
        },
        "Odd": "o",
        "StringEquals": {
          "a": [
            "x",
            "y"
          ],
          "b": [
            "2"
          ]
        }
      },
      "Xtra": [
        2
      ]
    },
    {
      "Effect": "Deny"
    },
  ]
}"""


def document(left: str, right: str, textual: bool = False) -> Section:
    return sections(compare(Side("l", result=outcome(left)), Side("r", result=outcome(right)), ()), textual)[-1]


def test_a_document_is_written_in_a_fixed_order() -> None:
    rows = document(WRITTEN, json.dumps(dict(sorted(json.loads(WRITTEN).items())))).rows
    assert [row.left for row in rows] == [row.right for row in rows] == IN_ORDER.splitlines()


def test_a_statement_without_a_list_is_next_to_its_match() -> None:
    other = {"Version": "2012-10-17", "Id": "j", "Statement": {"Effect": "Deny"}}
    part = document(WRITTEN, json.dumps(other))
    assert [row.right for row in part.rows if row.right is not None] == [
        "{",
        '  "Version": "2012-10-17",',
        '  "Id": "j"',
        '  "Statement": [',
        "    {",
        '      "Effect": "Deny"',
        "    },",
        "  ]",
        "}",
    ]
    assert [(row.left, row.right) for row in part.rows if row.kind is RowKind.CHANGED] == [
        ('  "Id": "i",', '  "Id": "j"')
    ]


@pytest.mark.parametrize(
    ("left", "right", "rows"),
    [
        ("[1]", "[1]", [" [1]|[1]"]),
        ('{"b":1}', "not JSON", ["~{|not JSON", '-  "b": 1|None', "-}|None"]),
        ("not JSON", '{"ü":1}', ["~not JSON|{", '+None|  "ü": 1', "+None|}"]),
    ],
)
def test_what_is_not_a_policy_on_both_sides_is_shown_as_text(left: str, right: str, rows: list[str]) -> None:
    assert [f"{row.kind.value}{row.left}|{row.right}" for row in document(left, right).rows] == rows


def test_a_document_alone_is_on_its_side() -> None:
    (added,) = sections(compare(Side("l", result=outcome()), Side("r", result=outcome('{"a":1}')), ()))[1:]
    (removed,) = sections(compare(Side("l", result=outcome('{"a":1}')), Side("r", result=outcome()), ()))[1:]
    lines = ["{", '  "a": 1', "}"]
    assert (added.title, [(row.left, row.right) for row in added.rows]) == ("document 1", [(None, x) for x in lines])
    assert (removed.title, [(row.left, row.right) for row in removed.rows]) == (
        "document 1",
        [(x, None) for x in lines],
    )


def test_the_members_of_an_answer() -> None:
    assert answer_members(Side("s")) == {}
    assert answer_members(Side("s", result=outcome(principal=None))) == {
        "isAuthenticated": "true",
        "refreshAfterInSeconds": "300",
        "disconnectAfterInSeconds": "86400",
    }
    assert answer_members(Side("s", result=REFUSAL)) == {
        "error": "ResourceNotFoundException",
        "httpStatus": "404",
        "message": "Authorizer SensorAuth not found",
    }


def test_an_answer_on_one_side_is_a_part() -> None:
    for sides in ((Side("a", REQUEST), Side("b", result=outcome())), (Side("a", result=outcome()), Side("b", REQUEST))):
        assert [part.title for part in sections(compare(*sides))] == ["answer"]


def test_members_of_one_request_alone_are_on_its_side() -> None:
    other = AuthorizerRequest("SensorAuth", token="a-secret-token")
    request = sections(compare(Side("a", REQUEST), Side("b", other)))[0]
    assert [f"{row.kind.value}{row.left}|{row.right}" for row in request.rows] == [
        " authorizerName: SensorAuth|authorizerName: SensorAuth",
        "-mqttContext.username: sensor-7|None",
        "-mqttContext.password: [redacted]|None",
        "-mqttContext.clientId: sensor-7|None",
        "+None|token: [redacted]",
    ]
