"""References resolve when a request is sent; a missing one is an error that names its field and never a guess."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.store.references import MAX_BYTES, MissingReference, References

ENVIRON = {"TOKEN": "t-1", "EMPTY": "", "NESTED": "${env:TOKEN}", "TWO": "a\nb"}
KEYRING = {("aws/iot", "sensor"): "k-1"}


def references(base: Path | None = None) -> References:
    return References(ENVIRON, base, lambda service, user: KEYRING.get((service, user)))


TEXTS = {
    "none": ("plain", "plain"),
    "environment": ("${env:TOKEN}", "t-1"),
    "within text": ("Bearer ${env:TOKEN}!", "Bearer t-1!"),
    "two": ("${env:TOKEN}/${env:TOKEN}", "t-1/t-1"),
    "empty is set": ("<${env:EMPTY}>", "<>"),
    "its value is not resolved again": ("${env:NESTED}", "${env:TOKEN}"),
    "lines": ("${env:TWO}", "a\nb"),
    "keyring, the service with a slash": ("${keyring:aws/iot/sensor}", "k-1"),
    "a literal": ("$${env:TOKEN}", "${env:TOKEN}"),
    "a literal and a reference": ("$${${env:TOKEN}", "${t-1"),
    "a dollar before a literal": ("$$${env:TOKEN}", "$${env:TOKEN}"),
    "another text with a brace": ("${name} $5 ${iot:ClientId} ${x:y}", "${name} $5 ${iot:ClientId} ${x:y}"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "resolved"), TEXTS.values(), ids=TEXTS)
def test_text(text: str, resolved: str) -> None:
    assert references().text(text) == resolved


MISSING = {
    "variable": ("${env:NONE}", "the environment variable 'NONE' is not set"),
    "variable without a name": ("${env:}", "the environment variable '' is not set"),
    "file": ("${file:none.txt}", "none.txt' cannot be read: No such file"),
    "a folder": ("${file:.}", "Is a directory"),
    "a device": ("${file:/dev/zero}", "it is not a regular file"),
    "a name that cannot be": ("${file:a\0b}", "a path cannot contain a NUL character"),
    "keyring entry": ("${keyring:aws/iot/other}", "the keyring has nothing for 'other' in 'aws/iot'"),
    "keyring without a user": ("${keyring:aws}", "a keyring reference is ${keyring:SERVICE/USER}"),
    "not closed": ("${env:TOKEN", "is not closed by }"),
    "a misspelling": ("${evn:TOKEN}", "did you mean env?"),
    "another misspelling": ("${File:x}", "did you mean file?"),
}


@pytest.mark.parametrize(("text", "words"), MISSING.values(), ids=MISSING)
def test_missing(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(MissingReference) as caught:
        references(tmp_path).text(text, "token")
    assert str(caught.value).startswith("token: ")
    assert words in str(caught.value)


def test_without_a_field_the_sentence_is_complete() -> None:
    with pytest.raises(MissingReference, match=r"^the environment variable"):
        references().text("${env:NONE}")


FILES = {
    "as it is": (b"secret", "secret"),
    "one line end goes": (b"secret\n", "secret"),
    "one of Windows goes": (b"secret\r\n", "secret"),
    "a second stays": (b"secret\n\n", "secret\n"),
    "a lone carriage return stays": (b"secret\r", "secret\r"),
    "spaces stay": (b" secret \n", " secret "),
    "nothing": (b"", ""),
    "accents": ("é".encode(), "é"),
}


@pytest.mark.parametrize(("content", "text"), FILES.values(), ids=FILES)
def test_file(content: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(content)
    assert references(tmp_path).text("${file:secret.txt}") == text


def test_a_file_is_looked_for_next_to_the_saved_request_and_at_home(
    tmp_path: Path, scrubbed_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    for path in (tmp_path / "a", tmp_path / "here/b", scrubbed_environment / "c"):
        path.write_text(path.name)
    monkeypatch.chdir(tmp_path)
    resolved = "${file:../a} ${file:b} ${file:~/c} ${file:" + str(tmp_path / "a") + "}"
    assert references(tmp_path / "here").text(resolved) == "a b c a"
    assert references().text("${file:a}") == "a"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\n")
    with pytest.raises(MissingReference, match="token: the file 'key' is not UTF-8 text"):
        references(tmp_path).text("${file:key}", "token")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(MissingReference, match="larger than"):
        references(tmp_path).text("${file:key}", "token")


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MissingReference, match="not a regular file"):
        references(tmp_path).text("${file:pipe}", "token")


def test_every_field_is_resolved() -> None:
    reference, value = "${env:TOKEN}", "t-1"
    request = AuthorizerRequest(
        reference,
        reference,
        reference,
        HttpContext(((reference, reference),), reference),
        MqttContext(reference, reference, reference),
        TlsContext(reference),
    )
    assert references().resolve(request) == AuthorizerRequest(
        value,
        value,
        value,
        HttpContext(((reference, value),), value),
        MqttContext(value, value, value),
        TlsContext(value),
    )


def test_absent_fields_stay_absent() -> None:
    contexts = AuthorizerRequest("a", http_context=HttpContext(), mqtt_context=MqttContext(), tls_context=TlsContext())
    for request in (AuthorizerRequest(), contexts):
        assert references().resolve(request) == request


FIELDS = {
    "authorizerName": AuthorizerRequest("${env:NONE}"),
    "token": AuthorizerRequest(token="${env:NONE}"),
    "tokenSignature": AuthorizerRequest(token_signature="${env:NONE}"),
    "httpContext.headers.X-A": AuthorizerRequest(http_context=HttpContext((("X-A", "${env:NONE}"),))),
    "httpContext.queryString": AuthorizerRequest(http_context=HttpContext(None, "${env:NONE}")),
    "mqttContext.username": AuthorizerRequest(mqtt_context=MqttContext("${env:NONE}")),
    "mqttContext.password": AuthorizerRequest(mqtt_context=MqttContext(password="${env:NONE}")),
    "mqttContext.clientId": AuthorizerRequest(mqtt_context=MqttContext(client_id="${env:NONE}")),
    "tlsContext.serverName": AuthorizerRequest(tls_context=TlsContext("${env:NONE}")),
}


@pytest.mark.parametrize(("field", "request_"), FIELDS.items(), ids=FIELDS)
def test_the_field_is_named(field: str, request_: AuthorizerRequest) -> None:
    with pytest.raises(MissingReference, match=f"^{field}: the environment variable 'NONE' is not set$"):
        references().resolve(request_)


PASSWORDS = {
    "text": ("p", "p"),
    "bytes are never references": (b"${env:TOKEN}", b"${env:TOKEN}"),
    "a file of text": ("${file:text}", "secret"),
    "a file of bytes, to the last": ("${file:bytes}", b"\xff\x00\n"),
    "a file within text": ("a${file:text}", "asecret"),
}


@pytest.mark.parametrize(("password", "resolved"), PASSWORDS.values(), ids=PASSWORDS)
def test_password(password: str | bytes, resolved: str | bytes, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"secret\n")
    (tmp_path / "bytes").write_bytes(b"\xff\x00\n")
    request = AuthorizerRequest(mqtt_context=MqttContext(password=password))
    assert references(tmp_path).resolve(request).mqtt_context == MqttContext(password=resolved)


def test_a_password_whose_reference_is_not_closed() -> None:
    with pytest.raises(MissingReference, match="not closed"):
        references().resolve(AuthorizerRequest(mqtt_context=MqttContext(password="${file:text")))


BACKENDS = {"no backend": (fail.Keyring, "does not answer"), "nothing in it": (null.Keyring, "has nothing for")}


@pytest.mark.parametrize(("backend", "words"), BACKENDS.values(), ids=BACKENDS)
def test_the_systems_keyring(backend: type[KeyringBackend], words: str) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        with pytest.raises(MissingReference, match=f"^token: .*{words}"):
            References({}).text("${keyring:s/u}", "token")
    finally:
        keyring.set_keyring(before)


def test_without_the_keyring_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingReference, match=r"pip install 'authlens\[keyring\]'"):
        References({}).text("${keyring:s/u}", "token")


def test_what_is_known_to_be_missing_is_reported_with_its_place(tmp_path: Path) -> None:
    def no_keyring(service: str, user: str) -> str | None:
        raise AssertionError("nothing is opened to look ahead")

    (tmp_path / "there.txt").write_text("x")
    (tmp_path / "binary").write_bytes(b"\xff")
    request = AuthorizerRequest(
        "A",
        "${env:TOKEN}${env:NONE}",
        "${file:there.txt}",
        HttpContext((("X-Key", "${keyring:a/b}"), ("X-Two", "${file:gone.txt}")), "?a=${env:NOT}&b=$${env:NOT}"),
        MqttContext("${env", "${file:binary}", "${evn:X}"),
    )
    found = list(References(ENVIRON, tmp_path, no_keyring).missing(request))
    assert [(each.path, each.start) for each in found] == [
        ("token", 12),
        ("httpContext.headers[X-Two]", 0),
        ("httpContext.queryString", 3),
        ("mqttContext.clientId", 0),
    ]
    assert found[0].why == "The token: the environment variable 'NONE' is not set."
    assert "is not a reference; did you mean env?" in found[3].why


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("${env:A:-b}", {}, "b"),
        ("${env:A:-b}", {"A": ""}, "b"),
        ("${env:A:-b}", {"A": "c"}, "c"),
        ("${env:A:-}", {}, ""),
        ("${env:A:-b:-c}", {}, "b:-c"),
        ("${env:A:-$${x}", {}, "$${x"),
    ],
)
def test_defaults_of_variables(text: str, environ: dict[str, str], expected: str) -> None:
    assert References(environ).text(text) == expected


def test_a_value_of_a_case_is_missing_where_there_is_no_case() -> None:
    with pytest.raises(MissingReference, match=r"token: .*\$\{case:id\} has a value only in a case"):
        References({}).resolve(AuthorizerRequest(token="${case:id}"))
