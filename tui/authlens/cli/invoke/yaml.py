"""YAML as the AWS CLI v2 prints it: block style, sorted keys, folded at 80 columns, quoted as YAML 1.2 needs it."""

from __future__ import annotations

import json
import re
from functools import cache
from math import isfinite
from typing import Any

_RESOLVED = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    (
        "float",
        r"[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
        r"|[-+]?\.[0-9_]+([eE][-+][0-9]+)?"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("int", r"[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+", "-+0123456789"),
)
"""What YAML 1.2 reads as something other than text unless quoted; PyYAML follows 1.1."""


def dump(value: Any) -> str:
    """The value with its newline. A bare scalar is written as JSON, as the AWS CLI does."""
    if isinstance(value, (list, dict)):
        import yaml

        text: str = yaml.dump(value, Dumper=_dumper(), default_flow_style=False, allow_unicode=True)
        return text
    return json.dumps(value, ensure_ascii=False) + "\n"


@cache
def _dumper() -> Any:
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the C implementation may be missing
        pass

    def float_as_it_is(dumper: Any, value: float) -> Any:
        if not isfinite(value):
            return yaml.SafeDumper.represent_float(dumper, value)
        return dumper.represent_scalar("tag:yaml.org,2002:float", repr(value))

    Dumper.add_representer(float, float_as_it_is)
    return resolve_as_yaml_1_2(Dumper)


def resolve_as_yaml_1_2(kind: Any) -> Any:
    """Give a loader or dumper of PyYAML the plain scalars of YAML 1.2."""
    replaced = {f"tag:yaml.org,2002:{name}" for name, _, _ in _RESOLVED}
    kind.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in replaced]
        for first, resolvers in kind.yaml_implicit_resolvers.items()
    }
    for name, pattern, first in _RESOLVED:
        kind.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"(?:{pattern})\\Z"), list(first))
    return kind
