from __future__ import annotations

import pytest

from authlens.core.contract.answer import FunctionAnswer
from authlens.core.pasted.function_log import raised_in_log

TRACE = 'Traceback (most recent call last):\n  File "/var/task/lambda_function.py", line 5, in lambda_handler\n'
NODE = '{"errorType":"%s","errorMessage":"%s","stack":["x"]}'


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (f"[ERROR] KeyError: 'protocolData'\n{TRACE}", "KeyError", "'protocolData'"),
        (f"2026-11-29T08:00:00Z [ERROR] a.b.MyError: x: y \n{TRACE}END RequestId: 1", "a.b.MyError", "x: y"),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'f': No module named 'jwt'\nTraceback",
            "Runtime.ImportModuleError",
            "Unable to import module 'f': No module named 'jwt'",
        ),
        (f"[ERROR] A: 1\n{TRACE}[ERROR] B: 2\n", "B", "2"),
        ("2026\t1b\tERROR\tInvoke Error \t" + NODE % ("TypeError", "boom"), "TypeError", "boom"),
        ("2026\tundefined\tERROR\tUncaught Exception \t" + NODE % ("Runtime.X", "no"), "Runtime.X", "no"),
        ("x ERROR Unhandled Promise Rejection  " + NODE % ("A", "b") + "\nEND", "A", "b"),
        ("ERROR Invoke Error " + NODE % ("A", "1") + "\nERROR Invoke Error " + NODE % ("B", "2"), "B", "2"),
        ("ERROR Invoke Error " + NODE % ("A", "1") + "\nERROR Invoke Error {", "A", "1"),
        ("REPORT RequestId: 1 Duration: 1 ms Status: error Error Type: Runtime.OutOfMemory", "Runtime.OutOfMemory", ""),
    ],
)
def test_the_last_error_that_lambda_logged_is_found(text: str, error: str, message: str) -> None:
    assert raised_in_log(text) == FunctionAnswer(error_type=error, error_message=message)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[ERROR] KeyError: 'x'",
        f"KeyError: 'x'\n{TRACE}",
        '[ERROR] KeyError: x\n  File "/home/me/app.py", line 1',
        "ERROR Invoke Error nothing",
        'ERROR Invoke Error {"errorType": 7, "errorMessage": "m"}',
        'ERROR Invoke Error {"errorType": "A"}',
        "ERROR Something " + NODE % ("A", "b"),
    ],
)
def test_other_programs_errors_are_not_the_functions(text: str) -> None:
    assert raised_in_log(text) is None


def test_the_end_of_a_long_log_is_searched() -> None:
    logged = "ERROR Invoke Error " + NODE % ("A", "b") + "\n"
    for after, found in ((32_768 - len(logged), True), (32_768, False)):
        assert (raised_in_log(logged + " " * after) is not None) is found
    assert raised_in_log(logged + "ERROR Invoke Error {\n" * 19) is not None
    assert raised_in_log(logged + "ERROR Invoke Error {\n" * 20) is None
