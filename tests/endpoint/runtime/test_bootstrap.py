"""Our Python bootstrap gives what AWS's own client of the Runtime API gives: answers, errors, context, stack traces."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from authlens.endpoint.runtime.function_host import FunctionHost, FunctionResult
from support.functions import aws_client, define, hosted, invoke

pytest.importorskip("awslambdaric", reason="AWS's client of the Runtime API is not installed")

CASES = """
import collections, datetime, decimal, enum, json, os, sys
Point = collections.namedtuple("Point", "x y")

POINT = Point(1, 2)

class AsDict:
    def __init__(self, members):
        self.members = members
    def _asdict(self):
        return self.members

class Colour(enum.IntEnum):
    RED = 1

class Odd(Exception):
    def __str__(self):
        return "odd\\nin two lines ü"

class Evil(dict):
    def items(self):
        raise RuntimeError("no items")

def circular():
    value = []
    value.append(value)
    return value

def deep(level):
    return deep(level + 1)

def cause():
    try:
        {}["missing"]
    except KeyError as error:
        raise ValueError("because of that") from error

def raises(error):
    raise error

def context_of(context):
    shown = {name: repr(getattr(context, name)) for name in vars(context) if "deadline" not in name}
    client = context.client_context
    return {
        "attributes": sorted(vars(context)), "shown": {k: v for k, v in shown.items() if k not in PRIVATE},
        "type": type(context).__name__, "identity": context.identity.cognito_identity_id,
        "time": 0 < context.get_remaining_time_in_millis() <= 10000, "w3c": context.w3c(),
        "client": client and [client.custom, client.env, client.client and client.client.app_title],
    }

PRIVATE = ("identity", "client_context", "log_stream_name")
CASES = {
    "object": lambda e, c: {"a": [1, 2.5, None, True, "text"], "b": {"c": {}}},
    "event": lambda e, c: e,
    "text": lambda e, c: "text",
    "nothing": lambda e, c: None,
    "unicode": lambda e, c: {"ü": "€ 😀 \\u2028"},
    "numbers": lambda e, c: [1e300, -0.0, 10**30, float("nan"), float("inf"), -float("inf"), 1e-7],
    "decimal": lambda e, c: [decimal.Decimal("1.10"), decimal.Decimal("NaN"), {"d": decimal.Decimal(3)}],
    "bytes": lambda e, c: b"{\\"raw\\": 1}",
    "bytes inside": lambda e, c: {"b": b"abc"},
    "named tuple": lambda e, c: [POINT, POINT, (3, 4), {"again": POINT}],
    "object as a dict": lambda e, c: [AsDict({"a": 1}), AsDict({})],
    "object as no dict": lambda e, c: AsDict([1]),
    "enum": lambda e, c: [Colour.RED, {Colour.RED: 1}],
    "keys": lambda e, c: {1: "a", 2.5: "b", True: "c", None: "d"},
    "tuple key": lambda e, c: {(1, 2): 3},
    "set": lambda e, c: {"a": {1}},
    "date": lambda e, c: datetime.date(2026, 1, 1),
    "circular": lambda e, c: circular(),
    "object of a class": lambda e, c: object(),
    "evil": lambda e, c: Evil(a=1),
    "raised": lambda e, c: raises(ValueError("no")),
    "raised without words": lambda e, c: raises(ValueError()),
    "own class": lambda e, c: raises(Odd()),
    "key error": lambda e, c: {}["mqtt"],
    "cause": lambda e, c: cause(),
    "recursion": lambda e, c: deep(0),
    "context": lambda e, c: context_of(c),
    "environment": lambda e, c: {n: v for n, v in os.environ.items() if n[:4] in ("AWS_", "_HAN", "LAMB", "TZ")},
    "first on the path": lambda e, c: os.path.samefile(sys.path[0] or ".", os.environ["LAMBDA_TASK_ROOT"]),
    "lone surrogate": lambda e, c: json.loads('"\\\\ud800"'),
}

def handler(event, context):
    return CASES[event["case"]](event, context)
"""
NAMES = [line.split('"')[1] for line in CASES.splitlines() if line.startswith('    "') and ": lambda" in line]
UNLIKE = {"AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_LOG_STREAM_NAME"}
CLIENT_CONTEXT = {"custom": {"a": "ü"}, "env": {"b": 1}, "client": {"app_title": "t"}, "w3c": {"traceparent": "00-1"}}


@dataclass(frozen=True)
class Pair:
    """What a function gave under our bootstrap and under AWS's client."""

    ours: FunctionResult
    aws: FunctionResult

    def same_error(self) -> bool:
        return all(
            getattr(self.ours, name) == getattr(self.aws, name)
            for name in ("error_type", "error_message", "stack_trace")
        )


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """Every case once under both, in two warm processes."""
    ours = define(tmp_path_factory.mktemp("fn"), CASES)
    context = json.dumps(CLIENT_CONTEXT)

    async def pair(host: FunctionHost, aws_host: FunctionHost, name: str) -> Pair:
        event = json.dumps({"case": name, "text": "ü€", "number": 1.0}).encode()
        options = {"request_id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd", "client_context": context}
        return Pair(
            await host.invoke(ours, event, **options),
            await aws_host.invoke(aws_client(ours), event, **options),
        )

    async def each(host: FunctionHost) -> dict[str, Pair]:
        aws_host = FunctionHost()
        try:
            return {name: await pair(host, aws_host, name) for name in NAMES}
        finally:
            await aws_host.close()

    return hosted(each)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("environment", "recursion")])
def test_same_answer_and_error(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    assert pair.ours.payload == pair.aws.payload
    assert pair.same_error()
    assert members(pair.ours) == members(pair.aws)


def test_same_environment(pairs: dict[str, Pair]) -> None:
    ours, aws = (json.loads(result.payload or b"") for result in (pairs["environment"].ours, pairs["environment"].aws))
    assert ours.keys() == aws.keys()
    assert {name: ours[name] for name in ours if name not in UNLIKE} == {n: aws[n] for n in aws if n not in UNLIKE}


def test_endless_recursion_is_the_same_error(pairs: dict[str, Pair]) -> None:
    """Only how deep it went differs, by the frames of the bootstraps themselves."""
    pair = pairs["recursion"]
    assert pair.ours.error_type == pair.aws.error_type == "RecursionError"
    assert pair.ours.stack_trace[:-1] == pair.aws.stack_trace[:-1]


def members(result: FunctionResult) -> Any:
    return result.error and json.loads(result.error)


FAULTY_MODULES = {
    "import error": ("import nothing_there\n", "app.handler"),
    "import from": ("from os import nothing_there\n", "app.handler"),
    "syntax error": ("def handler(event, context)\n    return 1\n", "app.handler"),
    "raises at import": ("def f():\n    raise RuntimeError('at import')\nf()\n", "app.handler"),
    "no such handler": ("def other(event, context):\n    pass\n", "app.handler"),
    "no such module": ("", "nowhere.handler"),
    "built-in module": ("", "sys.handler"),
    "malformed handler": ("", "handler"),
    "sys.exit at import": ("import sys\nsys.exit(3)\n", "app.handler"),
    "sys.exit": ("import sys\ndef handler(event, context):\n    sys.exit(3)\n", "app.handler"),
    "sys.exit of success": ("import sys\ndef handler(event, context):\n    sys.exit()\n", "app.handler"),
}


QUICK = ("syntax error", "no such handler", "sys.exit")


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FAULTY_MODULES]
)
def test_same_error_of_a_function_that_cannot_start(tmp_path: Path, name: str) -> None:
    source, handler = FAULTY_MODULES[name]
    (tmp_path / "app.py").write_text(source)
    function = define(tmp_path, handler=handler)
    (ours,), (aws,) = (invoke(one, {}, request_id="1") for one in (function, aws_client(function)))
    assert ours.error_type
    assert Pair(ours, aws).same_error()


def test_newer_runtimes_answer_in_raw_unicode(tmp_path: Path) -> None:
    function = define(tmp_path, "def handler(event, context): return 'ü'", runtime="python3.13")
    ours, aws = invoke(function, {})[0], invoke(aws_client(function), {})[0]
    assert ours.payload == aws.payload == '"ü"'.encode()


def test_log_has_the_stack_trace_and_the_format_of_lambda(tmp_path: Path) -> None:
    source = """
        import logging
        def handler(event, context):
            print("printed")
            logging.getLogger().warning("logged")
            raise KeyError("mqtt")
    """
    (result,) = invoke(define(tmp_path, source), {}, request_id="the-id")
    lines = result.log.splitlines()
    assert lines[0] == "printed"
    assert lines[1].startswith("[WARNING]\t")
    assert lines[1].endswith("Z\tthe-id\tlogged")
    assert lines[2:4] == ["[ERROR] KeyError: 'mqtt'", "Traceback (most recent call last):"]
    assert lines[-1].strip() == 'raise KeyError("mqtt")'


def test_the_bootstrap_imports_nothing_of_ours_and_shadows_nothing(tmp_path: Path) -> None:
    source = """
        import sys
        import runtime, bootstrap, worker
        def handler(event, context):
            ours = [name for name in sys.modules if name.startswith(("authlens", "aiohttp", "yaml", "boto"))]
            return [runtime.WHOSE, bootstrap.WHOSE, worker.WHOSE, ours]
    """
    for name in ("runtime", "bootstrap", "worker"):
        (tmp_path / f"{name}.py").write_text("WHOSE = 'mine'")
    (result,) = invoke(define(tmp_path, source), {})
    assert json.loads(result.payload or b"") == ["mine", "mine", "mine", []]


OTHER_PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))


@pytest.mark.slow
@pytest.mark.parametrize("interpreter", OTHER_PYTHONS, ids=lambda path: path.parts[-3])
def test_every_supported_python_runs_it(tmp_path: Path, interpreter: Path) -> None:
    if interpreter.parts[-3].startswith(("3.6", "3.7")):
        pytest.skip("functions run on Python 3.8 and newer")
    function = define(tmp_path, "def handler(event, context): return event", interpreter=str(interpreter))
    (result,) = invoke(function, {"a": "ü"})
    assert json.loads(result.payload or b"") == {"a": "ü"}, result.log


def test_forked_child_that_returns_does_not_answer(tmp_path: Path) -> None:
    source = """
        import os
        def handler(event, context):
            child = os.fork()
            if child:
                os.waitpid(child, 0)
            return {"parent": bool(child)}
    """
    results = invoke(define(tmp_path, source), {}, {})
    assert [json.loads(result.payload or b"") for result in results] == [{"parent": True}] * 2


async def test_concurrent_use_of_the_module_is_not_needed() -> None:
    """The bootstrap is a program: importing it must not start it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import authlens.endpoint.runtime.bootstrap, authlens.endpoint.runtime.supervisor")
    )
    assert await process.wait() == 0
