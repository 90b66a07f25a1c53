"""Whether one statement applies wherever another does. A yes is always right; some cases are missed."""

from __future__ import annotations

from authlens.core.policy.document import ActionElement, Statement
from authlens.core.policy.wildcards import covers, symbols


def is_plain(statement: Statement) -> bool:
    """Whether the statement lists what it applies to; statements with NotAction or NotResource are not compared."""
    return not (statement.faults or statement.not_action or statement.not_resource)


def includes(wide: Statement, narrow: Statement) -> bool:
    """Whether `wide` applies wherever `narrow` does; both must be plain statements.

    Comparing their patterns counts towards `bounded_work`, so it comes first.
    """
    return (
        all(any(_action_covers(a, b) for a in wide.actions) for b in narrow.actions)
        and all(any(covers(a.template.symbols, b.template.symbols) for a in wide.resources) for b in narrow.resources)
        and (not wide.conditions or _condition_key(wide) == _condition_key(narrow))
    )


def applies_always(statement: Statement) -> bool:
    """Whether the statement applies to every action on every resource."""
    return (
        is_plain(statement)
        and not statement.conditions
        and any(element.text in ("*", "iot:*") for element in statement.actions)
        and any(element.text == "*" for element in statement.resources)
    )


def _condition_key(statement: Statement) -> list[tuple[str, str, list[str]]]:
    return sorted(
        (one.operator_name, one.key, sorted(value.text for value in one.values)) for one in statement.conditions
    )


def _action_covers(wide: ActionElement, narrow: ActionElement) -> bool:
    return covers(symbols(wide.text.lower()), symbols(narrow.text.lower()))
