"""`PYTHONPATH=tests python -m mutation`: how many random faults in `core` the tests find. Part of `make slow`.

Each fault runs in a process of its own against the tests of its module, then those of its room, then those elsewhere in
tests/core that name the module. A fault that makes the tests run out of time counts as found.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import compileall
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path
from types import ModuleType

from mutation.mutants import Mutant, mutants, mutated

ROOT = Path(__file__).parents[2]
CORE = ROOT / "tui" / "authlens" / "core"
MOST_SURVIVE = 0.05
MOST_SURVIVE_OF_ONE = 0.10
FEW = 20
"""Modules of which fewer mutants were drawn are not judged alone."""
SECONDS = 60
"""CPU time of one fault."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=600, help="mutants to draw (600)")
    parser.add_argument("--seed", type=int, default=12, help="of the draw (12)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once (one per processor)")
    parser.add_argument("modules", nargs="*", metavar="PATH", help="files or folders of core (all)")
    arguments = parser.parse_args()
    paths = [path for given in arguments.modules or [str(CORE)] for path in _modules(Path(given).resolve())]
    found = [mutant for path in paths for mutant in mutants(path)]
    drawn = random.Random(arguments.seed).sample(found, min(arguments.count, len(found)))
    _warm_up()
    survivors: dict[Path, list[Mutant]] = defaultdict(list)
    drawn_of: dict[Path, int] = defaultdict(int)
    ordered = sorted(drawn, key=lambda one: (str(one.path), one.index))
    with ProcessPoolExecutor(arguments.jobs, multiprocessing.get_context("fork")) as pool:
        judged = zip(ordered, pool.map(_survives, ordered), strict=True)
        for path, of_module in groupby(judged, lambda one: one[0].path):
            for mutant, survives in of_module:
                drawn_of[path] += 1
                if survives:
                    survivors[path].append(mutant)
                    _say(f"survives: {path.relative_to(ROOT)}:{mutant.line}: {mutant.what}")
            # Where all are found, the tests must have found the faults and nothing else.
            if not survivors[path] and not _passes(None, _test_files(path)[0]):
                _say(f"the tests fail without a fault: {path}")
                return 2
    return _report(drawn_of, survivors)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _modules(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(each for each in path.rglob("*.py") if each.name != "__init__.py")


def _warm_up() -> None:
    """Import what every test needs once, and nothing of authlens; compile the rest once."""
    from hypothesis import Phase, settings

    for name in ("pytest_asyncio", "pytest_timeout", "yaml"):
        importlib.import_module(name)

    sys.dont_write_bytecode = True
    sys.path.insert(0, str(ROOT / "tests"))
    bytecode = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, bytecode)
    sys.pycache_prefix = bytecode
    for folder in (ROOT / "tui" / "authlens", ROOT / "tests" / "core", ROOT / "tests" / "support"):
        compileall.compile_dir(folder, quiet=2)
    # A counterexample is enough; making it small takes most of the time.
    settings.register_profile("mutation", max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])


def _survives(mutant: Mutant) -> bool:
    return all(_passes(mutant, tests) for tests in _test_files(mutant.path) if tests)


def _test_files(path: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """Its own tests, those of its room, and those of all rooms and those that name it; the likeliest first."""
    room = ROOT / "tests" / "core" / path.parent.relative_to(CORE)
    own = room / f"test_{path.name}"
    own_files = [own] if own.is_file() else []
    others = [each for each in sorted(room.rglob("test_*.py")) if each != own]
    name = ".".join(path.relative_to(ROOT / "tui").with_suffix("").parts)
    parent, _, leaf = name.rpartition(".")
    naming = [
        each
        for each in sorted((ROOT / "tests" / "core").rglob("test_*.py"))
        if each not in others
        and each != own
        and (
            each.parent == ROOT / "tests" / "core"
            or name in (text := each.read_text())
            or f"from {parent} import {leaf}" in text
        )
    ]
    return own_files, others, naming


def _passes(mutant: Mutant | None, tests: Sequence[Path]) -> bool:
    """Whether the tests find nothing, in a new process; `None` puts no fault in."""
    if not tests:
        return True
    child = os.fork()
    if child == 0:
        os._exit(_run(mutant, tests))
    _, status = os.waitpid(child, 0)
    return status == 0


def _run(mutant: Mutant | None, tests: Sequence[Path]) -> int:
    import pytest

    # Rewritten assertions would put pytest's own loader before ours. CPU time alone is limited: on a busy machine a
    # limit of the clock finds faults that are not there.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    if mutant:
        sys.meta_path.insert(0, _Finder(mutant))
    os.chdir(ROOT)
    return int(
        pytest.main(
            [
                "-x",
                "-q",
                "-m",
                "not slow",
                "-p",
                "no:xdist",
                "--assert=plain",
                "--timeout=0",
                "--hypothesis-profile=mutation",
                *map(str, tests),
            ]
        )
    )


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutated module in place of the one on disk."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = ".".join(mutant.path.relative_to(ROOT / "tui").with_suffix("").parts)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._mutant.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        tree: ast.Module = mutated(self._mutant)
        exec(compile(tree, str(self._mutant.path), "exec"), module.__dict__)


def _report(drawn: dict[Path, int], survivors: dict[Path, list[Mutant]]) -> int:
    total, alive = sum(drawn.values()), sum(map(len, survivors.values()))
    _say(f"{alive} of {total} survive ({alive / max(total, 1):.1%}; at most {MOST_SURVIVE:.0%})")
    bad = alive > MOST_SURVIVE * total
    for path, count in sorted(drawn.items(), key=lambda one: -len(survivors[one[0]])):
        of_one = len(survivors[path])
        if count >= FEW and of_one > MOST_SURVIVE_OF_ONE * count:
            bad = True
        if of_one:
            _say(f"  {path.relative_to(CORE)}: {of_one} of {count}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
