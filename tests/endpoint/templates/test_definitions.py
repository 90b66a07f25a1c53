"""authorizers.yaml: every key it has, and the place and reason of what is wrong with it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from authlens.endpoint.templates.definitions import DefinitionError, Definitions, read_definitions
from authlens.endpoint.templates.lambda_runtimes import language
from support.public_keys import elliptic, of_bits, pair

FILE = """\
region: eu-central-1
account: "123456789012"
authorizers:
  SensorAuth:
    status: INACTIVE
    signingDisabled: false
    tokenKeyName: token
    tokenSigningPublicKeys: {k1: keys/public.pem}
    enableCachingForHttp: true
    codeUri: functions/sensor
    handler: app.handler
    runtime: RUNTIME
    environment: {STAGE: test, EMPTY: ''}
    timeout: 2.5
    memorySize: 256
    functionName: sensor-function
""".replace("RUNTIME", f"python{sys.version_info.major}.{sys.version_info.minor}")
SHORT = """\
authorizers:
  Auth:
    codeUri: functions/sensor
    handler: app.handler
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "keys/public.pem": pair("a").public_pem,
        "keys/small.pem": of_bits(1024),
        "keys/elliptic.pem": elliptic(),
        "keys/damaged.pem": pair("a").public_pem.replace("-----END PUBLIC KEY-----", ""),
        "functions/sensor/app.py": "def handler(event, context): pass\n",
        "functions/sensor/package/__init__.py": "from os import *\n",
        "functions/sensor/auth.ts": "",
        "functions/node/index.mjs": "export const handler = async () => {}\n",
        "functions/own/bootstrap": "#!/bin/sh\n",
        "run": "#!/bin/sh\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for program in ("run", "functions/own/bootstrap"):
        (tmp_path / program).chmod(0o755)
    return tmp_path


def read(project: Path, text: str) -> Definitions:
    path = project / "authorizers.yaml"
    path.write_text(text, encoding="utf-8")
    return read_definitions(path)


def test_every_key(project: Path) -> None:
    definitions = read(project, FILE)
    ((definition),) = definitions.authorizers
    authorizer, function = definition.authorizer, definition.function
    assert (definitions.region, definitions.account) == ("eu-central-1", "123456789012")
    assert authorizer.arn == "arn:aws:iot:eu-central-1:123456789012:authorizer/SensorAuth"
    assert authorizer.function_arn == function.arn
    assert function.arn == "arn:aws:lambda:eu-central-1:123456789012:function:sensor-function"
    assert (authorizer.name, authorizer.status, authorizer.signing_disabled) == ("SensorAuth", "INACTIVE", False)
    assert authorizer.token_signing_public_keys == (("k1", pair("a").public_pem),)
    assert (authorizer.token_key_name, authorizer.enable_caching_for_http) == ("token", True)
    assert (function.name, function.handler) == ("sensor-function", "app.handler")
    assert function.code_uri == project / "functions/sensor"
    assert function.environment == {"STAGE": "test", "EMPTY": ""}
    assert (function.timeout, function.memory_size, function.command) == (2.5, 256, ())
    assert definitions.functions == (function,)
    assert definitions.warnings == ()


def test_code_and_handler_are_enough(project: Path) -> None:
    definitions = read(project, SHORT)
    ((definition),) = definitions.authorizers
    assert (definitions.region, definitions.account) == ("us-west-2", "000000000000")
    assert (definition.authorizer.status, definition.authorizer.signing_disabled) == ("ACTIVE", True)
    assert definition.function.runtime.startswith("python3.")
    assert (definition.function.timeout, definition.function.memory_size) == (5.0, 128)


def test_a_command_is_enough_for_a_program_of_ones_own(project: Path) -> None:
    text = SHORT.replace("handler: app.handler", "command: [./run, --fast]")
    function = read(project, text).functions[0]
    assert (function.runtime, function.command) == ("provided", (str(project / "run"), "--fast"))


def test_a_command_next_to_the_code_comes_first(project: Path) -> None:
    text = SHORT.replace("functions/sensor", "functions/own").replace("handler: app.handler", "command: [./bootstrap]")
    assert read(project, text).functions[0].command == (str(project / "functions/own/bootstrap"),)


def test_lambdas_own_bootstrap_needs_no_command(project: Path) -> None:
    text = SHORT.replace("functions/sensor", "functions/own").replace(
        "handler: app.handler", "runtime: provided.al2023"
    )
    assert read(project, text).functions[0].command == (str(project / "functions/own/bootstrap"),)


def test_an_interpreter_by_path_or_name(project: Path) -> None:
    os.symlink(sys.executable, project / "python")
    assert read(project, SHORT + "    interpreter: ./python\n").functions[0].interpreter == str(project / "python")
    assert read(project, SHORT + f"    interpreter: {sys.executable}\n").functions[0].interpreter == sys.executable


def test_a_key_may_be_in_the_file(project: Path) -> None:
    pem = pair("a").public_pem
    text = SHORT + "    tokenKeyName: t\n    tokenSigningPublicKeys:\n      k1: |\n" + indented(pem)
    assert read(project, text).authorizers[0].authorizer.token_signing_public_keys == (("k1", pem),)


def indented(pem: str) -> str:
    return "".join(f"        {line}\n" for line in pem.splitlines())


def test_a_function_may_be_shared(project: Path) -> None:
    shared = dedent("""\
        authorizers:
          One: {codeUri: functions/sensor, handler: app.handler, functionName: shared}
          Two: {codeUri: functions/sensor, handler: app.handler, functionName: shared}
    """)
    definitions = read(project, shared)
    assert len(definitions.authorizers) == 2
    assert [function.name for function in definitions.functions] == ["shared"]


def test_a_command_needs_nothing_else(project: Path) -> None:
    function = read(project, "authorizers:\n  Auth: {command: [./run]}\n").authorizers[0].function
    assert (function.runtime, function.code_uri, function.command) == ("provided", project, (str(project / "run"),))


def test_another_version_than_the_interpreters_is_a_warning(project: Path) -> None:
    (warning,) = read(project, SHORT + "    runtime: python3.7\n").warnings
    version = ".".join(map(str, sys.version_info[:3]))
    place = f"{project / 'authorizers.yaml'}, line 5: "
    assert warning == f"{place}runtime python3.7 runs here on version {version} of its interpreter"


def key(name: str) -> str:
    return SHORT + f"    tokenKeyName: t\n    tokenSigningPublicKeys: {{k1: keys/{name}.pem}}\n"


TWO_BITS = "Authorizer Auth public key for key name k1 invalid: Key must be 2048 bits but was 1024 bits"
BROKEN = {
    "not YAML": ("authorizers: [", 1, 15, "unexpected end of text"),
    "a list": ("- a", 1, 1, "must be a mapping"),
    "empty file": ("", 1, 1, "must be a mapping"),
    "no authorizers": ("region: us-west-2", 1, 1, "authorizers is missing"),
    "empty authorizers": ("authorizers: {}", 1, 14, "authorizers is empty"),
    "unknown key": (SHORT + "    timeot: 3\n", 5, 5, "did you mean 'timeout'?"),
    "duplicate key": (SHORT + "    handler: app.other\n", 5, 5, "the same key"),
    "anchor": (SHORT + "    environment: &a {}\n", 5, 18, "anchor"),
    "name": (SHORT.replace("Auth", "My Auth"), 2, 3, "Value at 'authorizerName' failed to satisfy constraint"),
    "region": ("region: 7\n" + SHORT, 1, 9, "region must be text"),
    "no region": ("region: here\n" + SHORT, 1, 9, "the name of an AWS region"),
    "account": ("account: '12'\n" + SHORT, 1, 10, "twelve digits"),
    "status": (SHORT + "    status: active\n", 5, 13, "ACTIVE, INACTIVE"),
    "wrong type": (SHORT + "    signingDisabled: yes please\n", 5, 22, "must be true or false"),
    "no codeUri": (SHORT.replace("    codeUri: functions/sensor\n", ""), 2, 3, "codeUri is missing"),
    "no folder": (SHORT.replace("functions/sensor", "functions/none"), 3, 14, "functions/none does not exist"),
    "a file": (SHORT.replace("functions/sensor", "run"), 3, 14, "is not a folder"),
    "no handler": (SHORT.replace("    handler: app.handler\n", ""), 2, 3, "handler is missing"),
    "half a handler": (SHORT.replace("app.handler", "app"), 4, 14, "must be MODULE.FUNCTION"),
    "handler's file": (SHORT.replace("app.handler", "main.handler"), 4, 14, "sensor/main.py does not exist"),
    "TypeScript": (
        SHORT.replace("app.handler", "auth.handler") + "    runtime: nodejs20.x\n",
        *(4, 14, "auth.ts is not built, and Node.js runs auth.js; compile it, such as with 'npx esbuild "),
    ),
    "a relative handler": (SHORT.replace("app.handler", "./app.handler"), 4, 14, "must be MODULE.FUNCTION"),
    "handler's name": (SHORT.replace("app.handler", "app.handle"), 4, 14, "app.py holds no 'handle'"),
    "runtime": (SHORT + "    runtime: ruby3.3\n", 5, 14, "unknown runtime 'ruby3.3'"),
    "old runtime": (SHORT + "    runtime: python2.7\n", 5, 14, "unknown runtime 'python2.7'"),
    "number as text": (SHORT + "    environment: {A: 1}\n", 5, 22, "A must be text"),
    "variable's name": (SHORT + "    environment: {1A: a}\n", 5, 19, "the name of an environment variable"),
    "reserved variable": (SHORT + "    environment: {_HANDLER: a}\n", 5, 19, "_HANDLER is reserved"),
    "variable's value": (SHORT + '    environment: {A: "a\\0b"}\n', 5, 19, "cannot contain"),
    "missing variable": (SHORT + "    environment: {A: '${env:NOT_SET}'}\n", 5, 19, "variable NOT_SET is not set"),
    "timeout": (SHORT + "    timeout: 0\n", 5, 14, "more than 0 and at most 900"),
    "timeout's type": (SHORT + "    timeout: long\n", 5, 14, "timeout must be a number"),
    "memorySize": (SHORT + "    memorySize: 64\n", 5, 17, "128 to 10240"),
    "functionName": (SHORT + "    functionName: a b\n", 5, 19, "letters, digits"),
    "interpreter": (SHORT + "    interpreter: ./none\n", 5, 18, "none does not exist"),
    "interpreter in PATH": (SHORT + "    interpreter: no-such-python\n", 5, 18, "no program 'no-such-python' in PATH"),
    "no program": (SHORT + "    interpreter: keys/public.pem\n", 5, 18, "is not an executable program"),
    "command of Python": (SHORT + "    runtime: python3.11\n    command: [./run]\n", 6, 14, "command is for"),
    "empty command": (SHORT + "    runtime: provided\n    command: []\n", 6, 14, "command is empty"),
    "no command": (SHORT + "    runtime: provided\n", 5, 14, "needs a command, or an executable"),
    "interpreter of provided": (SHORT + "    command: [./run]\n    interpreter: ./run\n", 6, 18, "interpreter is for"),
    "no key name": (
        SHORT + "    tokenSigningPublicKeys: {k: keys/public.pem}\n",
        5,
        5,
        "Token key name for authorizer",
    ),
    "no keys": (SHORT + "    tokenKeyName: t\n", 5, 5, "Token signing keys map for authorizer Auth"),
    "keys of unsigned": (key("public") + "    signingDisabled: true\n", 6, 5, "must be null for authorizer Auth"),
    "unreadable key": (key("none"), 6, 34, "keys/none.pem cannot be read: No such file or directory"),
    "small key": (key("small"), 6, 34, TWO_BITS),
    "elliptic key": (key("elliptic"), 6, 34, "public key for key name k1 not a valid RSA key"),
    "damaged key": (key("damaged"), 6, 34, "Cannot convert public key PEM for authorizer Auth to RSA key"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_said_with_its_place(project: Path, case: str) -> None:
    text, line, column, reason = BROKEN[case]
    with pytest.raises(DefinitionError) as caught:
        read(project, text)
    error = caught.value
    assert reason in error.reason
    assert (error.line, error.column) == (line, column)
    assert str(error).startswith(f"{project / 'authorizers.yaml'}, line {line}, column {column}: ")


def test_two_functions_of_one_name_must_be_the_same_or_the_second_is_left_out(project: Path) -> None:
    other = SHORT + SHORT.replace("authorizers:\n", "").replace("Auth", "Other") + "    timeout: 1\n"
    named = other.replace("handler: app.handler\n", "handler: app.handler\n    functionName: same\n")
    definitions = read(project, named)
    reason = "another authorizer defines the function same in another way"
    assert [each.authorizer.name for each in definitions.authorizers] == ["Auth"]
    assert [(name, each.why) for name, each in definitions.left_out] == [("Other", reason)]
    (warning,) = definitions.warnings
    assert warning.endswith(f", line 6: {reason}; the authorizer Other is left out")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read: No such file or directory"):
        read_definitions(tmp_path / "none.yaml")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no /dev/zero")
def test_an_endless_file_is_refused(project: Path) -> None:
    with pytest.raises(DefinitionError, match="it is not a regular file"):
        read_definitions(Path("/dev/zero"))
    with pytest.raises(DefinitionError, match="key file /dev/zero cannot be read: it is not a regular file"):
        read(project, key("none").replace("keys/none.pem", "/dev/zero"))


def test_a_file_that_is_not_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "authorizers.yaml").write_bytes(b"authorizers:\n  \xff: {}")
    with pytest.raises(DefinitionError, match="line 2, column 3: the file is not UTF-8"):
        read_definitions(tmp_path / "authorizers.yaml")


@pytest.mark.parametrize("text", ["", "    runtime: nodejs20.x\n"])
def test_node_is_needed_for_node(project: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PATH", str(project))
    node = SHORT.replace("functions/sensor", "functions/node").replace("app.handler", "index.handler") + text
    with pytest.raises(DefinitionError, match="there is no 'node' in PATH"):
        read(project, node)


def test_a_variable_may_be_taken_from_the_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE_PASSWORD", "secret")
    text = SHORT + "    environment: {A: 'is ${env:DEVICE_PASSWORD}', B: '$${env:DEVICE_PASSWORD}', C: '${D}'}\n"
    assert read(project, text).functions[0].environment == {
        "A": "is secret",
        "B": "${env:DEVICE_PASSWORD}",
        "C": "${D}",
    }


def test_names_taken_in_unseen_may_hold_the_handler(project: Path) -> None:
    read(project, SHORT.replace("app.handler", "package.anything"))


@pytest.mark.parametrize(
    ("handler", "runtime"),
    [
        ("index.handler", "nodejs"),
        ("index.nested.handler", "nodejs"),
        ("functions/node/index.handler", "nodejs"),
        ("functions/sensor/app.handler", "python3.11"),
        ("functions.sensor.app.handler", "python3.11"),
    ],
)
def test_handlers_in_folders_and_objects(project: Path, handler: str, runtime: str) -> None:
    if runtime == "nodejs" and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    folder = "." if handler.startswith("functions") else "functions/node"
    for named in ("", f"    runtime: {runtime}\n"):
        text = SHORT.replace("functions/sensor", folder).replace("app.handler", handler) + named
        assert language(read(project, text).functions[0].runtime) == language(runtime)


def test_code_on_a_configured_path_is_not_looked_for(project: Path) -> None:
    read(project, SHORT.replace("app.handler", "elsewhere.handler") + "    environment: {PYTHONPATH: lib}\n")


def test_more_authorizers_than_are_served(project: Path) -> None:
    entries = "".join(f"  A{number}: {{codeUri: ., handler: app.handler}}\n" for number in range(501))
    with pytest.raises(DefinitionError, match="authorizers has 501 entries; at most 500 of one file are served"):
        read(project, f"authorizers:\n{entries}")
