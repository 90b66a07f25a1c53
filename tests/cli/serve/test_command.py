"""`authlens serve` as a real process over real files: first line, log, shutdown, and what stops its start."""

from __future__ import annotations

import fcntl
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from authlens.__main__ import build_services
from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.parser import Parser
from authlens.cli.serve import command as serve
from authlens.cli.serve.log import RequestLog
from authlens.endpoint.templates.definitions import DefinitionError
from support.local_endpoint import session
from support.processes import wait_until
from support.serve_process import Serving, command, descendants, is_alive, project, serving
from support.shapes import sam_python

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has /proc, which lists the children of a process"
)


def client(served: Serving, service: str = "iot") -> Any:
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return session().client(service, region_name="us-west-2", endpoint_url=served.url, config=config)


def refused_start(*arguments: str | Path) -> tuple[int, str]:
    """The exit code and message of a refused start, in this process."""
    parser = Parser(prog="authlens serve")
    serve.declare(parser)
    with pytest.raises(CommandError) as raised:
        serve.run(parser.parse_args(list(map(str, arguments))), build_services())
    return raised.value.code, str(raised.value)


def test_the_authorities_of_the_environment_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "mine.pem")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with serve.without_authorities():
        assert os.environ["SSL_CERT_FILE"] == os.environ["SSL_CERT_DIR"] == os.devnull
    assert os.environ["SSL_CERT_FILE"] == "mine.pem"
    assert "SSL_CERT_DIR" not in os.environ


def test_the_first_line_is_the_url_and_calls_work(tmp_path: Path) -> None:
    with serving("--authorizers", project(tmp_path)) as served:
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", served.url)
        assert served.process.stdin is not None
        served.process.stdin.close()
        served.process.stdin = None
        answer = client(served).test_invoke_authorizer(authorizerName="Sensor", mqttContext={"password": b"TOPSECRET"})
        code, errors = served.end(signal.SIGTERM)

    assert answer["policyDocuments"] == ['{"Version":"2012-10-17"}']
    assert code == 0
    assert re.search(r"^[0-9:]{8} TestInvokeAuthorizer Sensor 200 authenticated [0-9]+ ms$", errors, re.MULTILINE)
    assert "TOPSECRET" not in errors
    assert "VE9QU0VDUkVU" not in errors


@linux
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, id="SIGINT"),
        pytest.param(signal.SIGTERM, id="SIGTERM"),
        pytest.param(signal.SIGHUP, id="SIGHUP", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_it_and_its_functions(tmp_path: Path, number: signal.Signals) -> None:
    with serving("--authorizers", project(tmp_path)) as served:
        client(served).test_invoke_authorizer(authorizerName="Sensor", mqttContext={})
        children = descendants(served.process.pid)
        code, errors = served.end(number)

    assert children
    assert (code, "Traceback" in errors) == (0, False)
    assert [child for child in children if is_alive(child)] == []


@linux
def test_a_signal_during_a_call_leaves_no_process(tmp_path: Path) -> None:
    marker = tmp_path / "functions" / "started"
    with (
        serving("--authorizers", project(tmp_path)) as served,
        socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection,
    ):
        body = b'{"mqttContext":{"clientId":"hang"}}'
        head = f"POST /authorizer/Sensor/test HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        while not marker.exists():
            assert served.process.poll() is None
        children = descendants(served.process.pid)
        code, _ = served.end(signal.SIGTERM)

    assert children
    assert code == 0
    assert [child for child in children if is_alive(child)] == []


@linux
def test_standard_input_names_what_to_prepare_and_its_end_ends_it_on_request(tmp_path: Path) -> None:
    with serving("--authorizers", project(tmp_path), "--until-stdin-closes") as served:
        assert client(served).list_authorizers()["authorizers"]
        stdin = served.process.stdin
        assert stdin is not None
        assert descendants(served.process.pid) == []
        stdin.write("Nothing\nSens")
        stdin.flush()
        stdin.write("or\n")
        stdin.flush()
        wait_until(lambda: len(descendants(served.process.pid)) == 2)
        stdin.close()
        assert served.process.wait(20) == 0


def test_an_invalid_file_stops_the_process_in_one_line(tmp_path: Path) -> None:
    path = project(tmp_path, runtime="cobol")
    done = subprocess.run(command("--authorizers", path), capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stdout) == (252, "")
    assert done.stderr.startswith(f"authlens: error: {path}, line 6, column ")
    assert done.stderr.count("\n") == 1


@linux
def test_a_function_killed_during_a_call_fails_and_the_next_call_works(tmp_path: Path) -> None:
    marker = tmp_path / "functions" / "started"
    with serving("--authorizers", project(tmp_path)) as served, ThreadPoolExecutor(1) as aside:
        iot = client(served)
        call = aside.submit(iot.test_invoke_authorizer, authorizerName="Sensor", mqttContext={"clientId": "hang"})
        while not marker.exists():
            assert not call.done()
        os.kill(int(marker.read_text()), signal.SIGKILL)
        with pytest.raises(ClientError) as raised:
            call.result(10)
        answer = iot.test_invoke_authorizer(authorizerName="Sensor", mqttContext={})

    assert raised.value.response["Error"]["Code"] == "InvalidResponseException"
    assert re.fullmatch(
        "Lambda function encountered error in execution: "
        "RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed: Runtime.ExitError",
        raised.value.response["Error"]["Message"],
    )
    assert answer["isAuthenticated"] is True


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, errors = refused_start("--authorizers", project(tmp_path), "--port", str(port))

    assert code == 255
    assert f"port {port} of 127.0.0.1 is already in use" in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "--allow-host NAME"),
        (["--host", "::"], "--allow-host NAME"),
        (["--host", "192.168.1.1"], "--allow-host NAME"),
        (["--port", "65536"], "'65536' is not a port"),
        (["--port", "-1"], "'-1' is not a port"),
        (["--port", "x"], "'x' is not a port"),
        (["--allow-host", "http://box:80"], "give the name only"),
        (["--template", "t.yaml"], "not allowed with"),
        (["--auth", "x"], "unrecognized arguments"),
    ],
    ids=[
        "any address",
        "any IPv6 address",
        "another address",
        "port too large",
        "negative",
        "no number",
        "host",
        "both",
        "prefix",
    ],
)
def test_usage(tmp_path: Path, arguments: list[str], words: str) -> None:
    code, errors = refused_start("--authorizers", project(tmp_path), *arguments)

    assert code == 252
    assert words in errors


def test_a_file_is_needed() -> None:
    code, errors = refused_start()

    assert code == 252
    assert "--authorizers" in errors
    assert "--template" in errors


def test_another_host_is_served_under_its_allowed_name(tmp_path: Path) -> None:
    with serving("--authorizers", project(tmp_path), "--host", "0.0.0.0", "--allow-host", "box.example") as served:
        assert served.url == f"http://box.example:{served.port}"
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            connection.sendall(b"GET /authorizers/ HTTP/1.1\r\nHost: box.example\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"handler": "[1]"}, 5),
        ({"runtime": "cobol"}, 6),
        ({"status": "MAYBE"}, 7),
        ({"unknown": "1"}, 7),
        ({"codeUri": "nowhere"}, 4),
    ],
    ids=["type", "runtime", "status", "key", "folder"],
)
def test_an_invalid_file_stops_the_start_with_its_position(tmp_path: Path, settings: dict[str, str], line: int) -> None:
    path = project(tmp_path, **settings)
    code, errors = refused_start("--authorizers", path)

    assert code == 252
    assert f"{path}, line {line}, column " in errors


def test_a_missing_file(tmp_path: Path) -> None:
    code, errors = refused_start("--authorizers", tmp_path / "nowhere.yaml")

    assert code == 252
    assert "nowhere.yaml" in errors


def test_what_the_functions_print_is_shown_on_request(tmp_path: Path) -> None:
    with serving("--authorizers", project(tmp_path), "--show-output") as served:
        (tmp_path / "functions" / "app.py").write_text(
            "def handler(event, context):\n    print('one\\x1b[31m')\n    raise ValueError('it broke')\n"
        )
        with pytest.raises(ClientError, match=r"error in execution: it broke: ValueError$"):
            client(served).test_invoke_authorizer(authorizerName="Sensor", mqttContext={})
        answer = client(served, "lambda").invoke(FunctionName="Sensor", LogType="Tail")
        _, errors = served.end(signal.SIGTERM)

    assert answer["FunctionError"] == "Unhandled"
    assert b"it broke" in answer["Payload"].read()
    assert "\nSensor | one␛[31m\n" in errors
    assert "\nSensor | [ERROR] ValueError: it broke" in errors


def test_a_name_from_outside_cannot_forge_a_line() -> None:
    stream = StringIO()
    log = RequestLog(stream)
    log.line("DescribeAuthorizer a\n12:00:00 forged\x1b[2J 400")
    log.close()

    assert stream.getvalue() == "DescribeAuthorizer a␊12:00:00 forged␛[2J 400\n"


@linux
def test_a_log_that_nobody_reads_blocks_no_call(tmp_path: Path) -> None:
    with serving("--authorizers", project(tmp_path)) as served:
        assert served.process.stderr is not None
        fcntl.fcntl(served.process.stderr, fcntl.F_SETPIPE_SZ, 4096)
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        for _ in range(150):
            connection.request("GET", "/" + "x" * 80)
            assert connection.getresponse().read()
        code, errors = served.end(signal.SIGTERM)

    assert code == 0
    assert errors.count("UnknownOperationException") > 30


def test_a_file_of_variables_is_read_again(tmp_path: Path) -> None:
    values = tmp_path / "values.env"
    sam_python(tmp_path)
    values.write_text("SAYS=one\n")
    parser = Parser(prog="authlens serve")
    serve.declare(parser)
    arguments = parser.parse_args(["--template", str(tmp_path / "template.yaml"), "--env-file", str(values)])
    before = serve.read_again(arguments, build_services())
    values.write_text("SAYS=another\n")
    after = serve.read_again(arguments, build_services())
    assert [each.functions[0].environment["SAYS"] for each in (before, after)] == ["one", "another"]
    assert values in before.files
    values.write_text("no variable\n")
    with pytest.raises(DefinitionError, match=r"values\.env: --env-file cannot be read: line 1 is not NAME") as caught:
        serve.read_again(arguments, build_services())
    assert values in caught.value.files
