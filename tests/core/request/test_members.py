"""The table of members is botocore's service model, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from authlens.core.request.members import (
    BY_PATH,
    CONTEXTS,
    FIELDS,
    LIMITS,
    MEMBERS,
    SHAPE,
    Limits,
    header_path,
    is_header,
    label,
    members_of,
    option_name,
    protocol_of,
    sentence_label,
)


def limits_of_the_model() -> list[Limits]:
    shape = Session().get_service_model("iot").operation_model("TestInvokeAuthorizer").input_shape
    return list(leaves(shape, "", frozenset(shape.required_members)))


def leaves(shape: Any, path: str, required: frozenset[str]) -> Any:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}" if path else name, required)
    elif shape.type_name == "map":
        yield leaf(shape.key, f"{path}[key]", required)
        yield leaf(shape.value, f"{path}[value]", required)
    else:
        yield leaf(shape, path, required)


def leaf(shape: Any, path: str, required: frozenset[str]) -> Limits:
    limits = shape.metadata
    return Limits(path, limits["min"], limits["max"], limits.get("pattern"), required=path in required)


def test_the_table_equals_the_service_model() -> None:
    assert list(LIMITS.values()) == limits_of_the_model()


@pytest.mark.parametrize(
    ("path", "value", "fits"),
    [
        ("authorizerName", "Sensor=Auth,@-_1", True),
        ("authorizerName", "Sénsor", False),
        ("authorizerName", "a b", False),
        ("tokenSignature", "abc+/09==", True),
        ("tokenSignature", "abc-_", False),
        ("tokenSignature", "abc===", False),
        ("tokenSignature", "abc\n", False),
        ("token", "anything\nat all ✓", True),
        ("mqttContext.password", "no pattern", True),
    ],
)
def test_patterns_are_ascii_and_whole(path: str, value: str, fits: bool) -> None:
    assert LIMITS[path].fits(value) is fits


def test_names_of_a_member_derive_from_its_path() -> None:
    member = BY_PATH["mqttContext.clientId"]
    assert (member.context, member.name, member.field) == ("mqttContext", "clientId", "client_id")
    assert (BY_PATH["token"].context, BY_PATH["token"].name) == (None, "token")


def test_members_have_words_for_people() -> None:
    assert label("mqttContext.clientId") == "the MQTT client id"
    assert label(header_path("X-Token")) == "the header X-Token"
    assert sentence_label("mqttContext.clientId") == "The MQTT client id"


def test_rows_of_a_page_are_arranged_by_position() -> None:
    assert {member.path: member.position for member in MEMBERS if member.position} == {
        "httpContext.headers": 1,
        "mqttContext.username": 1,
        "mqttContext.password": 1,
    }
    assert [member.path for member in MEMBERS if member.required] == ["authorizerName"]


def test_the_table_by_context() -> None:
    assert {context: [member.name for member in members_of(context)] for context in (None, *CONTEXTS)} == {
        None: ["authorizerName", "token", "tokenSignature"],
        "httpContext": ["headers", "queryString"],
        "mqttContext": ["username", "password", "clientId"],
        "tlsContext": ["serverName"],
    }
    assert list(SHAPE) == list(FIELDS) == ["authorizerName", "token", "tokenSignature", *CONTEXTS]
    assert FIELDS["tokenSignature"] == "token_signature"
    assert (protocol_of("mqttContext"), protocol_of("httpContext")) == ("mqtt", "http")


def test_names_of_options_and_headers() -> None:
    assert option_name("mqttContext") == "--mqtt-context"
    assert option_name("authorizerName") == "--authorizer-name"
    assert header_path("X-A") == "httpContext.headers[X-A]"
    assert is_header("httpContext.headers[X-A]")
    assert not is_header("httpContext.headers")


def test_the_limits_of_a_map_and_of_bytes() -> None:
    headers, password = BY_PATH["httpContext.headers"], BY_PATH["mqttContext.password"]
    assert [(each.path, each.minimum, each.maximum, each.required) for each in headers.limits] == [
        ("httpContext.headers[key]", 1, 8192, False),
        ("httpContext.headers[value]", 1, 8192, False),
    ]
    assert password.limits == (Limits("mqttContext.password", 1, 65535),)
    assert password.limits[0].fits("")
    assert not Limits("a", 1, 2, "b+").fits("bc")
    assert Limits("a", 1, 2, "b+").fits("bb")
