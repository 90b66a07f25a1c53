"""Cases: what a case inherits, replaces and removes, the values it fills in, and every mistake at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.request import HttpContext, MqttContext
from authlens.core.saved.cases import mentions_case
from authlens.core.saved.expectation import ExpectedError, Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.saved_request_yaml import read, write
from authlens.core.text.yaml_reader import YamlError
from authlens.core.text.yaml_writer import dump

BASE = """\
description: Sensor ${case:id:-7}
tags: [smoke]
request:
  authorizerName: Sensor
  token: t
  httpContext:
    headers: {X-Key: k, Host: h}
    queryString: '?a=1'
  mqttContext: {username: u, password: p, clientId: 'sensor-${case:id:-7}'}
expect:
  isAuthenticated: true
  principalId: sensor7
  allow: ['iot:Connect client/sensor-${case:id:-7}']
  refreshAfterInSeconds: 300
cases:
"""


def case(text: str) -> SavedRequest:
    """The one case of the base whose YAML this is, in flow style."""
    (only,) = read(f"{BASE}  only: {text}\n").suite.cases
    return only.saved


def test_a_case_inherits_everything() -> None:
    saved = case("{}")
    assert saved.request.mqtt_context == MqttContext("u", "p", "sensor-7")
    assert saved.description == "Sensor 7"
    assert saved.suite.tags == ("smoke",)
    assert saved.suite.cases == ()
    assert saved.expect is not None
    assert saved.expect.allow == (Question("iot:Connect", "client/sensor-7"),)


def test_reading_a_text_again_gives_the_same() -> None:
    text = f"{BASE}  one: {{}}\n  two: {{request: {{token: x}}}}\n"
    assert read(text) == read(text)


def test_members_are_merged_one_by_one() -> None:
    saved = case("{request: {token: other, mqttContext: {password: wrong}}}")
    assert saved.request.token == "other"
    assert saved.request.authorizer_name == "Sensor"
    assert saved.request.mqtt_context == MqttContext("u", "wrong", "sensor-7")


def test_a_header_is_replaced_whatever_its_case() -> None:
    saved = case("{request: {httpContext: {headers: {x-key: other, New: n}}}}")
    assert saved.request.http_context == HttpContext((("Host", "h"), ("x-key", "other"), ("New", "n")), "?a=1")


def test_null_removes() -> None:
    saved = case(
        "{request: {token: null, httpContext: {headers: {X-Key: ~}}, mqttContext: null}, "
        "expect: {principalId: null}, description: null}"
    )
    assert saved.request.token is None
    assert saved.request.mqtt_context is None
    assert saved.request.http_context == HttpContext((("Host", "h"),), "?a=1")
    assert saved.description is None
    assert saved.expect is not None
    assert saved.expect.principal_id is None
    assert saved.expect.is_authenticated is True


def test_a_context_that_the_file_lacks_is_added() -> None:
    saved = case("{request: {tlsContext: {serverName: iot.example.com}}}")
    assert saved.request.tls_context is not None
    assert saved.request.tls_context.server_name == "iot.example.com"


def test_the_keys_of_expect_are_replaced_one_by_one() -> None:
    expect = case("{expect: {principalId: sensor8, variables: {a: b}}}").expect
    assert expect is not None
    assert (expect.is_authenticated, expect.principal_id, expect.variables) == (True, "sensor8", {"a": ("b",)})


def test_an_expected_error_rules_out_what_is_promised_of_an_answer() -> None:
    expect = case("{expect: {error: ThrottlingException, maxDuration: 2s}}").expect
    assert expect is not None
    assert expect.error == ExpectedError("ThrottlingException")
    assert (expect.is_authenticated, expect.principal_id, expect.allow) == (None, None, ())
    assert (expect.refresh_after_in_seconds, expect.max_duration) == (None, 2.0)


def test_a_refused_client_is_not_asked_what_it_may_do() -> None:
    expect = case("{expect: {isAuthenticated: false}}").expect
    assert expect is not None
    assert (expect.is_authenticated, expect.allow, expect.principal_id) == (False, (), "sensor7")


def test_a_promised_answer_rules_out_the_error_of_the_file() -> None:
    saved = read("request: {}\nexpect: {error: X}\ncases: {a: {expect: {isAuthenticated: true}}, b: {}}\n")
    a, b = (each.saved.expect for each in saved.suite.cases)
    assert a is not None
    assert b is not None
    assert (a.error, b.error) == (None, ExpectedError("X"))


def test_values_fill_in_texts() -> None:
    saved = case("{values: {id: '8'}, expect: {principalId: 'sensor${case:id}'}}")
    assert saved.description == "Sensor 8"
    assert saved.request.mqtt_context == MqttContext("u", "p", "sensor-8")
    assert saved.expect is not None
    assert saved.expect.principal_id == "sensor8"
    assert saved.expect.allow == (Question("iot:Connect", "client/sensor-8"),)


def test_values_may_be_references_and_escapes_stay() -> None:
    saved = case("{values: {p: '${env:P}'}, request: {token: '$${case:p} ${case:p}'}}")
    assert saved.request.token == "$${case:p} ${env:P}"


def test_tags_are_added_and_a_case_can_be_skipped() -> None:
    saved = case("{tags: [slow], skip: waits}")
    assert saved.suite.tags == ("smoke", "slow")
    assert saved.suite.skip == "waits"


def test_a_case_may_be_empty_and_knows_its_line() -> None:
    saved = read("request: {}\ncases:\n  a:\n  b: {}\n")
    assert [(each.name, each.line) for each in saved.suite.cases] == [("a", 3), ("b", 4)]
    assert saved.case("b") == SavedRequest(saved.request)
    assert saved.case("c") is None


def test_a_case_of_a_json_file() -> None:
    text = '{"request": {"token": "t"}, "cases": {"a": {"request": {"token": null, "authorizerName": "A"}}}}'
    (only,) = read(text).suite.cases
    assert (only.saved.request.token, only.saved.request.authorizer_name) == (None, "A")


REFUSED = {
    "no cases": ("cases: {}", 2, 8, "cases is empty"),
    "a list": ("cases: [a]", 2, 8, "must be a mapping"),
    "an unknown key": ("cases: {a: {requst: {}}}", 2, 13, "did you mean 'request'"),
    "an unknown member": ("cases: {a: {request: {tokn: x}}}", 2, 23, "did you mean 'token'"),
    "a member in capitals": ("cases: {a: {request: {Token: x}}}", 2, 23, "did you mean 'token'"),
    "a member of a context in capitals": (
        "cases: {a: {request: {mqttContext: {USERNAME: x}}}}",
        2,
        37,
        "did you mean 'username'",
    ),
    "a forgotten value": ("cases:\n  a:\n    request:\n      token:\n", 5, 13, "token has no value"),
    "a number": ("cases: {a: {request: {token: 7}}}", 2, 30, "quote it"),
    "a number as value": ("cases: {a: {values: {id: 7}}}", 2, 26, "quote it"),
    "an unknown value": ("cases: {a: {values: {idd: x}, request: {token: '${case:id}'}}}", 2, 48, "did you mean 'idd'"),
    "no such value": ("cases: {a: {request: {token: '${case:id}'}}}", 2, 30, "the case 'a' has no value 'id'"),
    "a name with the separator": ("cases: {a::b: {}}", 2, 9, "cannot contain ::"),
    "an empty name": ("cases: {'': {}}", 2, 9, "needs a name"),
    "a name of two lines": ('cases: {"a\\nb": {}}', 2, 9, "needs a name"),
    "the same name twice": ("cases: {a: {}, a: {}}", 2, 16, "the same key"),
    "an impossible question": ("cases: {a: {expect: {deny: ['iot:Publsh topic/a']}}}", 2, 29, "iot:Publish"),
    "a nested case": ("cases: {a: {cases: {}}}", 2, 13, "unknown key"),
    "a target": ("cases: {a: {target: {}}}", 2, 13, "unknown key 'target'"),
}


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_at_the_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(f"request: {{}}\n{text}")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"), [("${case:a}", True), ("$${case:a}", False), ("${env:a}", False), ("a", False)]
)
def test_mentions_case(text: str, expected: bool) -> None:
    assert mentions_case(text) is expected


names = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1).filter(lambda name: "::" not in name)
texts = st.text(st.characters(codec="utf-8", exclude_characters="$"), max_size=8)
changes = st.fixed_dictionaries(
    {},
    optional={
        "description": st.none() | texts,
        "request": st.fixed_dictionaries({}, optional={"token": st.none() | texts, "authorizerName": texts}),
        "values": st.dictionaries(names, texts, max_size=2),
        "expect": st.fixed_dictionaries({}, optional={"isAuthenticated": st.none() | st.booleans()}),
    },
)


@given(st.dictionaries(names, changes, min_size=1, max_size=3))
def test_what_is_written_reads_back(cases: dict[str, Any]) -> None:
    saved = read(dump({"request": {"token": "t"}, "cases": cases}))
    again = read(write(saved))
    assert again == saved
    assert [case.saved for case in again.suite.cases] == [case.saved for case in saved.suite.cases]
    for case in saved.suite.cases:
        assert case.saved.request.token == cases[case.name].get("request", {}).get("token", "t")


def test_what_a_case_adds_has_no_null_in_it() -> None:
    saved = read(
        "request: {token: t}\ncases: {a: {request: {httpContext: {headers: {A: b, C: null}, queryString: ~}}}}"
    )
    (only,) = saved.suite.cases
    assert only.saved.request.http_context == HttpContext((("A", "b"),))


def test_only_headers_ignore_case() -> None:
    saved = case("{request: {httpContext: {headers: {HOST: null, x-KEY: v}}}}")
    assert saved.request.http_context == HttpContext((("x-KEY", "v"),), "?a=1")


@pytest.mark.parametrize(
    ("expect", "ruled_out"),
    [
        ("{error: null}", (True, "sensor7", 1, 300, None)),
        ("{isAuthenticated: true}", (True, "sensor7", 1, 300, None)),
        ("{isAuthenticated: null}", (None, "sensor7", 1, 300, None)),
        ("{isAuthenticated: false}", (False, "sensor7", 0, 300, None)),
        ("{error: E}", (None, None, 0, None, ExpectedError("E"))),
        ("{maxDuration: 1s}", (True, "sensor7", 1, 300, None)),
    ],
)
def test_what_an_expectation_rules_out(expect: str, ruled_out: tuple[object, ...]) -> None:
    found = case(f"{{expect: {expect}}}").expect
    assert found is not None
    assert ruled_out == (
        found.is_authenticated,
        found.principal_id,
        len(found.allow),
        found.refresh_after_in_seconds,
        found.error,
    )


@pytest.mark.parametrize(
    ("changed", "error"),
    [("{maxDuration: 1s}", ExpectedError("E")), ("{principalId: p}", None), ("{isAuthenticated: false}", None)],
)
def test_the_error_of_the_file_stays_beside_what_any_answer_has(changed: str, error: ExpectedError | None) -> None:
    (only,) = read(f"request: {{}}\nexpect: {{error: E}}\ncases: {{a: {{expect: {changed}}}}}").suite.cases
    assert only.saved.expect is not None
    assert only.saved.expect.error == error


def test_values_fill_in_lists_and_mappings_and_leave_other_references() -> None:
    text = """\
request: {token: '${case:a} ${env:a} ${case:a', httpContext: {headers: {A: '${case:a}'}}}
tags: ['${case:a}', other]
cases: {x: {values: {a: v}}, y: {values: {a: w}}}
"""
    x, y = (each.saved for each in read(text.replace("tags: ['${case:a}', other]\n", "")).suite.cases)
    assert x.request.token == "v ${env:a} ${case:a"
    assert x.request.http_context == HttpContext((("A", "v"),))
    assert y.request.http_context == HttpContext((("A", "w"),))


def test_the_whole_message_for_a_value_that_is_missing() -> None:
    for values, hint in (("{}", ""), ("{idd: x}", "; did you mean 'idd'?")):
        with pytest.raises(YamlError) as caught:
            read(f"request: {{}}\ncases: {{a: {{values: {values}, request: {{token: '${{case:id}}'}}}}}}")
        assert caught.value.message == f"the case 'a' has no value 'id'{hint}"


def test_the_line_of_a_case_is_that_of_its_name() -> None:
    saved = read("request: {}\ncases:\n\n  a:\n    {}\n")
    assert [each.line for each in saved.suite.cases] == [4]
