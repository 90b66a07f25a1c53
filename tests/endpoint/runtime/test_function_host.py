"""The host of functions: warm processes, fresh code, a process for each concurrent call, an output for each call."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from authlens.endpoint.runtime.function_host import FunctionHost, FunctionResult
from authlens.endpoint.runtime.runtime_api import RuntimeApi
from authlens.endpoint.templates.definitions import FunctionDefinition
from support.functions import ARN, aws_client, define, hosted, invoke, until

PID = "import os\ndef handler(event, context): return os.getpid()"


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def value(result: FunctionResult) -> Any:
    assert result.payload is not None, result
    return json.loads(result.payload)


def test_a_process_stays_warm(tmp_path: Path) -> None:
    results = invoke(define(tmp_path, PID), *range(5))
    assert len({value(result) for result in results}) == 1
    assert [result.cold for result in results] == [True, False, False, False, False]


def test_the_next_call_runs_the_code_that_was_saved(tmp_path: Path) -> None:
    function = define(tmp_path / "fn", "from part import VALUE\ndef handler(event, context): return VALUE")
    part = tmp_path / "fn" / "part.py"

    async def edit(host: FunctionHost) -> list[Any]:
        seen = []
        for text in ("VALUE = 1", "VALUE = 2", "VALUE = ", "VALUE = 3"):
            part.write_text(text)
            result = await host.invoke(function, b"{}")
            assert result.code is not None
            seen.append((value(result) if result.payload else result.error_type, result.code.digest))
        return seen

    seen = hosted(edit)
    assert [said for said, _ in seen] == [1, 2, "Runtime.UserCodeSyntaxError", 3]
    assert len({digest for _, digest in seen} - {""}) == 4


def test_concurrent_calls_get_their_own_process(tmp_path: Path) -> None:
    """Each waits until all are there: with fewer processes they would never meet."""
    source = """
        import os, pathlib, time
        def handler(event, context):
            pathlib.Path(event["meet"], str(os.getpid())).touch()
            while len(os.listdir(event["meet"])) < 3:
                time.sleep(0.01)
            return os.getpid()
    """
    meet = tmp_path / "meet"
    meet.mkdir()
    function = define(tmp_path / "fn", source)
    event = json.dumps({"meet": str(meet)}).encode()

    async def three(host: FunctionHost) -> list[FunctionResult]:
        return await asyncio.gather(*(host.invoke(function, event) for _ in range(3)))

    assert len({value(result) for result in hosted(three)}) == 3


def test_calls_beyond_the_limit_queue(tmp_path: Path) -> None:
    function = define(tmp_path, PID)

    async def many(host: FunctionHost) -> list[FunctionResult]:
        return await asyncio.gather(*(host.invoke(function, b"{}") for _ in range(40)))

    results = hosted(many, limit=2)
    assert len({value(result) for result in results}) <= 2


def test_a_queue_that_does_not_move_is_lambdas_throttling(tmp_path: Path) -> None:
    function = define(tmp_path, "import time\ndef handler(event, context): time.sleep(event)")

    async def two(host: FunctionHost) -> FunctionResult:
        slow = asyncio.create_task(host.invoke(function, b"30"))
        waiting = None
        while waiting is None or not waiting.is_throttled:
            waiting = await host.invoke(replace(function, timeout=0.4), b"0")
        slow.cancel()
        return waiting

    throttled = hosted(two, limit=1)
    assert (throttled.error_type, throttled.error_message) == ("TooManyRequestsException", "Rate Exceeded.")


def test_a_kill_in_mid_call_is_the_error_that_lambda_gives_and_the_next_call_works(tmp_path: Path) -> None:
    source = """
        import os, pathlib, time
        def handler(event, context):
            if event["file"]:
                pathlib.Path(event["file"] + ".new").write_text(str(os.getpid()))
                os.replace(event["file"] + ".new", event["file"])
                time.sleep(60)
            return "fine"
    """
    function, file = define(tmp_path / "fn", source), tmp_path / "pid"

    async def kill(host: FunctionHost) -> list[FunctionResult]:
        call = asyncio.create_task(host.invoke(function, json.dumps({"file": str(file)}).encode(), request_id="id"))
        await until(file.exists)
        os.kill(int(file.read_text()), signal.SIGKILL)
        return [await call, await host.invoke(function, b'{"file": ""}')]

    killed, after = hosted(kill)
    assert killed.error_type == "Runtime.ExitError"
    assert killed.error_message == "RequestId: id Error: Runtime exited with error: signal: killed"
    assert value(after) == "fine"


def test_a_process_that_died_between_calls_is_not_noticed(tmp_path: Path) -> None:
    source = """
        import os, threading
        def handler(event, context):
            if event:
                threading.Timer(0.05, os._exit, (1,)).start()
            return os.getpid()
    """
    function = define(tmp_path, source)

    async def die(host: FunctionHost) -> list[FunctionResult]:
        first = await host.invoke(function, b"true")
        await until(lambda: is_gone(value(first)))
        return [first, await host.invoke(function, b"false")]

    first, second = hosted(die)
    assert value(first) != value(second)


def test_output_belongs_to_the_call_that_printed_it(tmp_path: Path) -> None:
    source = """
        import os, sys
        print("starting")
        def handler(event, context):
            print("call", event)
            print("and its error", file=sys.stderr)
            os.write(1, b"raw")
    """
    logs = [result.log for result in invoke(define(tmp_path, source), 1, 2)]
    assert logs == ["starting\ncall 1\nand its error\nraw", "call 2\nand its error\nraw"]


def test_lines_of_awss_own_client_are_lines(tmp_path: Path) -> None:
    pytest.importorskip("awslambdaric", reason="AWS's client of the Runtime API is not installed")
    function = define(tmp_path, "def handler(event, context): raise KeyError('mqtt')")
    (result,) = invoke(aws_client(function), {})
    assert result.log.splitlines()[:2] == ["[ERROR] KeyError: 'mqtt'", "Traceback (most recent call last):"]
    assert "\r" not in result.log


def test_output_before_a_failed_start_is_kept(tmp_path: Path) -> None:
    (result,) = invoke(define(tmp_path, "print('starting')\nimport nothing_there\n"), {})
    assert result.log.startswith("starting\n[ERROR] Runtime.ImportModuleError: Unable to import module 'app'")


def test_a_start_that_hangs_ends_with_the_time_limit(tmp_path: Path) -> None:
    source = "import time\ntime.sleep(60)\ndef handler(event, context): pass"
    (result,) = invoke(define(tmp_path, source, timeout=0.5), {})
    assert (result.error_type, result.error_message) == ("Sandbox.Timedout", "Task timed out after 0.50 seconds")


def test_a_program_that_does_not_start_is_an_exit(tmp_path: Path) -> None:
    (result,) = invoke(define(tmp_path, PID, interpreter=str(tmp_path / "nowhere")), {}, request_id="id")
    assert result.error_message == "RequestId: id Error: Runtime exited with error: exit status 126"
    assert "No such file or directory" in result.log


def test_a_variable_that_cannot_be_passed_on_is_an_exit(tmp_path: Path) -> None:
    (result,) = invoke(define(tmp_path, PID, environment={"A": "b\0c"}), {})
    assert result.error_type == "Runtime.ExitError"
    assert "null byte" in result.log


NOTHING_BUT_HTTP = """
    import http.client, json, os, sys
    API = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    def ask(method, path, body=None):
        API.request(method, "/2018-06-01/runtime/" + path, body)
        answer = API.getresponse()
        return answer.headers, answer.read()
    while True:
        headers, event = ask("GET", "invocation/next")
        answer = json.dumps([json.loads(event), os.getpid(), dict(headers)])
        if json.loads(event) == "nonsense":
            answer = "this is not JSON"
        ask("POST", f"invocation/{headers['Lambda-Runtime-Aws-Request-Id']}/response", answer)
"""


def custom(folder: Path) -> FunctionDefinition:
    program = folder / "program.py"
    program.write_text(dedent(NOTHING_BUT_HTTP))
    return define(folder, runtime="provided.al2023", command=(sys.executable, str(program)))


def test_a_program_of_ones_own_gets_every_header_of_lambda(tmp_path: Path) -> None:
    context = json.dumps({"custom": {"a": "ü\n"}}, indent=2)
    (result,) = invoke(custom(tmp_path), "event", request_id="the-id", client_context=context)
    event, _, headers = value(result)
    assert event == "event"
    assert headers["Content-Type"] == "application/json"
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "the-id"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == ARN
    assert headers["Lambda-Runtime-Deadline-Ms"].isdigit()
    assert headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-")
    assert json.loads(headers["Lambda-Runtime-Client-Context"]) == json.loads(context)
    assert headers["Lambda-Runtime-Cognito-Identity"] == ""


def test_a_program_that_answers_nonsense_is_restarted(tmp_path: Path) -> None:
    first, nonsense, after = invoke(custom(tmp_path), 1, "nonsense", 2)
    assert nonsense.payload == b"this is not JSON"
    assert value(first)[1] != value(after)[1]


ONE_READ = """
    import os, re, socket
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    connection = socket.create_connection((host, int(port)))
    def ask(line, body=b""):
        head = f"{line} HTTP/1.1\\r\\nHost: {host}:{port}\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n"
        connection.sendall(head.encode() + body)
        return connection.recv(1 << 20)
    while True:
        answer = ask("GET /2018-06-01/runtime/invocation/next")
        request_id = re.search(rb"(?i)aws-request-id: ([^\\r]+)", answer)[1].decode()
        path = f"/2018-06-01/runtime/invocation/{request_id}/response"
        ask(f"POST {path}", b"true" if answer.endswith(b'"the event"') else b"false")
"""


def test_header_and_body_of_an_event_come_in_one_write(tmp_path: Path) -> None:
    """Two would meet Nagle's algorithm and delayed acknowledgements: 40 ms a call."""
    program = tmp_path / "program.py"
    program.write_text(dedent(ONE_READ))
    function = define(tmp_path, runtime="provided", command=(sys.executable, str(program)))
    assert [value(result) for result in invoke(function, *["the event"] * 5)] == [True] * 5


SHELL = """\
#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
    event=$(curl -sS -D headers "$api/next")
    id=$(tr -d '\\r' < headers | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
    curl -sS -o answered -d "{\\"event\\": $event}" "$api/$id/response"
    echo "$(cat answered)"
done
"""


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no 'curl' in PATH")
def test_a_shell_script_is_a_function_too(tmp_path: Path) -> None:
    program = tmp_path / "bootstrap"
    program.write_text(SHELL)
    program.chmod(0o755)
    results = invoke(define(tmp_path, runtime="provided", command=(str(program),)), 1, 2)
    assert [value(result) for result in results] == [{"event": 1}, {"event": 2}]


_LOOKS_AROUND = """
import glob, os

def command_lines():
    for name in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(name, errors="replace") as file:
                yield file.read()
        except OSError:
            pass

def handler(event, context):
    # Everybody on the machine may read the command line of every process.
    return {**os.environ, "COMMAND LINES WITH THE EVENT": [each for each in command_lines() if event["a"] in each]}
"""


def test_the_function_sees_nothing_of_the_callers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "SOME_SECRET"):
        monkeypatch.setenv(name, "canary")
    (result,) = invoke(define(tmp_path, _LOOKS_AROUND, environment={"STAGE": "test"}, memory_size=256), {"a": "canary"})
    environment = value(result)
    assert "canary" not in environment.values()
    assert environment.pop("COMMAND LINES WITH THE EVENT") == []
    assert environment.items() >= {
        ("STAGE", "test"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "fn"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/fn"),
        ("LAMBDA_TASK_ROOT", str(tmp_path)),
        ("_HANDLER", "app.handler"),
        ("AWS_SHARED_CREDENTIALS_FILE", os.devnull),
        ("TZ", ":UTC"),
    }


def test_credentials_that_are_configured_reach_the_function(tmp_path: Path) -> None:
    source = "import os\ndef handler(event, context): return dict(os.environ)"
    settings = {"AWS_PROFILE": "dev", "AWS_REGION": "us-east-1"}
    environment = value(invoke(define(tmp_path, source, environment=settings), {})[0])
    assert (environment["AWS_PROFILE"], environment["AWS_REGION"]) == ("dev", "us-east-1")
    assert "AWS_SHARED_CREDENTIALS_FILE" not in environment


def test_two_time_limits_share_the_process(tmp_path: Path) -> None:
    """AWS IoT ends an authorizer's function after five seconds, Lambda's Invoke after its own limit."""
    function = define(tmp_path, PID)

    async def both(host: FunctionHost) -> list[FunctionResult]:
        return [await host.invoke(replace(function, timeout=limit), b"{}") for limit in (5.0, 30.0)]

    first, second = hosted(both)
    assert value(first) == value(second)


def test_a_redefined_function_gets_a_new_process(tmp_path: Path) -> None:
    function = define(tmp_path, "import os\ndef handler(event, context): return os.environ['A']")

    async def both(host: FunctionHost) -> list[FunctionResult]:
        return [await host.invoke(replace(function, environment={"A": a}), b"{}") for a in ("1", "2")]

    assert [value(result) for result in hosted(both)] == ["1", "2"]


def test_calls_under_way_end_with_the_host(tmp_path: Path) -> None:
    source = """
        import pathlib, time
        def handler(event, context):
            pathlib.Path(event).touch()
            time.sleep(60)
    """
    function, begun = define(tmp_path / "fn", source), tmp_path / "begun"

    async def leave() -> FunctionResult:
        host = FunctionHost()
        call = asyncio.create_task(host.invoke(function, json.dumps(str(begun)).encode()))
        await until(begun.exists)
        await host.close()
        return await call

    assert asyncio.run(leave()).error_type == "Runtime.ExitError"


@pytest.mark.slow
def test_a_thousand_calls_lose_none(tmp_path: Path) -> None:
    function = define(tmp_path, "def handler(event, context): return event")
    results = invoke(function, *range(1000))
    assert [value(result) for result in results] == list(range(1000))
    assert sum(result.cold for result in results) == 1


def test_a_child_that_waits_to_be_needed_keeps_nothing_from_ending() -> None:
    async def closed_while_it_waits() -> None:
        api = RuntimeApi()
        address = await api.start()
        _, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(f"GET /2018-06-01/runtime/init/wait HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        await until(lambda: bool(api.needed._waiters))
        async with asyncio.timeout(10):
            await api.close()
        writer.close()

    asyncio.run(closed_while_it_waits())
