"""Private keys that sign: read, refused, and what a request looks like when it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.authorizer import Authorizer
from authlens.core.request import AuthorizerRequest, MqttContext
from authlens.core.saved_request import Sign
from authlens.core.signing import verify
from authlens.store.signing_keys import as_sent, read_key, signer
from support.public_keys import pair


def test_a_key_signs_and_the_request_is_shown_as_sent(tmp_path: Path) -> None:
    made = pair("negatives")
    (tmp_path / "private.pem").write_bytes(made.private_pem)

    assert verify("token", signer(Sign("private.pem"), tmp_path, {})("token"), made.public_pem)

    authorizer = Authorizer("A", token_key_name="t", token_signing_public_keys=(("k", made.public_pem),))
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u?t=abc"))
    placed = as_sent(request, Sign("private.pem", place="username"), authorizer, tmp_path, {})
    assert placed.mqtt_context is not None
    assert "x-amz-customauthorizer-signature=" in (placed.mqtt_context.username or "")


@pytest.mark.parametrize(
    ("sign", "token"),
    [(None, "t"), (Sign("missing.pem"), "t"), (Sign("missing.pem"), None), (Sign("x"), "${env:TOKEN}")],
    ids=["unsigned", "no key", "no token", "reference"],
)
def test_a_request_that_cannot_be_signed_now_stays_as_it_stands(
    tmp_path: Path, sign: Sign | None, token: str | None
) -> None:
    request = AuthorizerRequest("A", token)
    assert as_sent(request, sign, None, tmp_path, {}) is request


@pytest.mark.parametrize("name", ["missing.pem", ".", "/dev/zero", "large.pem"])
def test_only_a_file_of_a_keys_size_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "large.pem").write_bytes(b"x" * 100_000)
    with pytest.raises(OSError, match=r"No such file|not a file that holds a key"):
        read_key(name, tmp_path)
