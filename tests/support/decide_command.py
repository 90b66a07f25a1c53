"""`authlens decide`, run inside the test process, with its output."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

from authlens.__main__ import build_services
from authlens.cli.console.output import Output
from authlens.cli.console.parser import Parser
from authlens.cli.decide import command as decide


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def run(*arguments: str | Path, stdin: str = "") -> Ran:
    parser = Parser(prog="authlens decide")
    decide.declare(parser)
    out, err = io.StringIO(), io.StringIO()
    services = replace(build_services(), stdin=io.StringIO(stdin), output=Output(out), stderr=err)
    code = decide.run(parser.parse_args(list(map(str, arguments))), services)
    return Ran(code, out.getvalue(), err.getvalue())
