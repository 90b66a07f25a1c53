from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.preflight.finding import Known
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import DEMO, Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.look_ahead import is_outdated, look_ahead, with_lookup
from support.public_keys import pair
from support.shapes import sam_python, sam_typescript_unbuilt

REQUEST = AuthorizerRequest("A", "${env:T}")
NOT_FOUND = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer A not found", 404)
DENIED = Failure(FailureKind.AWS, "AccessDeniedException", "no", 403)


@cache
def encrypted() -> bytes:
    key = load_pem_private_key(pair("a").private_pem, None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass"))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "private.pem").write_bytes(pair("a").private_pem)
    (tmp_path / "public.pem").write_text(pair("a").public_pem)
    (tmp_path / "encrypted.pem").write_bytes(encrypted())
    return tmp_path


@pytest.mark.parametrize(
    ("sign", "paths"),
    [
        (Sign("private.pem"), []),
        (Sign("gone.pem"), ["sign.key"]),
        (Sign("."), ["sign.key"]),
        (Sign("a\0b"), ["sign.key"]),
        (Sign("public.pem"), ["sign.key"]),
        (Sign("encrypted.pem"), ["sign.key"]),
        (Sign("encrypted.pem", "${env:PASS}"), []),
        (Sign("encrypted.pem", "${env:WRONG}"), ["sign.key"]),
        (Sign("encrypted.pem", "${env:EMPTY}"), ["sign.key"]),
        (Sign("encrypted.pem", "${env:NONE}"), ["sign.passphrase"]),
        (Sign("encrypted.pem", "${keyring:a/b}"), []),
    ],
    ids=lambda value: f"{value.key} {value.passphrase or ''}" if isinstance(value, Sign) else "",
)
def test_the_signing_key_is_read_before_it_is_needed(base: Path, sign: Sign, paths: list[str]) -> None:
    environ = {"T": "t", "PASS": "pass", "WRONG": "no", "EMPTY": ""}
    assert [each.path for each in look_ahead(SavedRequest(REQUEST, sign=sign), environ, base).missing] == paths


def test_references_are_looked_up() -> None:
    assert [each.path for each in look_ahead(SavedRequest(REQUEST), {}).missing] == ["token"]
    assert look_ahead(SavedRequest(REQUEST), {"T": "t"}) == Known()


def test_the_file_of_a_local_target_is_read_as_data(base: Path) -> None:
    (base / "authorizers.yaml").write_text(
        "authorizers:\n"
        "  A: {codeUri: nowhere, handler: x.y, interpreter: ./evil, tokenKeyName: tok,"
        " tokenSigningPublicKeys: {k: public.pem}}\n"
    )
    saved = SavedRequest(REQUEST, target=Target(local="authorizers.yaml"))
    known = look_ahead(saved, {"T": "t"}, base)
    assert (known.missing, known.has_authorizer, known.authorizer_names) == ((), True, ("A",))
    assert known.authorizer is not None
    assert known.authorizer.token_key_name == "tok"
    assert known.authorizer.token_signing_public_keys == (("k", pair("a").public_pem),)
    other = SavedRequest(AuthorizerRequest("B"), target=saved.target)
    assert look_ahead(other, {}, base) == Known((), False, ("A",))


def test_the_authorizers_of_a_template_are_known_without_running_anything(base: Path) -> None:
    """A function that is not built leaves its authorizer out: a test call would not find it."""
    sam_typescript_unbuilt(base)
    saved = SavedRequest(AuthorizerRequest("fleet"), target=Target(local="template.yaml"))
    known = look_ahead(saved, {}, base)
    (missing,) = known.missing
    assert (known.has_authorizer, missing.path, "run 'sam build'" in missing.why) == (None, "target.local", True)
    sam_python(base)
    known = look_ahead(saved, {}, base)
    assert (known.has_authorizer, known.authorizer_names) == (True, ("fleet",))
    other = SavedRequest(AuthorizerRequest("B"), target=saved.target)
    assert look_ahead(other, {}, base) == Known((), False, ("fleet",))


@pytest.mark.parametrize("content", [None, "Resources: {}", "authorizers: 7", "\x00", "authorizers: {A: {status: [}}"])
def test_a_file_that_no_endpoint_can_serve_is_reported_and_tells_of_no_authorizer(
    base: Path, content: str | None
) -> None:
    if content is not None:
        (base / "file.yaml").write_text(content)
    known = look_ahead(SavedRequest(AuthorizerRequest("A"), target=Target(local="file.yaml")), {}, base)
    assert known.has_authorizer is None
    (missing,) = known.missing
    assert (missing.path, str(base / "file.yaml") in missing.why) == ("target.local", True)


def test_the_samples_of_the_demo_are_known() -> None:
    known = look_ahead(SavedRequest(AuthorizerRequest("SensorPassword"), target=Target(local=DEMO)), {})
    assert known.has_authorizer


def test_aws_may_say_that_there_is_no_such_authorizer() -> None:
    assert with_lookup(Known(), NOT_FOUND).has_authorizer is False
    assert with_lookup(Known(), DENIED) == with_lookup(Known(), None) == Known()


def test_an_authorizer_is_outdated_once_its_file_says_something_else(tmp_path: Path) -> None:
    file = tmp_path / "authorizers.yaml"
    saved = SavedRequest(AuthorizerRequest("A"), target=Target(local="authorizers.yaml"))
    known = Authorizer("A", "arn:aws:iot:us-west-2:1:authorizer/A", status="INACTIVE", signing_disabled=True)
    for text, outdated in (
        ("{status: INACTIVE, signingDisabled: true}", False),
        ("{status: ACTIVE, signingDisabled: true}", True),
        ("{status: INACTIVE, tokenKeyName: t}", True),
    ):
        file.write_text(f"authorizers:\n  A: {text}\n")
        assert is_outdated(known, saved, tmp_path) is outdated
    file.write_text("nonsense: [")
    assert not is_outdated(known, saved, tmp_path), "what is wrong with the file is reported elsewhere"
    assert not is_outdated(known, replace(saved, target=Target(local="a\0b")), tmp_path)
    assert not is_outdated(known, replace(saved, target=Target(region="eu-west-1")), tmp_path)
