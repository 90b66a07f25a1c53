"""What Lambda's Node.js runtimes make of a handler, case by case: those up to nodejs22.x, and from nodejs24.x on.

`make slow` compares this table with AWS's own clients (aws-lambda-ric 3 and 4), `make test` our bootstrap with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authlens.endpoint.runtime.function_host import FunctionHost
from authlens.endpoint.templates.definitions import FunctionDefinition

OLD, NEW = "nodejs22.x", "nodejs24.x"
A, B = {"answer": "A"}, {"answer": "B"}
DEPRECATED = (
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. "
    "You need to modify this function to use a supported handler signature to use Node.js 24 or later. "
    "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html."
)
PRELUDE = """
const A = { answer: "A" }, B = { answer: "B" };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const circular = () => { const value = {}; value.self = value; return value; };
"""


@dataclass(frozen=True, slots=True)
class Error:
    kind: str
    message: str


Said = Error | dict[str, Any] | list[Any] | str | int | bool | None
"""The answer, or an error."""


def not_a_function(name: str) -> Error:
    return Error("TypeError", f"{name} is not a function")


def exited(status: int) -> Error:
    return Error("Runtime.ExitError", f"RequestId: the-id Error: Runtime exited with error: exit status {status}")


UNSERIALISABLE = Error("Error", "Unable to stringify response body")
UNSERIALISABLE_NEW = Error("Runtime.JSONStringifyError", "Unable to stringify response body")
REFUSED = Error("Runtime.CallbackHandlerDeprecated", DEPRECATED)
NO_CALLBACK = not_a_function("callback")
ENDED = Error("Runtime.ExitError", "RequestId: the-id Error: Runtime exited without providing a reason")

CASES: dict[str, tuple[str, Said, Said]] = {
    # returned values
    "sync value": ("(event) => A", None, A),
    "sync nothing": ("(event) => {}", None, None),
    "async value": ("async (event) => A", A, A),
    "async nothing": ("async (event) => {}", None, None),
    "async later": ("async (event) => { await wait(5); return A; }", A, A),
    "promise": ("(event) => Promise.resolve(A)", A, A),
    "thenable": ("(event) => ({ then: (done) => done(A) })", A, A),
    "event": ("async (event) => event.text", "ü😀", "ü😀"),
    "text": ("async (event) => JSON.stringify(A)", '{"answer":"A"}', '{"answer":"A"}'),
    "members without JSON": (
        "async (event) => ({ a: undefined, b: NaN, c: new Date(0) })",
        {"b": None, "c": "1970-01-01T00:00:00.000Z"},
        {"b": None, "c": "1970-01-01T00:00:00.000Z"},
    ),
    # Callbacks
    "callback": ("(event, context, callback) => { callback(null, A); }", A, NO_CALLBACK),
    "callback nothing": ("(event, context, callback) => { callback(); }", None, NO_CALLBACK),
    "callback undefined": ("(event, context, callback) => { callback(undefined, A); }", A, NO_CALLBACK),
    "callback twice": ("(event, context, callback) => { callback(null, A); callback(null, B); }", A, NO_CALLBACK),
    "callback, then an error": (
        '(event, context, callback) => { callback(null, A); callback(new Error("late")); }',
        A,
        NO_CALLBACK,
    ),
    "callback, then throw": (
        '(event, context, callback) => { callback(null, A); throw new Error("late"); }',
        A,
        NO_CALLBACK,
    ),
    "error, then callback": (
        '(event, context, callback) => { callback(new RangeError("bad")); callback(null, A); }',
        Error("RangeError", "bad"),
        NO_CALLBACK,
    ),
    "callback and a value": ("(event, context, callback) => { callback(null, A); return B; }", A, NO_CALLBACK),
    "async callback": ("async (event, context, callback) => { callback(null, A); }", A, NO_CALLBACK),
    "async callback and a value": (
        "async (event, context, callback) => { callback(null, A); return B; }",
        A,
        NO_CALLBACK,
    ),
    "async callback, then throw": (
        'async (event, context, callback) => { callback(null, A); throw new Error("late"); }',
        A,
        NO_CALLBACK,
    ),
    "async callback after a wait": (
        "async (event, context, callback) => { await wait(5); callback(null, A); return B; }",
        A,
        NO_CALLBACK,
    ),
    "async value, callback too late": (
        "async (event, context, callback) => { setTimeout(() => callback?.(null, B), 20); return A; }",
        A,
        A,
    ),
    "promise and callback": (
        "(event, context, callback) => { callback(null, A); return Promise.resolve(B); }",
        A,
        NO_CALLBACK,
    ),
    "switch without break": (
        """(event, context, callback) => {
          switch ("allow") {
            case "allow": callback(null, A);
            case "deny": callback(null, B);
            default: callback("Error: Invalid token");
          }
        }""",
        A,
        NO_CALLBACK,
    ),
    "waiting": (
        "(event, context, callback) => { const a = { n: 1 }; callback(null, a); setTimeout(() => { a.n = 2; }, 5); }",
        {"n": 2},
        NO_CALLBACK,
    ),
    # What callbacks are given as error
    "text error": ('(event, context, callback) => { callback("no"); }', Error("string", "no"), NO_CALLBACK),
    "empty error": ('(event, context, callback) => { callback("", A); }', Error("string", ""), NO_CALLBACK),
    "false error": ("(event, context, callback) => { callback(false, A); }", Error("boolean", "false"), NO_CALLBACK),
    "number error": ("(event, context, callback) => { callback(0, A); }", Error("number", "0"), NO_CALLBACK),
    "object error": (
        "(event, context, callback) => { callback({ code: 1 }); }",
        Error("object", "[object Object]"),
        NO_CALLBACK,
    ),
    "error without prototype": (
        "(event, context, callback) => { callback(Object.create(null)); }",
        Error("TypeError", "Cannot convert object to primitive value"),
        NO_CALLBACK,
    ),
    "like an error": (
        '(event, context, callback) => { callback({ name: "N", message: "m", stack: "s" }); }',
        Error("N", "m"),
        NO_CALLBACK,
    ),
    "error without words": (
        "(event, context, callback) => { callback(new Error()); }",
        Error("Error", ""),
        NO_CALLBACK,
    ),
    # context.*
    "done": ("(event, context) => { context.done(null, A); }", A, not_a_function("context.done")),
    "done with nothing": ("(event, context) => { context.done(); }", None, not_a_function("context.done")),
    "done with an error": (
        '(event, context) => { context.done(new Error("bad")); }',
        Error("Error", "bad"),
        not_a_function("context.done"),
    ),
    "done twice": (
        "(event, context) => { context.done(null, A); context.succeed(B); }",
        A,
        not_a_function("context.done"),
    ),
    "fail": ('(event, context) => { context.fail("x"); }', Error("string", "x"), not_a_function("context.fail")),
    "fail without words": (
        "(event, context) => { context.fail(); }",
        Error("string", "handled"),
        not_a_function("context.fail"),
    ),
    "succeed and return": ("async (event, context) => { context.succeed?.(A); return B; }", A, B),
    "callback, then succeed": (
        "(event, context, callback) => { callback(null, A); context.succeed(B); }",
        A,
        NO_CALLBACK,
    ),
    "context members": (
        "async (event, context) => [context.callbackWaitsForEmptyEventLoop ?? null, context.functionName, "
        "context.memoryLimitInMB, context.awsRequestId, typeof context.clientContext, typeof context.identity, "
        "context.getRemainingTimeInMillis() > 0]",
        [True, "fn", "512", "the-id", "undefined", "undefined", True],
        [None, "fn", "512", "the-id", "undefined", "undefined", True],
    ),
    # What is thrown
    "throws": ('(event) => { throw new TypeError("no"); }', Error("TypeError", "no"), Error("TypeError", "no")),
    "throws a text": ('(event) => { throw "text"; }', Error("string", "text"), Error("string", "text")),
    "throws nothing": ("(event) => { throw undefined; }", None, Error("undefined", "undefined")),
    "async throws": (
        'async (event) => { throw new TypeError("no"); }',
        Error("TypeError", "no"),
        Error("TypeError", "no"),
    ),
    "async throws a text": ('async (event) => { throw "text"; }', Error("string", "text"), Error("string", "text")),
    "async throws nothing": (
        "async (event) => { throw undefined; }",
        Error("string", "handled"),
        Error("undefined", "undefined"),
    ),
    "async throws null": ("async (event) => { throw null; }", Error("string", "handled"), Error("object", "null")),
    "own error": (
        'async (event) => { throw Object.assign(new Error("a\\u007fb"), { name: "Odd" }); }',
        Error("Odd", "a%7Fb"),
        Error("Odd", "a%7Fb"),
    ),
    "promise rejects": ('(event) => Promise.reject(new Error("no"))', Error("Error", "no"), Error("Error", "no")),
    # What JSON cannot hold
    "circular": ("async (event) => circular()", UNSERIALISABLE, UNSERIALISABLE_NEW),
    "big integer": ("async (event) => 1n", UNSERIALISABLE, UNSERIALISABLE_NEW),
    "function": (
        "async (event) => () => 1",
        Error("TypeError", "Wrong arguments"),
        Error("TypeError", "Wrong arguments"),
    ),
    "done circular": (
        "(event, context) => { context.done(null, circular()); }",
        UNSERIALISABLE,
        not_a_function("context.done"),
    ),
    "callback circular, no waiting": (
        """(event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = false;
          callback(null, circular());
        }""",
        UNSERIALISABLE,
        NO_CALLBACK,
    ),
    # Streaming
    "stream": (
        """awslambda.streamifyResponse(async (event, stream, context) => {
          stream.setContentType("application/json");
          stream.write('{"answer":');
          stream.write('"A"}');
          stream.end();
        })""",
        A,
        A,
    ),
}
"""By name: the handler, and what comes of it under the older and under the newer runtimes."""

ALONE: dict[str, tuple[str, Said, Said]] = {
    "no waiting": (
        """(event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = false;
          event.kept = setInterval(() => {}, 1000);
          callback(null, A);
        }""",
        A,
        REFUSED,
    ),
    "succeed": (
        "(event, context) => { event.kept = setInterval(() => {}, 1000); context.succeed(A); }",
        A,
        not_a_function("context.succeed"),
    ),
    "callback later": ("(event, context, callback) => { setTimeout(() => callback(null, A), 5); }", A, REFUSED),
    "callback circular": ("(event, context, callback) => { callback(null, circular()); }", UNSERIALISABLE, REFUSED),
    "unhandled rejection": (
        'async (event) => { Promise.reject(new Error("left")); await wait(300); }',
        Error("Runtime.UnhandledPromiseRejection", "Error: left"),
        exited(1),
    ),
    "uncaught exception": (
        'async (event) => { setTimeout(() => { throw new Error("late"); }, 1); await wait(300); }',
        Error("Error", "late"),
        exited(1),
    ),
    "exit": ("async (event) => process.exit(4)", exited(4), exited(4)),
    "never settles": ("(event) => new Promise(() => {})", None, ENDED),
    "three parameters": ("async (event, context, callback) => A", A, REFUSED),
    "optional third parameter": ("async (event, context, callback = null) => A", A, A),
}
"""Those that need a process of their own: the handler's own shape counts, or it ends the process."""

FILES = {
    "src/esm.mjs": 'const A = await Promise.resolve({ answer: "A" }); export const handler = async () => A;',
    "module/package.json": '{"type": "module"}',
    "module/app.js": 'export const handler = async () => ({ answer: "A" });',
    "common.cjs": 'exports.handler = async () => ({ answer: "A" });',
    "default.mjs": 'export default { handler: async () => ({ answer: "A" }) };',
    "extensionless": 'exports.handler = async () => ({ answer: "A" });',
    "nested.js": 'exports.deep = { handler: async () => ({ answer: "A" }) }; exports.one = 1;',
    "syntax.js": "exports.handler = (;",
    "missing.js": 'require("nothing-there");',
    "missing_esm.mjs": 'import "nothing-there"; export const handler = async () => 1;',
    "throws.mjs": 'throw new RangeError("at import");',
    "throws.js": 'throw new RangeError("at import");',
}
NOT_FOUND = "Error: Cannot find module 'nothing-there'\nRequire stack:\n- FOLDER/missing.js"
LOADED: dict[str, tuple[Said, Said]] = {
    "src/esm.handler": (A, A),
    "module/app.handler": (A, A),
    "common.handler": (A, A),
    "default.handler": (Error("Runtime.HandlerNotFound", "default.handler is undefined or not exported"), A),
    "extensionless.handler": (A, A),
    "nested.deep.handler": (A, A),
    "nested.none": (Error("Runtime.HandlerNotFound", "nested.none is undefined or not exported"),) * 2,
    "nested.one": (Error("Runtime.HandlerNotFound", "nested.one is not a function"),) * 2,
    "nested": (Error("Runtime.MalformedHandlerName", "Bad handler"),) * 2,
    "../nested.one": (
        Error(
            "Runtime.MalformedHandlerName",
            "'../nested.one' is not a valid handler name. Use absolute paths when "
            "specifying root directories in handler names.",
        ),
    )
    * 2,
    "none.handler": (
        Error(
            "Runtime.ImportModuleError", "Error: Cannot find module 'none'\nRequire stack:\n- /var/runtime/index.mjs"
        ),
    )
    * 2,
    "syntax.handler": (Error("Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'"),) * 2,
    "missing.handler": (
        Error("Runtime.ImportModuleError", f"{NOT_FOUND}\n- /var/runtime/index.mjs"),
        Error("Runtime.ImportModuleError", NOT_FOUND),
    ),
    "missing_esm.handler": (Error("Error", "Cannot find package 'nothing-there' imported from FOLDER/missing_esm.mjs"),)
    * 2,
    "throws.handler": (Error("RangeError", "at import"),) * 2,
}
"""By handler setting: what comes of loading it."""


def write_cases(folder: Path) -> None:
    together = ",\n".join(f"{json.dumps(name)}: {source}" for name, (source, *_) in CASES.items())
    pick = "CASES[event.case]"
    FILES_OF = {
        "old.js": f"{PRELUDE}const CASES = {{{together}}};\nexports.handler = (event, context, callback) => "
        f"{pick}(event, context, callback);\nexports.stream = CASES.stream;",
        "new.js": f"{PRELUDE}const CASES = {{{together}}};\nexports.handler = (event, context) => "
        f"{pick}(event, context);\nexports.stream = CASES.stream;",
        **{
            f"alone{number}.js": f"{PRELUDE}exports.handler = {source};"
            for number, (source, *_) in enumerate(ALONE.values())
        },
        **FILES,
    }
    for name, text in FILES_OF.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


Row = tuple[str, str, Said]
"""Its name, the handler setting, and what comes of it."""


def rows(runtime: str) -> dict[str, list[Row]]:
    """By the table they stand in."""
    at = 1 if runtime == OLD else 2
    file = "old" if runtime == OLD else "new"
    called = [(name, f"{file}.{'stream' if name == 'stream' else 'handler'}", row[at]) for name, row in CASES.items()]
    return {
        "called": sorted(called, key=lambda row: row[1]),
        "alone": [(name, f"alone{number}.handler", row[at]) for number, (name, row) in enumerate(ALONE.items())],
        "loaded": [(name, name, row[at - 1]) for name, row in LOADED.items()],
    }


async def said(host: FunctionHost, function: FunctionDefinition, name: str) -> Said:
    """What one case gives, with the folder of the code and AWS's own file named as in the table."""
    event = json.dumps({"case": name, "text": "ü😀"}).encode()
    result = await host.invoke(function, event, request_id="the-id")
    if result.error_type is None:
        answer: Said = json.loads(result.payload or b"")
        return answer
    message = (result.error_message or "").replace(str(function.code_uri), "FOLDER")
    return Error(result.error_type, re.sub(r"- /\S+/index\.mjs", "- /var/runtime/index.mjs", message))
