"""What leaves the machine: path, body, signing identity and region; secrets, saved requests and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.one_command import Ended
from support.recording_server import Received, Recording

Invoke = Callable[..., Ended]


FILLED = {"headers": {"A": "2"}, "queryString": "?a=b&c=d"}
SENT = [
    ("--token t --token-s s", {"token": "t", "tokenSignature": "s"}),
    ("--token=-abc", {"token": "-abc"}),
    ("--token -1", {"token": "-1"}),
    ("--token ${env:HOME}$${", {"token": "${env:HOME}$${"}),
    ("--http-context headers={A=1,A=2},queryString=?a=b&c=d", {"httpContext": FILLED}),
    ('--http-context {"headers":{"A":"2"},"queryString":"?a=b&c=d"}', {"httpContext": FILLED}),
    ("--mqtt-context password=dGVzdA==", {"mqttContext": {"password": "dGVzdA=="}}),
    ("--mqtt-context password=test", {"mqttContext": {"password": "test"[:4]}}),
    ("--mqtt-context password=test --cli-bin raw-in-base64-out", {"mqttContext": {"password": "dGVzdA=="}}),
    ("--mqtt-context password=test --profile raw", {"mqttContext": {"password": "dGVzdA=="}}),
    ("--mqtt-context password=fileb://p.bin --profile raw", {"mqttContext": {"password": "ZmlsZWI6Ly9wLmJpbg=="}}),
    ("--mqtt-context password@=fileb://p.bin", {"mqttContext": {"password": "AP8="}}),
    ("--mqtt-context {}", {"mqttContext": {}}),
    ("--tls serverName=x", {"tlsContext": {"serverName": "x"}}),
    ("--token file://t.txt", {"token": "tok\nen\n"}),
    ('--cli-input-json {"token":"1","tokenSignature":"s"} --token 2', {"token": "2", "tokenSignature": "s"}),
    ("--cli-input-yaml file://in.yaml", {"token": "no", "tokenSignature": "no", "mqttContext": {"password": "AAE="}}),
    ("--cli-input-yaml {tokenSignature:&#32;12:30}".replace("&#32;", " "), {"tokenSignature": "12:30"}),
    ("--cli-input-yaml {mqttContext:&#32;{password:&#32;aGVsbG8=}}".replace("&#32;", " "),
     {"mqttContext": {"password": "aGVsbG8="}}),
    ("--token " + "t" * 7000, {"token": "t" * 7000}),
]  # fmt: skip


def _split(line: str) -> list[str]:
    """Words; a YAML flow mapping keeps its spaces."""
    words = line.split(" ")
    return [*words[:1], " ".join(words[1:])] if words[0] == "--cli-input-yaml" else words


@pytest.mark.parametrize(("line", "body"), SENT, ids=[line[:60] for line, _ in SENT])
def test_the_body_is_the_same(
    call: Invoke, server: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, body: object
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.txt").write_bytes(b"tok\r\nen\n")
    Path("p.bin").write_bytes(b"\x00\xff")
    Path("in.yaml").write_text("token: &x no\ntokenSignature: *x\nmqttContext:\n  password: !!binary AAE=\n")
    assert call("--authorizer-name", "A", *_split(line)).code == 0
    region = "us-east-2" if "raw" in line and "--profile" in line else "eu-west-1"
    assert server.take() == [Received("/authorizer/A/test", body, f"AKIDEXAMPLE/{region}/iot")]


def test_the_name_is_percent_encoded(call: Invoke, server: Recording) -> None:
    call("--authorizer-name", "a b/c%é")
    assert server.take()[0].path == "/authorizer/a%20b%2Fc%25%C3%A9/test"


SECRETS = [
    ("--token-stdin", "to ken\n", {"token": "to ken"}),
    ("--token-signature-stdin", "sig\r\n", {"tokenSignature": "sig"}),
    ("--password-stdin", "p\n\n", {"mqttContext": {"password": "cAo="}}),
    ("--password-stdin", b"\x00\xff", {"mqttContext": {"password": "AP8="}}),
    ("--token-stdin", "${env:HOME}", {"token": "${env:HOME}"}),
]


@pytest.mark.parametrize(("option", "stdin", "body"), SECRETS)
def test_secrets_come_from_standard_input(
    call: Invoke, server: Recording, option: str, stdin: str | bytes, body: object
) -> None:
    assert call("--authorizer-name", "A", option, stdin=stdin).code == 0
    assert server.take()[0].body == body


def test_a_password_from_standard_input_joins_its_context(call: Invoke, server: Recording) -> None:
    call("--authorizer-name", "A", "--mqtt-context", "username=u", "--password-stdin", stdin="p")
    assert server.take()[0].body == {"mqttContext": {"username": "u", "password": "cA=="}}


@pytest.mark.parametrize(
    ("words", "stdin", "message"),
    [
        (["--token-stdin", "--password-stdin"], "x", "only one of"),
        (["--token-stdin", "--token", "t"], "x", "given twice"),
        (["--password-stdin", "--mqtt-context", "password=cA=="], "x", "given twice"),
        (["--token-stdin"], "", "standard input is empty"),
        (["--token-stdin"], b"\xff", "not UTF-8"),
    ],
)
def test_standard_input_is_used_once_and_completely(
    call: Invoke, words: list[str], stdin: str | bytes, message: str
) -> None:
    ended = call("--authorizer-name", "A", *words, stdin=stdin)
    assert (ended.code, message in ended.err) == (252, True)


def test_saves_before_sending_and_never_overwrites(call: Invoke, server: Recording, tmp_path: Path) -> None:
    file = tmp_path / "new" / "request.yaml"
    words = ["--authorizer-name", "Missing", "--mqtt-context", "username=u,password=dGVzdA==", "--save", file]
    assert call(*words).code == 254
    assert file.stat().st_mode & 0o777 == 0o600
    assert "password: test\n" in file.read_text()
    assert len(server.take()) == 1
    assert call(*words).code == 252
    assert server.take() == []


def test_a_saved_request_is_sent_and_options_override_it(
    call: Invoke, server: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_OF_MINE", "from the environment")
    (tmp_path / "password.txt").write_text("p\n")
    file = tmp_path / "request.yaml"
    file.write_text(
        "target: {region: r-1}\nrequest:\n  authorizerName: Saved\n  token: ${env:TOKEN_OF_MINE}\n"
        "  mqttContext: {username: u, password: '${file:password.txt}'}\n"
    )
    assert call("--request", file, "--tls", "serverName=x").code == 0
    assert (
        call("--request", file, "--authorizer-name", "B", "--mqtt-context", "clientId=c", "--region", "r-2").code == 0
    )
    first, second = server.take()
    token = "from the environment"
    mqtt = {"username": "u", "password": "cA=="}
    assert first == Received(
        "/authorizer/Saved/test",
        {"token": token, "mqttContext": mqtt, "tlsContext": {"serverName": "x"}},
        "AKIDEXAMPLE/r-1/iot",
    )
    assert second == Received(
        "/authorizer/B/test", {"token": token, "mqttContext": {"clientId": "c"}}, "AKIDEXAMPLE/r-2/iot"
    )


def test_a_missing_reference_is_reported_before_sending(call: Invoke, server: Recording, tmp_path: Path) -> None:
    file = tmp_path / "request.yaml"
    file.write_text("request: {authorizerName: A, token: '${env:NOT_THERE}'}")
    ended = call("--request", file)
    assert (ended.code, "NOT_THERE" in ended.err) == (252, True)
    assert server.take() == []


def test_a_request_saved_elsewhere_keeps_its_paths(call: Invoke, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "r.yaml").write_text("request: {authorizerName: A, token: t}\nsign: {key: key.pem}")
    call("--request", tmp_path / "a" / "r.yaml", "--save", tmp_path / "b" / "r.yaml")
    assert "key: ../a/key.pem" in (tmp_path / "b" / "r.yaml").read_text()


@pytest.mark.parametrize("option", ["--cli-input-yaml", "--cli-input-json", "--mqtt-context"])
def test_a_file_name_instead_of_its_content_is_recognised(call: Invoke, option: str) -> None:
    ended = call("--authorizer-name", "A", option, "./in.json")
    assert ended.code == 252
    assert "This looks like a file name; to read the file, write file://./in.json" in ended.err


def test_a_token_that_looks_like_a_file_is_sent_with_a_note(call: Invoke, server: Recording) -> None:
    ended = call("--authorizer-name", "A", "--token", "./t.txt", "--token-signature", "AAAA")
    assert "note: --token is sent as written. This looks like a file name" in ended.err
    assert server.take()[0].body == {"token": "./t.txt", "tokenSignature": "AAAA"}


CASES = """\
request: {token: '${env:T:-t}', tokenSignature: s, authorizerName: A}
cases: {other: {request: {authorizerName: B}}}
"""


@pytest.mark.parametrize(
    ("words", "stdin", "path", "token"),
    [
        (("--request", "r.yaml"), "", "/authorizer/A/test", "t"),
        (("--request", "r.yaml::other"), "", "/authorizer/B/test", "t"),
        (("--request", "-"), CASES, "/authorizer/A/test", "t"),
        (("--request=-::other", "--token", "u"), CASES, "/authorizer/B/test", "u"),
        (("--request", "r.yaml::other", "--environment", "prod"), "", "/authorizer/B/test", "t8"),
    ],
)
def test_a_case_and_standard_input_and_an_environment(
    call: Invoke,
    server: Recording,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    stdin: str,
    path: str,
    token: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(CASES)
    Path("environments").mkdir()
    Path("environments/prod.yaml").write_text("values: {T: t8}\n")

    assert call(*words, stdin=stdin).code == 0

    (received,) = server.take()
    assert (received.path, received.body) == (path, {"token": token, "tokenSignature": "s"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--request", "r.yaml::none"), "r.yaml has no case 'none': it has other"),
        (("--request", "-", "--token-stdin"), "--request - and --token-stdin both read standard input"),
        (("--request", "r.yaml", "--environment", "dev"), "there is no environment 'dev'"),
        (("--authorizer-name", "A", "--environment", "dev"), "use it with --request FILE"),
    ],
)
def test_unknown_cases_and_environments(
    call: Invoke, server: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(CASES)

    ended = call(*words, stdin=CASES)

    assert ended.code == 252
    assert said in ended.err
    assert server.take() == []
