"""Option values to members, and the client's own refusals, held to botocore's."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.commands import values as rules
from authlens.core.commands.options import read
from authlens.core.request import members, references
from authlens.core.request.members import MEMBERS

_ANYTHING = st.recursive(
    st.sampled_from(["", "x", "hunter2", 0, 7, 1.5, True, None, b"p"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["", "headers", "username", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
_NAMES = st.sampled_from([*members.SHAPE, "foo"])


def _members(*words: str) -> dict[str, Any]:
    return rules.of_options(read(words), str)


def test_the_shape_holds_every_member() -> None:
    paths = {member.path for member in MEMBERS}
    leaves = {
        f"{name}.{inner}" if isinstance(kind, dict) else name
        for name, kind in members.SHAPE.items()
        for inner in (kind if isinstance(kind, dict) else [""])
    }
    assert leaves == paths


@cache
def _input_shape() -> Any:
    return botocore.session.get_session().get_service_model("iot").operation_model("TestInvokeAuthorizer").input_shape


@given(members=st.dictionaries(_NAMES, _ANYTHING, max_size=4))
def test_refuses_what_botocore_refuses(members: dict[str, Any]) -> None:
    """A missing name apart, which the option parser refuses."""
    members = {"authorizerName": "A", **members}
    report = ParamValidator().validate(members, _input_shape())
    refusal = _refusal(members)
    assert bool(refusal) == report.has_errors()
    assert "hunter2" not in refusal
    assert refusal.count("\n") == (report.generate_report().count("\n") + 1 if refusal else 0)


def _refusal(members: dict[str, Any]) -> str:
    try:
        rules.check(members)
    except rules.MemberError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("words", "members"),
    [
        (["--token", "t", "--authorizer-name", "A"], {"authorizerName": "A", "token": "t"}),
        (["--mqtt-context", "username=u"], {"mqttContext": {"username": "u"}}),
        (["--mqtt-context", ' {"username": "u", "username": "v"}'], {"mqttContext": {"username": "v"}}),
        (["--tls-context", "{}"], {"tlsContext": {}}),
    ],
    ids=" ".join,
)
def test_members_of_options(words: list[str], members: dict[str, Any]) -> None:
    assert _members(*words) == members


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--mqtt-context", "username"], "'--mqtt-context': Expected: '=', received: 'EOF' at character 9"),
        (["--mqtt-context", '{"username": }'], "Invalid JSON: Expecting value at line 1, column 14"),
        (["--mqtt-context", "[]"], "expecting an object, received list"),
        (["--mqtt-context", "{" * 100_000], "Invalid JSON"),
        (["--mqtt-context", '{"username": ' + "9" * 5000 + "}"], "nesting too deep"),
        (["--http-context", ""], "Expected: '='"),
    ],
    ids=lambda value: value[1][:20] if isinstance(value, list) else "",
)
def test_errors_name_the_option_and_point(words: list[str], message: str) -> None:
    with pytest.raises(rules.MemberError) as error:
        _members(*words)
    assert message in str(error.value)


def test_bytes_are_not_a_context() -> None:
    with pytest.raises(rules.MemberError, match="use file://"):
        rules.of_options(read(["--tls-context", "fileb://x"]), lambda text: b"{}")


@pytest.mark.parametrize(
    ("password", "decoded"),
    [("dGVzdA==", b"test"), ("test", b"\xb5\xeb-"), ("dGVz dA==!", b"test"), (b"raw", b"raw"), (7, 7)],
)
def test_a_password_is_read_as_leniently_as_v2_reads_it(password: Any, decoded: Any) -> None:
    members = {"mqttContext": {"password": password}}
    rules.decode_password(members)
    assert members == {"mqttContext": {"password": decoded}}


@pytest.mark.parametrize("password", ["hello", "é"])
def test_what_is_not_base64_is_refused_without_quoting_it(password: str) -> None:
    with pytest.raises(rules.NotBase64) as error:
        rules.decode_password({"mqttContext": {"password": password}})
    assert password not in str(error.value)


@pytest.mark.parametrize("members", [{}, {"mqttContext": []}, {"mqttContext": {}}])
def test_no_password_is_not_an_error(members: dict[str, Any]) -> None:
    rules.decode_password(members)
    assert not members.get("mqttContext")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${env:X}", "$${env:X}"),
        ("${x", "${x"),
        ("$${", "$$${"),
        ({"a": ["${env:X}"], "b": "${file:y}"}, {"a": ["${env:X}"], "b": "$${file:y}"}),
        (b"${env:X}", b"${env:X}"),
    ],
)
def test_literal_text_is_not_a_reference(text: Any, written: Any) -> None:
    assert references.literal(text) == written
    assert references.unescaped(written) == text


def test_a_form_may_hold_empty_texts() -> None:
    rules.check_types({"token": ""})
    with pytest.raises(rules.MemberError, match="Invalid length for parameter token"):
        rules.check({"token": ""})
    with pytest.raises(rules.MemberError, match="Invalid type for parameter token"):
        rules.check_types({"token": 7})


@pytest.mark.parametrize("text", ["./ctx.json", "ctx.json", "~/ctx.json", "../a/ctx.yaml"])
def test_the_name_of_a_file_given_as_a_context_is_recognised(text: str) -> None:
    with pytest.raises(rules.MemberError, match=f"to read the file, write file://{re.escape(text)}"):
        _members("--authorizer-name", "A", "--http-context", text)
    with pytest.raises(rules.MemberError, match=f"to read the file, write file://{re.escape(text)}"):
        rules.from_json("--cli-input-json", text)


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an unknown member": (
        {"foo": 1},
        [
            'Unknown parameter in input: "foo", must be one of: authorizerName, token, tokenSignature, httpContext, '
            "mqttContext, tlsContext"
        ],
    ),
    "an unknown member of a context": (
        {"mqttContext": {"x": 1}},
        ['Unknown parameter in mqttContext: "x", must be one of: username, password, clientId'],
    ),
    "a context that is a number": (
        {"mqttContext": 3},
        ["Invalid type for parameter mqttContext, type: int, valid types: dict"],
    ),
    "headers that are a number": (
        {"httpContext": {"headers": 3}},
        ["Invalid type for parameter httpContext.headers, type: int, valid types: dict"],
    ),
    "headers of other types and without a name": (
        {"httpContext": {"headers": {"a": 1, "": "x", "b": "c"}}},
        [
            "Invalid type for parameter httpContext.headers.a, type: int, valid types: str",
            "Invalid length for parameter httpContext.headers (key: ), value: 0, valid min length: 1",
        ],
    ),
    "a password that is a number": (
        {"mqttContext": {"password": 7}},
        ["Invalid type for parameter mqttContext.password, type: int, valid types: bytes, str"],
    ),
    "text that is a list": (
        {"mqttContext": {"username": ["a"]}},
        [
            "Invalid type for parameter mqttContext.username, type: list, valid types: str; a bare comma makes a list, "
            "so quote the value"
        ],
    ),
    "a context that is a list": (
        {"tlsContext": [1]},
        ["Invalid type for parameter tlsContext, type: list, valid types: dict"],
    ),
    "two problems": (
        {"token": 3, "tokenSignature": ""},
        [
            "Invalid type for parameter token, type: int, valid types: str",
            "Invalid length for parameter tokenSignature, value: 0, valid min length: 1",
        ],
    ),
}


@pytest.mark.parametrize(("members_", "problems"), REFUSED.values(), ids=REFUSED)
def test_every_problem_is_named(members_: dict[str, Any], problems: list[str]) -> None:
    assert _refusal(members_) == "\n".join(["Parameter validation failed:", *problems])


def test_every_type_that_is_accepted() -> None:
    rules.check(
        {
            "token": "t",
            "httpContext": {"headers": {"a": "b"}, "queryString": "?a"},
            "mqttContext": {"username": "u", "password": b"p", "clientId": "c"},
            "tlsContext": {},
        }
    )
    rules.check({"mqttContext": {"password": ""}, "httpContext": {"headers": {}}})


def test_a_file_that_cannot_be_read_is_named_with_its_option() -> None:
    def load(text: str) -> str:
        raise rules.UnreadableValue("no such file")

    with pytest.raises(rules.MemberError) as error:
        rules.of_options(read(["--token", "file://x"]), load)
    assert str(error.value) == "Error parsing parameter '--token': no such file"
    assert error.value.option == "--token"


def test_errors_in_a_value_have_a_caret() -> None:
    with pytest.raises(rules.MemberError) as error:
        _members("--mqtt-context", "username")
    assert str(error.value) == (
        "Error parsing parameter '--mqtt-context': Expected: '=', received: 'EOF' at character 9 of the input:\n"
        "username\n        ^"
    )
    with pytest.raises(rules.MemberError) as error:
        _members("--mqtt-context", '{"username": }')
    assert str(error.value) == (
        "Error parsing parameter '--mqtt-context': Invalid JSON: Expecting value at line 1, column 14:\n"
        '{"username": }\n             ^'
    )
