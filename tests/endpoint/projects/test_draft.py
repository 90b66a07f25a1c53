"""The requests that `init --from` writes are those that the function can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.token_place import signature_of, token_of
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.saved_request_yaml import read
from authlens.endpoint.projects.draft import drafted
from authlens.endpoint.templates.definitions import AuthorizerDefinition, Definitions, FunctionDefinition
from support.public_keys import pair
from support.shapes import write

PEM = pair("a").public_pem


def requested(folder: Path, code: str, signed: bool = False, made: str | None = None) -> tuple[SavedRequest, str]:
    write(folder, {"app.py": code})
    function = FunctionDefinition(name="f", code_uri=folder, handler="app.handler", runtime="python3.13")
    authorizer = Authorizer("Fleet", "arn", "arn", "ACTIVE", signing_disabled=not signed)
    if signed:
        authorizer = Authorizer(
            *("Fleet", "arn", "arn", "ACTIVE"), token_key_name="jwt", token_signing_public_keys=(("k", PEM),)
        )
    definitions = Definitions(authorizers=(AuthorizerDefinition(authorizer, function),), functions=(function,))
    text = drafted(definitions, folder / "template.yaml", folder / "try", made=made)["requests/Fleet.yaml"]
    return read(text), text


@pytest.mark.parametrize(
    ("code", "headers", "query", "mqtt"),
    [
        ("", None, None, True),
        ("mqtt['username']", None, None, True),
        ("http['headers']['X-Device']; headers['Authorization']", "X-Device Authorization", None, False),
        ("http['queryString']; params['device_id']", None, "?device_id=VALUE", False),
        ("http['queryString']; mqtt['password']", None, "?token=TOKEN", True),
        ("tls['serverName']", None, None, False),
    ],
)
def test_an_unsigned_request_has_what_the_function_reads(
    tmp_path: Path, code: str, headers: str | None, query: str | None, mqtt: bool
) -> None:
    request = requested(tmp_path, code)[0].request
    http = request.http_context
    found = " ".join(name for name, _ in http.headers) if http and http.headers else None
    assert (found, http.query_string if http else None, request.mqtt_context is not None) == (headers, query, mqtt)
    assert (request.tls_context is not None) is ("serverName" in code)


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("event['token']", "token"),
        ("", "token"),
        ("event['token'], mqtt['username']", "username"),
        ("http['headers']", "headers"),
        ("http['queryString']", "queryString"),
    ],
)
def test_the_token_of_a_signed_request_is_next_to_what_the_function_reads(
    tmp_path: Path, code: str, place: str
) -> None:
    """In token mode, AWS passes the function nothing else."""
    saved, _ = requested(tmp_path, code, signed=True, made=PEM)
    assert saved.sign is not None
    assert (saved.sign.key, saved.sign.place) == ("../keys/private.pem", place)
    authorizer = Authorizer("Fleet", token_key_name="jwt")
    assert (token_of(saved.request, authorizer), signature_of(saved.request)) == ("TOKEN", None)
    assert (saved.request.token is None) is (place != "token")


def test_a_key_of_the_user_is_left_to_fill_in(tmp_path: Path) -> None:
    saved, text = requested(tmp_path, "mqtt['password']", signed=True, made="another")
    assert (saved.sign, "# sign: {key: ../keys/private.pem, place: username}" in text) == (None, True)


def test_a_token_that_cannot_arrive_is_said(tmp_path: Path) -> None:
    _, text = requested(tmp_path, "event['token']")
    assert "# The function reads the event's token, which a test call contains only if signing is enabled." in text
    _, text = requested(tmp_path, "event.get('token'), mqtt['password']")
    assert "#" not in text
