"""Writes values as YAML that reads well in a diff and that every YAML reader reads back exactly.

The rule: only PyYAML's pure Python emitter, and quotes wherever some YAML reader would read anything but that text
(YAML 1.1's `no` and `1_000`, YAML 1.2's `1e3` and `0o17`, the line breaks U+0085, U+2028 and U+2029).
"""

from __future__ import annotations

import re
import sys
from typing import Any

import yaml

_NUMBER_OF_YAML_1_2 = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")
_ENDS_EMPTY = re.compile(r"(?:\A|\n)\n\Z")
"""As a literal block, the text would take in the blank lines that follow it."""
_NEEDS_ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff\U0010ffff]")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """Quotes where needed, a literal block for several lines; `None` leaves the choice to the emitter."""
    if needs_escapes(text) or _ENDS_EMPTY.search(text):
        return '"'
    if "\n" in text:
        return "|"
    return "'" if _NUMBER_OF_YAML_1_2.fullmatch(text) else None


_Dumper.add_representer(str, _represent_text)


def needs_escapes(text: str) -> bool:
    """Whether the text can only be written in double quotes with escapes."""
    return _NEEDS_ESCAPES.search(text) is not None


def dump(value: Any) -> str:
    """Dicts, lists and scalars as block YAML, with keys in order. Strings are never folded."""
    return yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=sys.maxsize
    )
