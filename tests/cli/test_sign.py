from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from authlens.core.signing.keys import generate_key_pair
from authlens.core.signing.signing import sign, verify
from support.one_command import Command
from support.public_keys import pair
from support.terminal import Terminal

SIGNATURE = sign("allow", pair("a").private_pem)
ENCRYPTED = generate_key_pair(passphrase=b"open sesame").private_pem


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("private.pem").write_bytes(pair("a").private_pem)
    Path("public.pem").write_text(pair("a").public_pem)
    Path("encrypted.pem").write_bytes(ENCRYPTED)
    return Command(capsys, monkeypatch)


def test_the_signature_is_one_line(authlens: Command) -> None:
    ended = authlens("sign", "--key", "private.pem", "allow")
    assert (ended.code, ended.out, ended.err) == (0, SIGNATURE + "\n", "")


@pytest.mark.parametrize("typed", ["allow", "allow\n", "allow\r\n"])
def test_a_token_from_standard_input_loses_its_final_newline(authlens: Command, typed: str) -> None:
    assert authlens("sign", "--key", "private.pem", "--token-stdin", stdin=typed).out == SIGNATURE + "\n"


def test_the_bytes_of_a_token_are_signed_whatever_the_locale(authlens: Command) -> None:
    environ = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command: list[str | bytes] = [sys.executable, "-m", "authlens", "sign", "--key", "private.pem", "ü".encode()]
    done = subprocess.run(command, capture_output=True, env=environ, check=False)
    assert done.stdout.decode() == sign("ü", pair("a").private_pem) + "\n"


def test_a_token_that_is_not_text_is_refused(authlens: Command) -> None:
    ended = authlens("sign", "--key", "private.pem", os.fsdecode(b"\xff"))
    assert (ended.code, ended.out) == (252, "")
    assert "TOKEN is not UTF-8 text" in ended.err


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_signs_the_same(authlens: Command) -> None:
    ended = authlens("sign", "--key", "private.pem", "--openssl", "allow")
    line = ended.err.strip().replace("TOKEN", "allow")
    assert subprocess.run(line, shell=True, check=True, capture_output=True, text=True).stdout == SIGNATURE


def test_json_has_every_encoding(authlens: Command) -> None:
    printed = json.loads(authlens("sign", "--key", "private.pem", "allow", "--output", "json").out)
    assert printed["signature"] == SIGNATURE
    assert printed["base64url"] == SIGNATURE.replace("+", "-").replace("/", "_").rstrip("=")
    assert printed["urlEncoded"].endswith("%3D%3D")
    assert printed["placed"] is None


def test_a_signature_is_placed_where_aws_looks_for_it(authlens: Command) -> None:
    words = ["sign", "--key", "private.pem", "--token-key-name", "tok", "allow"]
    username = authlens(*words, "--place", "username", "--onto", "u?a=1").out.strip()
    assert parse_qs(username.partition("?")[2]) == {
        "a": ["1"],
        "tok": ["allow"],
        "x-amz-customauthorizer-signature": [SIGNATURE],
    }
    query = authlens(*words, "--place", "queryString").out.strip()
    assert query.startswith("?tok=allow&")
    headers = authlens(*words, "--place", "headers").out
    assert headers == f"tok: allow\nx-amz-customauthorizer-signature: {SIGNATURE}\n"


def test_an_encrypted_key_takes_its_passphrase_from_a_reference_or_standard_input(
    authlens: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_PASSPHRASE", "open sesame")
    words = ["sign", "--key", "encrypted.pem", "allow"]
    by_reference = authlens(*words, "--passphrase", "${env:KEY_PASSPHRASE}")
    by_standard_input = authlens(*words, "--passphrase-stdin", stdin="open sesame\n")
    assert by_reference.code == by_standard_input.code == 0
    assert by_reference.out == by_standard_input.out
    assert len(by_reference.out) == 345


REFUSED = {
    "no key": (["allow"], "give --key FILE"),
    "no token": (["--key", "private.pem"], "give a TOKEN"),
    "two tokens": (["--key", "private.pem", "--token-stdin", "allow"], "given twice"),
    "missing file": (["--key", "nope.pem", "allow"], "nope.pem cannot be read: No such file"),
    "folder": (["--key", ".", "allow"], "cannot be read"),
    "public key": (["--key", "public.pem", "allow"], "it is a public key"),
    "encrypted, nobody to ask": (["--key", "encrypted.pem", "allow"], "no terminal to ask"),
    "wrong passphrase": (["--key", "encrypted.pem", "--passphrase", "${env:WRONG}", "allow"], "does not decrypt"),
    "passphrase in the open": (["--key", "encrypted.pem", "--passphrase", "hunter22", "allow"], "takes a reference"),
    "missing reference": (["--key", "encrypted.pem", "--passphrase", "${env:NOBODY}", "allow"], "'NOBODY' is not set"),
    "two secrets": (["--key", "encrypted.pem", "--passphrase-stdin", "--token-stdin"], "can hold only one secret"),
    "NUL in a name": (["--key", "a\0b", "allow"], "a path cannot contain a NUL character"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_one_sentence(
    authlens: Command, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.setenv("WRONG", "wrong")
    ended = authlens("sign", *words)
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err
    assert "hunter22" not in ended.err
    assert ended.err.count("\n") == 1


def test_a_small_key_signs_with_a_warning(authlens: Command) -> None:
    Path("small.pem").write_bytes(generate_key_pair(1024).private_pem)
    ended = authlens("sign", "--key", "small.pem", "allow")
    assert (ended.code, len(ended.out)) == (0, 173)
    assert "1024 bits" in ended.err


def test_a_key_pair_is_generated_and_nothing_overwritten(authlens: Command) -> None:
    ended = authlens("sign", "--generate", "new.pem", "--public", "new.pub")
    assert (ended.code, ended.out) == (0, "new.pem\nnew.pub\n")
    assert "openssl genpkey" in ended.err
    assert stat.S_IMODE(Path("new.pem").stat().st_mode) == 0o600
    signature = authlens("sign", "--key", "new.pem", "allow").out.strip()
    assert verify("allow", signature, Path("new.pub").read_text())
    again = authlens("sign", "--generate", "new.pem")
    assert (again.code, "exists" in again.err) == (252, True)
    assert not Path("new.pem.pub").exists()


def test_a_generated_key_can_be_encrypted(authlens: Command) -> None:
    made = authlens("sign", "--generate", "new.pem", "--passphrase-stdin", "--output", "json", stdin="secret")
    printed = json.loads(made.out)
    assert printed["publicKey"] == "new.pem.pub"
    assert "-aes-256-cbc" in printed["openssl"][0]
    assert b"ENCRYPTED" in Path("new.pem").read_bytes()
    for length in (0, 1024):
        ended = authlens("sign", "--generate", "no.pem", "--passphrase-stdin", stdin="x" * length)
        assert (ended.code, Path("no.pem").exists()) == (252, False)
        assert f"the passphrase has {length:,} bytes" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bits", "1024"], "2048"),
        (["--bits", "99999"], "8192"),
        (["--key", "private.pem"], "signs nothing"),
        (["--public", "no/such/folder/key.pub"], "cannot be written"),
    ],
)
def test_a_key_pair_is_not_generated_from_bad_options(authlens: Command, words: list[str], said: str) -> None:
    ended = authlens("sign", "--generate", "new.pem", *words)
    assert (ended.code, said in ended.err) == (252, True)


@pytest.mark.parametrize("words", ["--key private.pem --token-stdin", "--key encrypted.pem allow"])
def test_a_closed_standard_input_is_reported(authlens: Command, words: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m authlens sign {words} <&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (252, "", 1)


@pytest.mark.parametrize("typed", ["open sesame\n", "wrong\n"], ids=["right", "wrong"])
def test_an_encrypted_key_asks_for_its_passphrase_on_a_terminal(authlens: Command, typed: str) -> None:
    command = [sys.executable, "-m", "authlens", "sign", "--key", "encrypted.pem", "allow"]
    with Terminal(command, columns=400) as terminal:
        terminal.wait_for("Passphrase of encrypted.pem:")
        terminal.type(typed)
        assert terminal.wait_for_exit() == (0 if typed == "open sesame\n" else 252)
        assert "sesame" not in terminal.text


def test_a_new_pair_can_replace_a_committed_public_key(authlens: Command) -> None:
    words = ("sign", "--generate", "new.pem", "--public", "public.pem")

    refused = authlens(*words)
    done = authlens(*words, "--replace")
    again = authlens(*words, "--replace")
    signed = authlens("sign", "--key", "-", "allow", stdin=Path("new.pem").read_bytes())

    assert (refused.code, done.code, again.code) == (252, 0, 252)
    assert "public.pem exists; add --replace to replace this public key" in refused.err
    assert "new.pem exists; a private key is never overwritten" in again.err
    assert verify("allow", signed.out.strip(), Path("public.pem").read_text())
    assert stat.S_IMODE(Path("public.pem").stat().st_mode) == 0o644
    assert stat.S_IMODE(Path("new.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--key", "private.pem", "--replace", "allow"), "--replace works only with --generate"),
        (("--key", "-", "--token-stdin"), "--key - reads standard input"),
        (
            ("--generate", "new.pem", "--public", "folder", "--replace"),
            "folder cannot be replaced: it is not a regular",
        ),
    ],
)
def test_what_cannot_be_replaced_or_read_twice(authlens: Command, words: tuple[str, ...], said: str) -> None:
    Path("folder").mkdir()
    ended = authlens("sign", *words, stdin="x")
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err
    assert not Path("new.pem").exists()
