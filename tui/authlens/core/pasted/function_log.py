"""Finds what a function raised in the lines that Lambda wrote to its log.

The rule: only Lambda's own forms count, so that an error from another program's log is not taken for the function's.
"""

from __future__ import annotations

import json
import re

from authlens.core.contract.answer import FunctionAnswer

_LONGEST = 32_768
"""Characters at the end of the text that are searched."""
_TRIES = 20
_PYTHON = re.compile(r"\[ERROR\] (?P<type>[A-Za-z_][\w.]{0,100}): (?P<message>[^\n]{0,2000})")
_OF_LAMBDA = re.compile(r'File "/(?:var/task|opt|var/runtime|var/lang)/|\[ERROR\] Runtime\.')
_REPORT = re.compile(r"REPORT RequestId: [^\n]{0,400}?Error Type: (?P<type>Runtime\.\w{1,60})")
_NODE = re.compile(r"ERROR\s+(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\s+(?=\{)")


def raised_in_log(text: str) -> FunctionAnswer | None:
    """The last error that the function raised; `None` if Lambda logged none."""
    text = text[-_LONGEST:]
    for found in tuple(_NODE.finditer(text))[: -_TRIES - 1 : -1]:
        answer = _of_node(text[found.end() :])
        if answer is not None:
            return answer
    lines = tuple(_PYTHON.finditer(text)) if _OF_LAMBDA.search(text) is not None else ()
    if lines:
        return FunctionAnswer(error_type=lines[-1]["type"], error_message=lines[-1]["message"].rstrip())
    ended = _REPORT.search(text)
    return FunctionAnswer(error_type=ended["type"], error_message="") if ended is not None else None


def _of_node(text: str) -> FunctionAnswer | None:
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    error, message = value.get("errorType"), value.get("errorMessage")
    if not isinstance(error, str) or not isinstance(message, str):
        return None
    return FunctionAnswer(error_type=error, error_message=message)
