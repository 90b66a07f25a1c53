"""The line of a function's own code in the stack traces of both runtimes."""

from __future__ import annotations

import pytest

from authlens.core.invocation.failing_line import failing_line, failing_place

PYTHON = """\
looking for the name
[ERROR] KeyError: 'mqtt'
Traceback (most recent call last):
  File "/opt/authlens/endpoint/runtime/bootstrap.py", line 90, in main
  File "/src/code/app.py", line 10, in handler
    return device(event)
  File "/src/code/lib.py", line 14, in device
    return json.loads(event["protocolData"]["mqtt"])
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
"""
NODE = """\
2026-11-29T00:00:00.000Z\tid\tERROR\tInvoke Error\t{"errorType":"TypeError"}
TypeError: Cannot read properties of undefined (reading 'mqtt')
    at read (/src/code/node_modules/x/index.js:1:2)
    at device (file:///src/code/lib.mjs:7:30)
    at handler (/src/code/app.mjs:3:5)
    at Runtime.handleOnce (/opt/runtime/bootstrap.mjs:50:1)
"""


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (PYTHON, "lib.py, line 14"),
        (NODE, "lib.mjs, line 7"),
        ("    at async file:///src/app.mjs:9:1\n", ""),
        ("    at /src/app.mjs:9:1\n", "app.mjs, line 9"),
        (f"Error: caught\n    at first (/src/code/first.js:1:1)\n{NODE}", "lib.mjs, line 7"),
        (f"{NODE}  [cause]: Error: why\n    at deep (/src/code/deep.js:1:1)\n", "lib.mjs, line 7"),
        ("no trace", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_innermost_line_of_its_own(log: str | None, line: str) -> None:
    assert failing_line(log) == line


@pytest.mark.parametrize(("length", "line"), [(64 * 1024, "app.py, line 7"), (64 * 1024 + 1, "")])
def test_the_end_of_a_long_log_is_read(length: int, line: str) -> None:
    trace = 'File "/src/app.py", line 7\n'
    assert failing_line(trace + "x" * (length - len(trace))) == line


def test_a_python_trace_comes_before_one_of_node() -> None:
    assert failing_line(NODE + PYTHON) == failing_line(PYTHON + NODE) == "lib.py, line 14"


def test_the_place_is_a_file_and_a_number() -> None:
    assert failing_place(PYTHON) == ("lib.py", 14)
    assert failing_place("no trace") is None
