"""The options of each way of `run`, as one frozen value. An option without a field in that value is refused."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import field, fields, is_dataclass
from typing import Any, Literal, TypeVar

from authlens.cli.console.diagnostics import CommandError
from authlens.frozen import dataclass

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which saved requests."""

    paths: Sequence[str] = ()
    filter: str = ""
    tag: Sequence[str] = ()
    """One of these tags is required; empty means any."""
    skip_tag: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reporting:
    """How results are written."""

    output: Literal["text", "json"] = "text"
    junit: str | None = None
    github: bool = False


@dataclass(frozen=True, slots=True)
class SuiteOptions:
    """`run PATH…`"""

    selection: Selection = field(default_factory=Selection)
    reporting: Reporting = field(default_factory=Reporting)
    environment: str | None = None
    serve: str | None = None
    concurrency: int | None = None
    no_history: bool = False
    repeat: int = 1
    fail_fast: bool = False
    trust: bool = False


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """`run [PATH…] --history QUERY`"""

    history: str
    selection: Selection = field(default_factory=Selection)
    reporting: Reporting = field(default_factory=Reporting)
    allow: Sequence[str] = ()
    deny: Sequence[str] = ()
    fail_fast: bool = False


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """`run --replay ID…`"""

    replay: Sequence[int]
    reporting: Reporting = field(default_factory=Reporting)
    serve: str | None = None
    concurrency: int | None = None
    no_history: bool = False
    fail_fast: bool = False
    trust: bool = False


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """`run PATH… --target KEY=VALUE,…`"""

    target: Sequence[str]
    selection: Selection = field(default_factory=Selection)
    reporting: Reporting = field(default_factory=Reporting)
    environment: str | None = None
    concurrency: int | None = None
    no_history: bool = False
    trust: bool = False


@dataclass(frozen=True, slots=True)
class ViaOptions:
    """`run PATH… --via WAY,…`"""

    via: str
    selection: Selection = field(default_factory=Selection)
    reporting: Reporting = field(default_factory=Reporting)
    environment: str | None = None
    serve: str | None = None
    """The file of the local function."""
    qualifier: str | None = None
    publish: Sequence[str] = ()
    subscribe: Sequence[str] = ()
    endpoint: str | None = None
    server_name: str | None = None
    ca_file: str | None = None
    no_history: bool = False
    trust: bool = False


@dataclass(frozen=True, slots=True)
class NegativeOptions:
    """`run PATH… --negative DIR`"""

    negative: str
    selection: Selection = field(default_factory=Selection)
    trust: bool = False


def read_options(kind: type[Options], arguments: argparse.Namespace, way: str) -> Options:
    """The value of `kind`; `arguments` has only what was given. Raises CommandError."""
    given = dict(vars(arguments))
    value = _value(kind, given)
    for name in given:
        raise CommandError(f"{_written(name)} has no effect with {way}; omit it")
    return value


def _value(kind: type[Options], given: dict[str, Any]) -> Options:
    """Removes from `given` what the fields name."""
    assert is_dataclass(kind)
    values: dict[str, Any] = {}
    for each in fields(kind):
        group: Any = each.default_factory
        if isinstance(group, type) and is_dataclass(group):
            values[each.name] = _value(group, given)
        elif each.name in given:
            values[each.name] = given.pop(each.name)
    made: Options = kind(**values)
    return made


def _written(name: str) -> str:
    return "PATH" if name == "paths" else "--" + name.replace("_", "-")
