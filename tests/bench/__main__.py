"""Runs every module of this folder that has `rows()`, prints the table, and fails where a bar is missed."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]
# An installed program has its bytecode; without it every start would measure the compiler.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def main() -> int:
    wanted = sys.argv[1:]
    missed = 0
    for module in sorted(pkgutil.iter_modules([str(HERE)]), key=lambda found: found.name):
        if module.name in ("__main__", "row") or (wanted and module.name not in wanted):
            continue
        sys.stdout.write(f"{module.name}\n")
        for row in importlib.import_module(f"bench.{module.name}").rows():
            sys.stdout.write(f"  {row}\n")
            sys.stdout.flush()
            missed += not row.holds
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
