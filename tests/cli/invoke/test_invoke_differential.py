"""Generated command lines, run by the real AWS CLI (v1) and by authlens: what arrives and what is printed agree.

Where v1 and v2 differ, the comparison accounts for it: v1 takes the password literally (authlens does so with
`--cli-binary-format`), and has fewer exit codes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authlens.core.commands import shorthand
from support.aws_cli import Child, child
from support.one_command import Ended
from support.recording_server import ANSWERS, Received, Recording

Invoke = Callable[..., Ended]

_REAL_CLIENT = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
from botocore.loaders import JSONFileLoader
read, models = JSONFileLoader.load_file, {}
def read_once(self, path):
    # A driver is made for every command line, for it keeps what one gave; the service models need no second reading.
    if path not in models:
        models[path] = read(self, path)
    return models[path]
JSONFileLoader.load_file = read_once
for line in sys.stdin:
    words = json.loads(line)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = create_clidriver().main(["iot", "test-invoke-authorizer", *words])
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""

_CODES = {0: {0}, 2: {252}, 252: {252}, 255: {252, 253, 254, 255}}
"""Ours by v1's."""

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
_WORD = st.sampled_from(
    ["a", "?a=b&c=d", "?a=1,2", "-x", "a b", "'q'", "é", '"', "a,b", "{}", "[x]", "file:/x", "\\", "a=b"]
)
_VALUE = _WORD | _TEXT
_CONTEXTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "http": st.fixed_dictionaries(
        {}, optional={"headers": st.dictionaries(_VALUE, _VALUE, max_size=2), "queryString": _VALUE}
    ),
    "mqtt": st.fixed_dictionaries({}, optional={"username": _VALUE, "password": _VALUE, "clientId": _VALUE}),
    "tls": st.fixed_dictionaries({}, optional={"serverName": _VALUE}),
}
_SLIPS = st.sampled_from(
    ["username", "username=a,username=b", "foo=1", '{"foo": 1}', '{"username": 1}', "{", "[]", "", "headers={A=1,A=2}"]
)
_DOCUMENTS = st.sampled_from(
    [
        '{"authorizerName": "InDocument", "token": "doc"}',
        '{"tlsContext": {"serverName": "doc"}}',
        '{"token": 1}',
        '{"foo": "x"}',
        "{",
        "[]",
    ]
)


def _written(members: dict[str, Any]) -> list[str]:
    """Ways to write a context."""
    short = shorthand.write(members)
    bare = ",".join(f"{name}={value}" for name, value in members.items() if isinstance(value, str))
    return [json.dumps(members), *([short] if short else []), *([bare] if bare else [])]


@st.composite
def _command_lines(draw: st.DrawFn) -> list[str]:
    words: list[str] = []
    name = draw(st.sampled_from([None, "Sensor", "Sensor", "a b/ü", "", *ANSWERS]))
    if name in ("Throttled", "Html", "Truncated", "Empty"):
        name = "Sensor"
    if name is not None:
        words += [draw(st.sampled_from(["--authorizer-name", "--authorizer-n"])), name]
    for option in ("--token", "--token-signature"):
        if draw(st.booleans()):
            value = draw(_VALUE)
            words += draw(st.sampled_from([[option, value], [f"{option}={value}"]]))
    for kind, members in _CONTEXTS.items():
        if draw(st.booleans()):
            texts = members.flatmap(lambda drawn: st.sampled_from(_written(drawn)))
            words += [f"--{kind}-context", draw(st.one_of(texts, texts, texts, _SLIPS))]
    if draw(st.integers(0, 4)) == 0:
        words += ["--cli-input-json", draw(_DOCUMENTS)]
    words += draw(st.sampled_from([[], [], ["--region", "us-east-1"], ["--regio=us-west-2"], ["--nope"], ["extra"]]))
    words += draw(st.sampled_from([[], ["--output", "text"], ["--output", "table"], ["--output", "xml"]]))
    queries = ["principalId", "policyDocuments[0]", "{a: principalId, b: policyDocuments}", "foo[", "nothing"]
    return words + draw(st.sampled_from([[], [], *[["--query", query] for query in queries]]))


@pytest.fixture(scope="module")
def real_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    home = tmp_path_factory.mktemp("aws-home")
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n")
    with child(
        _REAL_CLIENT,
        HOME=str(home),
        AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
        AWS_SECRET_ACCESS_KEY="secret",
        AWS_EC2_METADATA_DISABLED="true",
    ) as process:
        yield process


def _compare(words: list[str], real_client: Child, call: Invoke, server: Recording) -> None:
    endpoint = ["--endpoint-url", server.url]
    code, out, err = real_client.ask([*words, *endpoint])
    expected = server.take()
    ended = call(*words, *endpoint, "--cli-binary-format", "raw-in-base64-out")
    assert server.take() == expected, err
    assert ended.code in _CODES[code], (err, ended.err)
    assert ended.out == out
    assert (ended.code == 254) == ("An error occurred (" in err and "TestInvokeAuthorizer operation" in err)


_SHARED = [HealthCheck.function_scoped_fixture]
"""The fixtures keep nothing between examples: the server's record is taken after every call."""


@settings(max_examples=25, suppress_health_check=_SHARED)
@given(words=_command_lines())
def test_does_what_the_aws_cli_does(words: list[str], real_client: Child, call: Invoke, server: Recording) -> None:
    _compare(words, real_client, call, server)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=400, suppress_health_check=_SHARED)
@given(words=_command_lines())
def test_does_what_the_aws_cli_does_at_length(
    words: list[str], real_client: Child, call: Invoke, server: Recording
) -> None:
    _compare(words, real_client, call, server)


def test_files_are_read_as_the_aws_cli_reads_them(
    real_client: Child, call: Invoke, server: Recording, tmp_path: Path
) -> None:
    (tmp_path / "t.txt").write_bytes(b"tok\r\nen \n")
    (tmp_path / "p.bin").write_bytes(b"\x00\xff\r\n")
    (tmp_path / "c.json").write_text('{"username": "u"}')
    for words in (
        ["--token", f"file://{tmp_path}/t.txt"],
        ["--token", f"file://{tmp_path}/none"],
        ["--token", f"fileb://{tmp_path}/t.txt"],
        ["--mqtt-context", f"file://{tmp_path}/c.json"],
        ["--mqtt-context", f"password@=fileb://{tmp_path}/p.bin"],
        ["--mqtt-context", f"password@=file://{tmp_path}/t.txt,username=file://{tmp_path}/t.txt"],
        ["--cli-input-json", f"file://{tmp_path}/c.json"],
    ):
        _compare(["--authorizer-name", "A", *words], real_client, call, server)


def test_the_server_sees_the_same_signing_identity(real_client: Child, call: Invoke, server: Recording) -> None:
    words = ["--authorizer-name", "A", "--region", "ap-south-1", "--endpoint-url", server.url]
    real_client.ask(words)
    call(*words)
    assert server.take() == [Received("/authorizer/A/test", {}, "AKIDEXAMPLE/ap-south-1/iot")] * 2
