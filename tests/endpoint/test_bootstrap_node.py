"""Node.js handlers: CommonJS and ES modules, async and callback ones, and the words of Lambda's runtime for errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from authlens.endpoint.runtime.function_host import FunctionHost, FunctionResult
from support.functions import define, hosted

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no 'node' in PATH")

FILES = {
    "cjs.js": """
        exports.chosen = (event, context, callback) => event.handler.split(".").slice(1)
          .reduce((owner, name) => owner[name], exports)(event, context, callback);
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        exports.async = async (event, context) => { console.log("hi"); return { event, id: context.awsRequestId }; };
        exports.promise = (event) => Promise.resolve(event);
        exports.callback = (event, context, callback) => { setTimeout(() => callback(null, event), 5); };
        exports.callbackError = (event, context, callback) => { callback(new RangeError("bad")); };
        exports.withoutWaiting = (event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = false;
          setInterval(() => {}, 1000);
          callback(null, event);
        };
        exports.succeed = (event, context) => { setInterval(() => {}, 1000); context.succeed(event); };
        exports.sync = (event) => ({ lost: true });
        exports.nothing = async () => {};
        exports.nested = { deep: { handler: async (event) => event } };
        exports.raises = async () => { throw new TypeError("no"); };
        exports.raisesText = async () => { throw "text"; };
        exports.unhandled = async () => { Promise.reject(new Error("left")); await wait(500); };
        exports.uncaught = async () => { setTimeout(() => { throw new Error("late"); }, 1); await wait(500); };
        exports.exits = async () => process.exit(4);
        exports.circular = async () => { const a = {}; a.a = a; return a; };
        exports.notAFunction = 1;
        exports.context = async (event, context) => ({
          names: Object.keys(context).sort(), left: context.getRemainingTimeInMillis() > 0,
          name: context.functionName, memory: context.memoryLimitInMB, client: context.clientContext,
        });
    """,
    "src/esm.mjs": """
        const greeting = await Promise.resolve("hello");
        export const handler = async (event) => ({ greeting, event });
    """,
    "package/package.json": '{"type": "module"}',
    "package/app.js": "export const handler = async (event) => event;",
    "syntax.js": "exports.handler = (;",
    "missing.js": 'require("nothing-there");',
    "missing_esm.mjs": 'import "nothing-there";',
    "throws.mjs": 'throw new RangeError("at import");',
}
EVENT = {"text": "ü😀"}
ANSWERS: dict[str, Any] = {
    "cjs.async": {"event": EVENT, "id": "the-id"},
    "cjs.promise": EVENT,
    "cjs.callback": EVENT,
    "cjs.withoutWaiting": EVENT,
    "cjs.succeed": EVENT,
    "cjs.sync": None,
    "cjs.nothing": None,
    "cjs.nested.deep.handler": EVENT,
    "src/esm.handler": {"greeting": "hello", "event": EVENT},
    "package/app.handler": EVENT,
}
ERRORS = {
    "cjs.callbackError": ("RangeError", "bad"),
    "cjs.raises": ("TypeError", "no"),
    "cjs.raisesText": ("string", "text"),
    "cjs.unhandled": ("Runtime.UnhandledPromiseRejection", "Error: left"),
    "cjs.uncaught": ("Error", "late"),
    "cjs.exits": ("Runtime.ExitError", "RequestId: the-id Error: Runtime exited with error: exit status 4"),
    "cjs.circular": ("Error", "Unable to stringify response body"),
    "cjs.none": ("Runtime.HandlerNotFound", "cjs.none is undefined or not exported"),
    "cjs.notAFunction": ("Runtime.HandlerNotFound", "cjs.notAFunction is not a function"),
    "cjs": ("Runtime.MalformedHandlerName", "Bad handler"),
    "none.handler": ("Runtime.ImportModuleError", "Error: Cannot find module 'none'"),
    "syntax.handler": ("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'"),
    "missing.handler": ("Runtime.ImportModuleError", "Error: Cannot find module 'nothing-there'"),
    "missing_esm.handler": ("Runtime.ImportModuleError", "Error [ERR_MODULE_NOT_FOUND]: Cannot find package"),
    "throws.handler": ("RangeError", "at import"),
}


KEEP_THE_LOOP_BUSY = ("cjs.withoutWaiting", "cjs.succeed")
NEED_A_START = ("cjs.async", "cjs.nested.deep.handler", "cjs.none", "cjs.notAFunction", *KEEP_THE_LOOP_BUSY)
"""The others of this file are called by one handler of it, to spare a process each."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FunctionResult]:
    folder = tmp_path_factory.mktemp("node")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    async def one(host: FunctionHost, handler: str) -> FunctionResult:
        start = "cjs.chosen" if handler.startswith("cjs.") and handler not in NEED_A_START else handler
        function = define(folder, handler=start, runtime="nodejs20.x", memory_size=512)
        event = json.dumps({"handler": handler, **EVENT}).encode()
        return await host.invoke(function, event, request_id="the-id", client_context="{}")

    async def each(host: FunctionHost) -> dict[str, FunctionResult]:
        return {handler: await one(host, handler) for handler in (*ANSWERS, *ERRORS, "cjs.context")}

    return hosted(each)


@pytest.mark.parametrize("handler", ANSWERS)
def test_answers(results: dict[str, FunctionResult], handler: str) -> None:
    result = results[handler]
    assert result.payload is not None, result
    assert without_handler(json.loads(result.payload)) == ANSWERS[handler]


def without_handler(answer: Any) -> Any:
    """The answer as if the event had not named its handler."""
    if not isinstance(answer, dict):
        return answer
    return {key: without_handler(value) for key, value in answer.items() if key != "handler"}


@pytest.mark.parametrize("handler", ERRORS)
def test_errors(results: dict[str, FunctionResult], handler: str) -> None:
    result, (kind, message) = results[handler], ERRORS[handler]
    assert result.payload is None
    assert result.error_type == kind
    assert result.error_message is not None
    assert result.error_message.startswith(message)


def test_context(results: dict[str, FunctionResult]) -> None:
    context = json.loads(results["cjs.context"].payload or b"")
    assert {"awsRequestId", "invokedFunctionArn", "logGroupName", "logStreamName"} <= set(context["names"])
    assert (context["left"], context["name"], context["memory"], context["client"]) == (True, "fn", "512", {})


def test_output_and_stack_trace_are_in_the_log(results: dict[str, FunctionResult]) -> None:
    assert results["cjs.async"].log == "hi\n"
    assert results["cjs.raises"].log.startswith("TypeError: no\n    at exports.raises (")
    assert "bootstrap.mjs" not in results["cjs.raises"].log


def test_node_starts_within_the_default_memory(tmp_path: Path) -> None:
    """The memory is watched, not limited: Node reserves far more addresses than it uses."""
    (tmp_path / "app.mjs").write_text("export const handler = async () => 1;")
    function = define(tmp_path, runtime="nodejs")

    async def calls(host: FunctionHost) -> list[FunctionResult]:
        return [await host.invoke(function, b"{}") for _ in range(3)]

    assert [(result.payload, result.cold) for result in hosted(calls)] == [(b"1", True), (b"1", False), (b"1", False)]
