from __future__ import annotations

import pytest

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.verdict.function_errors import function_error

CONTEXT = AuthorizerRequest("A", mqtt_context=MqttContext("u"))
TOKEN = AuthorizerRequest("A", "t", "AAAA")


@pytest.mark.parametrize(
    ("error_type", "words"),
    [
        ("Sandbox.Timedout", "5 seconds"),
        ("Runtime.ExitError", "ended before"),
        ("Runtime.OutOfMemory", "out of memory"),
        ("Runtime.InvalidEntrypoint", "cannot start"),
        ("Function.ResponseSizeTooLarge", "larger than Lambda accepts"),
        ("Extension.Crash", "Lambda reports Extension.Crash"),
        ("Function<NoMethodError>", "raised NoMethodError"),
        ("string", "a text as its error"),
        ("errorString", "a text as its error"),
        ("Runtime.ImportModuleError", "cannot be loaded"),
        ("Runtime.HandlerNotFound", "no such handler"),
        ("Runtime.MalformedHandlerName", "does not name a function"),
        ("Runtime.UserCodeSyntaxError", "syntax error"),
        ("Runtime.MarshalError", "cannot be written as JSON"),
        ("Runtime.CallbackHandlerDeprecated", "nodejs24.x"),
        ("Runtime.UnhandledPromiseRejection", "was not handled"),
        ("ValueError", "raised ValueError"),
        ("at 12:00", "does not say which"),
    ],
)
def test_lambda_s_own_errors_have_their_reasons(error_type: str, words: str) -> None:
    why, next_step = function_error(error_type, "some message", CONTEXT)
    assert words in why
    assert next_step.endswith(".")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [("3.00", "its own timeout of 3 seconds"), ("5.00", "whatever its own"), ("2.50", "of 2.5 sec")],
)
def test_a_timeout_below_that_of_aws_is_the_function_s_own(seconds: str, words: str) -> None:
    why, _ = function_error("Sandbox.Timedout", f"Task timed out after {seconds} seconds", CONTEXT)
    assert words in why


@pytest.mark.parametrize(
    "message",
    [
        "'protocolData'",
        "Cannot read properties of undefined (reading 'mqtt')",
        "Cannot read property 'headers' of undefined",
        'key not found: "protocolData"',
        "The given key 'protocolData' was not present in the dictionary.",
    ],
    ids=["Python", "Node.js", "old Node.js", "Ruby", ".NET"],
)
def test_in_token_mode_the_missing_protocol_data_is_named(message: str) -> None:
    why, next_step = function_error("KeyError", message, TOKEN)
    assert "token mode sends no protocolData" in why
    assert "context mode" in next_step


def test_in_context_mode_the_part_that_was_not_filled_in_is_named() -> None:
    why, next_step = function_error("KeyError", "'password'", CONTEXT)
    assert "protocolData.mqtt.password" in why
    assert "Fill in" in next_step


def test_a_token_that_is_not_in_the_event_is_explained() -> None:
    assert "only if AWS verified" in function_error("KeyError", "'token'", CONTEXT)[0]


@pytest.mark.parametrize("member", ["httpContext", "tokenSignature"])
def test_names_of_the_request_are_not_those_of_the_event(member: str) -> None:
    assert "member of the request" in function_error("KeyError", f"'{member}'", CONTEXT)[0]


@pytest.mark.parametrize("message", ["'device'", "password", "", "it's 'password' again"])
def test_other_words_are_not_read_into(message: str) -> None:
    assert "raised KeyError" in function_error("KeyError", message, CONTEXT)[0]


TOKEN_MODE_WHY = "The function seems to read {}, which is not in the event: token mode sends no protocolData."
NOT_SENT = "The function seems to read {}, which this request does not include."
NO_TOKEN = "The function seems to read token, which is in the event only if AWS verified a signed token."


@pytest.mark.parametrize(
    ("member", "request_", "why"),
    [
        ("protocolData", TOKEN, TOKEN_MODE_WHY.format("protocolData")),
        ("protocolData", CONTEXT, "The function raised KeyError: 'protocolData'."),
        ("protocols", CONTEXT, "The function raised KeyError: 'protocols'."),
        ("mqtt", CONTEXT, "The function raised KeyError: 'mqtt'."),
        ("username", CONTEXT, "The function raised KeyError: 'username'."),
        ("tls", CONTEXT, NOT_SENT.format("protocolData.tls")),
        ("http", TOKEN, TOKEN_MODE_WHY.format("protocolData.http")),
        ("clientId", CONTEXT, NOT_SENT.format("protocolData.mqtt.clientId")),
        ("serverName", CONTEXT, NOT_SENT.format("protocolData.tls.serverName")),
        ("headers", CONTEXT, NOT_SENT.format("protocolData.http.headers")),
        ("token", CONTEXT, NO_TOKEN),
        ("token", TOKEN, "The function raised KeyError: 'token'."),
        ("tokenSignature", TOKEN, "The function seems to read tokenSignature from its event: that is a member of the"),
        ("mqttContext", TOKEN, "The function seems to read mqttContext from its event: that is a member of the"),
        ("other", CONTEXT, "The function raised KeyError: 'other'."),
    ],
)
def test_which_member_is_missing(member: str, request_: AuthorizerRequest, why: str) -> None:
    assert function_error("KeyError", f"'{member}'", request_)[0].startswith(why)


@pytest.mark.parametrize(
    ("name", "request_", "why"),
    [
        ("mqtt", TOKEN, TOKEN_MODE_WHY.format("protocolData.mqtt")),
        ("headers", CONTEXT, NOT_SENT.format("protocolData.http.headers")),
        ("username", CONTEXT, "The function raised TypeError, reading username."),
        ("password", CONTEXT, "The function raised TypeError, reading password."),
        ("mqtt", CONTEXT, "The function raised TypeError, reading mqtt."),
        ("token", CONTEXT, "The function raised TypeError, reading token."),
        ("protocolData", TOKEN, "The function raised TypeError, reading protocolData."),
        ("mqttContext", TOKEN, "The function raised TypeError, reading mqttContext."),
    ],
)
def test_in_javascript_the_object_is_missing_of_which_a_member_is_read(
    name: str, request_: AuthorizerRequest, why: str
) -> None:
    """Reading a member that is missing gives `undefined`; only a member of `undefined` raises."""
    message = f"Cannot read properties of undefined (reading '{name}')"
    assert function_error("TypeError", message, request_)[0].startswith(why)
