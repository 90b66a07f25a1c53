"""The faults: one change of an operator, a number, a truth value or a statement, each made in a module's syntax tree.

Left alone are texts, annotations, decorators and `field(…)`, where a change says nothing of the logic.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Change = Callable[[], None]
_Node = TypeVar("_Node", bound=ast.AST)

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    path: Path
    index: int
    """Among the mutants of its module."""
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def mutants(path: Path) -> list[Mutant]:
    tree = ast.parse(path.read_text())
    return [Mutant(path, index, line, what) for index, (line, what, _) in enumerate(_sites(tree))]


def mutated(mutant: Mutant) -> ast.Module:
    """The module with this one change."""
    tree = ast.parse(mutant.path.read_text())
    for index, (_, _, change) in enumerate(list(_sites(tree))):
        if index == mutant.index:
            change()
    return ast.fix_missing_locations(tree)


def _sites(tree: ast.Module) -> Iterator[tuple[int, str, Change]]:
    for node in _logic(tree):
        for what, change in _changes(node):
            yield getattr(node, "lineno", 0), what, change


def _logic(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that decide something, in the order of the text."""
    yield node
    for child in _children(node):
        yield from _logic(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield child


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("field", "lru_cache")


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    yield from _changed_operators(node)
    yield from _changed_values(node)
    yield from _changed_flow(node)


def _changed_operators(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                other = _COMPARISONS[type(operator)]
                yield f"{_name(operator)} → {other.__name__}", _set(node.ops, at, other())
        case ast.BoolOp(op=ast.And()):
            yield "and → or", _assign(node, "op", ast.Or())
        case ast.BoolOp():
            yield "or → and", _assign(node, "op", ast.And())
        case ast.UnaryOp(op=ast.Not()):
            yield "not x → x", _negation_dropped(node)
        case ast.BinOp() if type(node.op) in _OPERATORS and not _is_type_union(node):
            other_operator = _OPERATORS[type(node.op)]
            yield f"{_name(node.op)} → {other_operator.__name__}", _assign(node, "op", other_operator())


def _changed_values(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.UnaryOp(op=ast.USub()):
            yield "-x → x", _assign(node, "op", ast.UAdd())
        case ast.Constant(value=bool() as truth):
            yield f"{truth} → {not truth}", _assign(node, "value", not truth)
        case ast.Constant(value=int() as number):
            yield f"{number} → {number + 1}", _assign(node, "value", number + 1)


def _changed_flow(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition negated", _assign(node, "test", ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension(ifs=[first, *_]):
            yield "filter negated", _set(node.ifs, 0, ast.UnaryOp(ast.Not(), first))
        case ast.For():
            yield "loop never runs", _assign(node, "iter", ast.List([], ast.Load()))
        case ast.ExceptHandler(type=ast.expr()):
            yield "exception not caught", _assign(node, "type", ast.Tuple([], ast.Load()))


def _negation_dropped(node: ast.UnaryOp) -> Change:
    """`not x` becomes `not not x`."""
    return _assign(node, "operand", ast.UnaryOp(ast.Not(), node.operand))


def _is_type_union(node: ast.BinOp) -> bool:
    """Whether it is `A | None`, or a union of sets or flags that a test of types reads as one."""
    return isinstance(node.op, ast.BitOr) and any(
        isinstance(side, ast.Constant) and side.value is None for side in (node.left, node.right)
    )


def _name(operator: ast.AST) -> str:
    return type(operator).__name__


def _assign(node: ast.AST, name: str, value: object) -> Change:
    return lambda: setattr(node, name, value)


def _set(items: list[_Node], at: int, value: _Node) -> Change:
    return lambda: items.__setitem__(at, value)
