"""What a decision depends on that is known only once a connection is made: context keys without a value here.

`decide` counts such a key as absent. This says when another value could lead to another decision, so that nothing is
concluded from the absence. It may name a key that happens not to matter, but never leaves one out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlens.core.policy.context_keys import kind_of_key, needs_certificate
from authlens.core.policy.document import Condition, Document, Statement
from authlens.core.policy.matching import Asking, matching_action, resource_matches
from authlens.core.policy.variables import Context, Template


def is_open(key: str, context: Context, has_certificate: bool) -> bool:
    """Whether a connection may have a value for a key that has none here."""
    if context.get(key) is not None:
        return False
    if needs_certificate(key):
        return has_certificate
    return kind_of_key(key) is not None or key.casefold().startswith("aws:")


def depends_on(documents: Sequence[Document], asking: Asking, has_certificate: bool) -> tuple[str, ...]:
    """The open keys that decide whether the action is allowed; empty if it is, or is not, whatever their values."""
    statements = [
        (statement, keys)
        for document in documents
        for statement in document.statements
        if (keys := _keys_of(statement, asking, has_certificate)) is not None
    ]
    allows, denies = ([keys for one, keys in statements if one.effect == effect] for effect in ("Allow", "Deny"))
    if not allows or not all(denies):
        return ()
    return tuple(dict.fromkeys(key for keys in (allows if all(allows) else []) + denies for key in keys))


def _keys_of(statement: Statement, asking: Asking, has_certificate: bool) -> tuple[str, ...] | None:
    """The open keys that decide whether the statement applies; `None` if it does not, whatever their values."""
    if statement.faults or (matching_action(statement, asking.lower_action) is None) != statement.not_action:
        return None
    resource = _keys_of_resource(statement, asking, has_certificate)
    if resource is None:
        return None
    found = [*resource]
    for condition in statement.conditions:
        keys = tuple(open_keys(condition, asking.context, has_certificate))
        operator = condition.operator
        values = asking.context.get(condition.key)
        if operator is None or (not keys and not operator.holds(condition.templates, values, asking.context)):
            return None
        found += keys
    return tuple(found)


def _keys_of_resource(statement: Statement, asking: Asking, has_certificate: bool) -> tuple[str, ...] | None:
    """As `_keys_of`, for `Resource` or `NotResource` alone."""
    found: list[str] = []
    for element in statement.resources:
        keys = tuple(_open_variables(element.template, asking.context, has_certificate))
        if not keys and resource_matches(element, asking):
            return None if statement.not_resource else ()
        if keys and element.template.loosened().matches(asking.resource.against(element.prefix)):
            found += keys
    return tuple(found) if found or statement.not_resource else None


def open_keys(condition: Condition, context: Context, has_certificate: bool) -> Iterator[str]:
    """The keys without which a condition cannot be evaluated: its own, and the variables in its values."""
    if is_open(condition.key, context, has_certificate):
        yield condition.key
    for template in condition.templates:
        yield from _open_variables(template, context, has_certificate)


def _open_variables(template: Template, context: Context, has_certificate: bool) -> Iterator[str]:
    for variable in template.variables:
        if not variable.is_plain and is_open(variable.name, context, has_certificate):
            yield variable.name
