"""The values of a function's entry in an authorizers.yaml, checked against Lambda's limits."""

from __future__ import annotations

import os
import re

from authlens.core.text.yaml_reader import YamlNode
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.function_checks import unfit_at

MAXIMUM_TIMEOUT = 900
MEMORY_SIZES = (128, 10240)
"""Lambda's limits."""


def function_name_of(node: YamlNode) -> str:
    if not re.fullmatch("[a-zA-Z0-9_-]{1,64}", node.string()):
        raise node.error("functionName must be 1 to 64 letters, digits, - and _")
    return node.string()


def environment_of(node: YamlNode) -> dict[str, str]:
    return {name: _variable(name, value) for name, value in node.mapping().items()}


def _variable(name: str, node: YamlNode) -> str:
    with unfit_at(node.key or node):
        return function_checks.checked_variable(name, function_checks.filled(node.string(), os.environ))


def timeout_of(node: YamlNode) -> float:
    seconds = node.number()
    if not 0 < seconds <= MAXIMUM_TIMEOUT:
        raise node.error(f"timeout must be seconds, more than 0 and at most {MAXIMUM_TIMEOUT}")
    return seconds


def memory_size_of(node: YamlNode) -> int:
    size, (least, most) = node.integer(), MEMORY_SIZES
    if not least <= size <= most:
        raise node.error(f"memorySize must be {least} to {most} (MiB)")
    return size
