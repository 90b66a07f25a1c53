"""Private keys that sign: read, refused, and what a request looks like when it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.saved.saved_request import Sign
from authlens.core.signing.signing import verify
from authlens.store.signing_keys import as_sent, generate_command, missing_key, read_key, signer, write_key_pair
from support.public_keys import pair


def test_a_key_signs_and_the_request_is_shown_as_sent(tmp_path: Path) -> None:
    made = pair("b")
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
def test_a_request_that_cannot_be_signed_now_stays_unchanged(
    tmp_path: Path, sign: Sign | None, token: str | None
) -> None:
    request = AuthorizerRequest("A", token)
    assert as_sent(request, sign, None, tmp_path, {}) is request


@pytest.mark.parametrize("name", ["missing.pem", ".", "/dev/zero", "large.pem"])
def test_only_a_file_of_a_keys_size_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "large.pem").write_bytes(b"x" * 100_000)
    with pytest.raises(OSError, match=r"No such file|not a file that holds a key"):
        read_key(name, tmp_path)


def test_a_pair_is_written_for_its_owner_and_signs(tmp_path: Path) -> None:
    made = write_key_pair(tmp_path / "keys" / "private.pem")
    assert made.private.stat().st_mode & 0o777 == 0o600
    assert made.public == tmp_path / "keys" / "private.pub.pem"
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert any(made.private.name in line for line in made.openssl)


@pytest.mark.parametrize("name", ["private.pem", "private.pub.pem"])
def test_no_file_is_ever_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError):
        write_key_pair(tmp_path / "private.pem")
    assert (tmp_path / name).read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("siblings", "command"),
    [
        ((), "--generate keys/private.pem"),
        (("public.pem",), "--generate keys/private.pem --public keys/public.pem --replace"),
        (("other.pem",), "--generate keys/private.pem --public keys/other.pem --replace"),
        (("other.pem", "private.pem.pub"), "--generate keys/private.pem --public keys/private.pem.pub --replace"),
        (("a.pem", "b.pem"), "--generate keys/private.pem"),
        (("a b.pem",), "--generate keys/private.pem --public 'keys/a b.pem' --replace"),
    ],
)
def test_the_command_that_makes_a_missing_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, siblings: tuple[str, ...], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "notes.txt").write_text("x")
    for name in siblings:
        (tmp_path / "keys" / name).write_text(pair("a").public_pem)

    assert generate_command(tmp_path / "requests" / ".." / "keys" / "private.pem") == f"authlens sign {command}"
    assert missing_key(tmp_path / "gone" / "k.pem").endswith(": authlens sign --generate gone/k.pem")
