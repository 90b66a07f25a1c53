"""The faults that are put into `core`: each is one change, and leaves texts and declarations alone."""

from __future__ import annotations

import ast
from pathlib import Path

from mutation.mutants import mutants, mutated

TEXT = '''
"""A docstring with 1 number."""
from dataclasses import field
if TYPE_CHECKING:
    import x
@decorated(7)
def f(a: int | None = 3, b=field(repr=False)) -> "8":
    """Another, with 2."""
    for each in a:
        if not each or -a[0] < 4:
            return [one for one in a if one is None]
    try:
        return True if a + b else "5"
    except ValueError:
        raise
'''

WHAT = [
    "loop never runs",
    "condition negated",
    "or → and",
    "not x → x",
    "Lt → LtE",
    "-x → x",
    "0 → 1",
    "4 → 5",
    "filter negated",
    "Is → IsNot",
    "condition negated",
    "Add → Sub",
    "True → False",
    "exception not caught",
    "3 → 4",
]


def test_every_fault_is_one_change(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(TEXT)
    found = mutants(path)
    assert sorted(one.what for one in found) == sorted(WHAT)
    before = ast.unparse(ast.parse(TEXT))
    after = [ast.unparse(mutated(one)) for one in found]
    assert len(set(after)) == len(after)
    for text in after:
        differing = [pair for pair in zip(before.splitlines(), text.splitlines(), strict=True) if pair[0] != pair[1]]
        assert len(differing) == 1
