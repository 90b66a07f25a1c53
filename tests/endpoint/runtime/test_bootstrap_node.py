"""Node.js handlers: CommonJS and ES modules, async and callback ones, and the words of Lambda's runtimes for errors."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from authlens.endpoint.runtime.environment import command_line
from authlens.endpoint.runtime.function_host import FunctionHost, FunctionResult
from authlens.endpoint.templates.definitions import FunctionDefinition
from support.functions import ARN, define, hosted, invoke
from support.node_cases import NEW, OLD, Row, Said, rows, said, write_cases

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no 'node' in PATH")

CLIENTS = Path(os.environ.get("AUTHLENS_NODE_CLIENTS") or Path(__file__).parents[3] / ".venv-node/node_modules")
"""Where `make slow` puts AWS's own clients."""
AWS_CLIENTS = {
    OLD: (NODE or "", CLIENTS / "aws-lambda-ric-3/bin/index.mjs", CLIENTS / "aws-lambda-ric-3/dist"),
    NEW: (str(CLIENTS / ".bin/node"), CLIENTS / "aws-lambda-ric-4/index.mjs", CLIENTS / "aws-lambda-ric-4"),
}
SHIM = Path(__file__).parents[2] / "support/rapid_client.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("node")
    write_cases(folder)
    return folder


TABLES = [(runtime, table) for runtime in (OLD, NEW) for table in rows(runtime)]


def outcomes(of: Callable[[str], FunctionDefinition], table: list[Row]) -> dict[str, Said]:
    """What each row's handler gives, in the order of the table: the functions of one handler share a process."""

    async def each(host: FunctionHost) -> dict[str, Said]:
        return {name: await said(host, of(handler), name) for name, handler, _ in table}

    return hosted(each)


def expected(table: list[Row]) -> dict[str, Said]:
    return {name: outcome for name, _, outcome in table}


@pytest.mark.parametrize(
    ("runtime", "table"), [pytest.param(*each, marks=pytest.mark.slow if each == TABLES[-1] else ()) for each in TABLES]
)
def test_our_bootstrap_gives_what_the_table_says(folder: Path, runtime: str, table: str) -> None:
    def function(handler: str) -> FunctionDefinition:
        return define(folder, handler=handler, runtime=runtime, memory_size=512)

    chosen = rows(runtime)[table]
    assert outcomes(function, chosen) == expected(chosen)


@pytest.mark.slow
@pytest.mark.parametrize(("runtime", "table"), TABLES)
def test_awss_own_client_gives_what_the_table_says(folder: Path, runtime: str, table: str) -> None:
    if not (CLIENTS.parent / ".installed").exists():
        pytest.skip("AWS's clients for Node.js are not installed; 'make slow' does that")
    node, client, place = AWS_CLIENTS[runtime]
    (place / "rapid-client.node").mkdir(exist_ok=True)
    shutil.copy(SHIM, place / "rapid-client.node/index.js")
    (place / "rapid-client.node/package.json").write_text('{"type": "commonjs"}')

    def function(handler: str) -> FunctionDefinition:
        command = (node, str(client), handler)
        return FunctionDefinition("fn", folder, handler, runtime, {}, 10.0, 512, None, command, ARN)

    chosen = rows(runtime)[table]
    assert outcomes(function, chosen) == expected(chosen)


HANDLER = """
exports.handler = async (event, context) => {
  console.log("hi");
  if (event.raise) throw new TypeError("no");
  return { client: context.clientContext, names: Object.keys(context) };
};
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[FunctionResult]:
    folder = tmp_path_factory.mktemp("log")
    (folder / "app.js").write_text(HANDLER)
    return invoke(
        define(folder, runtime="nodejs20.x", memory_size=512), {}, {"raise": True}, client_context='{"custom": 1}'
    )


def test_context(results: list[FunctionResult]) -> None:
    context = json.loads(results[0].payload or b"")
    assert context["client"] == {"custom": 1}
    assert {"awsRequestId", "invokedFunctionArn", "logGroupName", "logStreamName"} <= set(context["names"])


def test_output_and_stack_trace_are_in_the_log(results: list[FunctionResult]) -> None:
    assert results[0].log == "hi\n"
    assert results[1].log.startswith("hi\nTypeError: no\n    at exports.handler (")
    assert "bootstrap.mjs" not in results[1].log


def test_a_runtime_without_a_version_is_that_of_the_node_that_runs_it(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("exports.handler = (event) => process.versions.node;")
    (result,) = invoke(define(tmp_path, runtime="nodejs", memory_size=512), {})
    version = json.loads(result.payload or b"")
    assert version is None or int(version.partition(".")[0]) >= 24


OFF, DETECT = "--no-experimental-require-module", "--no-experimental-detect-module"
SWITCHED_OFF = [
    ("v18.20.8", "nodejs22.x", "", []),
    ("v20.18.3", "nodejs20.x", "", []),
    ("v20.20.2", "nodejs20.x", "", [OFF]),
    ("v20.20.2", "nodejs", "", [OFF]),
    ("v20.20.2", "nodejs18.x", "", [OFF, DETECT]),
    ("v22.11.0", "nodejs22.x", "", []),
    ("v22.12.0", "nodejs22.x", "", [OFF, DETECT]),
    ("v25.9.0", "nodejs22.x", "", [OFF, DETECT]),
    ("v25.9.0", "nodejs24.x", "", []),
    ("v25.9.0", "nodejs", "", []),
    ("v22.12.0", "nodejs22.x", "--trace-warnings --experimental-require-module", [DETECT]),
    ("v22.12.0", "nodejs22.x", "--experimental-detect-module", [OFF]),
]


@pytest.mark.parametrize(("version", "runtime", "given", "options"), SWITCHED_OFF)
def test_what_lambda_switches_off_is_off(
    tmp_path: Path, version: str, runtime: str, given: str, options: list[str]
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    environment = {"NODE_OPTIONS": given} if given else {}
    function = define(tmp_path, runtime=runtime, interpreter=str(node), environment=environment)
    assert command_line(function, "")[1:-1] == options


def test_an_es_module_is_not_loaded_as_commonjs(tmp_path: Path) -> None:
    """Node.js 20.19 and newer does that, Lambda up to nodejs22.x does not."""
    (tmp_path / "app.js").write_text("export const handler = async () => 1;")
    (result,) = invoke(define(tmp_path, runtime="nodejs20.x", memory_size=512), {})
    assert result.error_type == "Runtime.UserCodeSyntaxError"
    assert "Unexpected token 'export'" in str(result.error_message)
    (tmp_path / "package").mkdir()
    (tmp_path / "package/index.mjs").write_text("export const answer = 1;")
    (tmp_path / "app.js").write_text(
        "const { answer } = require('./package/index.mjs'); exports.handler = () => answer;"
    )
    (result,) = invoke(define(tmp_path, runtime="nodejs20.x", memory_size=512), {})
    assert "require() of ES Module" in str(result.error_message)


def test_node_starts_within_the_default_memory(tmp_path: Path) -> None:
    """The memory is watched, not limited: Node reserves far more addresses than it uses."""
    (tmp_path / "app.mjs").write_text("export const handler = async () => 1;")
    function = define(tmp_path, runtime="nodejs")

    async def calls(host: FunctionHost) -> list[FunctionResult]:
        return [await host.invoke(function, b"{}") for _ in range(3)]

    assert [(result.payload, result.cold) for result in hosted(calls)] == [(b"1", True), (b"1", False), (b"1", False)]
