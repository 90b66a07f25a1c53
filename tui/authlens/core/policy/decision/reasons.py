"""The reasons for a decision: sentences about the statements that decided, and every variable with its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from authlens.core.policy import arn
from authlens.core.policy.document import Document, Statement
from authlens.core.policy.matching import Asking, Deciding, DecisionWord, matches, matching_action
from authlens.core.policy.variables import Template
from authlens.core.text.clip import clip
from authlens.core.text.json_reader import Span
from authlens.frozen import dataclass

NEEDS = {
    "iot:publish": "iot:Connect",
    "iot:subscribe": "iot:Connect",
    "iot:retainpublish": "iot:Publish",
}
"""Actions that do not work without another (AWS's actions page); publishing over HTTPS needs no iot:Connect."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """One occurrence of a variable."""

    document: int
    statement: int
    span: Span
    """The string that contains it."""
    variable: str
    """As written, `${iot:ClientId}`."""
    value: str | None
    """`None` if it has no value and stays as text."""
    written: str
    becomes: str
    """The whole string, and the result of substituting all its variables."""
    is_absent: bool
    """Whether it has no value because the connection has no such key."""


def reasons(
    word: DecisionWord, deciding: Sequence[Deciding], asking: Asking, documents: Sequence[Document]
) -> tuple[str, ...]:
    return tuple(map(clip, _REASONS[word](deciding, asking, documents)))


def place(document: int, statement: Statement) -> str:
    """The location of a statement, for use in a sentence."""
    first, last = statement.lines
    lines = f"line {first}" if first == last else f"lines {first}-{last}"
    return f"document {document + 1}, statement {statement.index + 1} ({lines})"


def is_allowed(action: str, resource: arn.Asked, asking: Asking, documents: Sequence[Document]) -> bool:
    """Whether the same connection is allowed another action."""
    other = replace(asking, action=action, lower_action=action.lower(), resource=resource)
    found = [statement for document in documents for statement in document.statements if matches(statement, other)]
    return bool(found) and all(statement.effect == "Allow" for statement in found)


def substitutions(documents: Sequence[Document], asking: Asking) -> tuple[Substitution, ...]:
    return tuple(
        substitution
        for index, document in enumerate(documents)
        for statement in document.statements
        if (matching_action(statement, asking.lower_action) is None) == statement.not_action
        for substitution in _of_statement(index, statement, asking)
    )


def _of_statement(document: int, statement: Statement, asking: Asking) -> Iterator[Substitution]:
    for span, template in _templates(statement):
        becomes = template.text(asking.context) if template.variables else ""
        for variable in template.variables:
            value = variable.value(asking.context)
            absent = not variable.is_plain and value is None and asking.context.get(variable.name) is None
            yield Substitution(
                document, statement.index, span, variable.written, value, template.written, becomes, absent
            )


def _templates(statement: Statement) -> Iterator[tuple[Span, Template]]:
    yield from ((element.span, element.template) for element in statement.resources)
    yield from ((value.span, value.template) for condition in statement.conditions for value in condition.values)


def _allowed(deciding: Sequence[Deciding], asking: Asking, documents: Sequence[Document]) -> Iterator[str]:
    for one in deciding:
        yield f"{_capital(place(one.document, one.statement))} allows {asking.action} on {_by(one, asking)}"
    yield from _missing_needs(asking, documents)
    yield from _several_places(asking, documents)


def _several_places(asking: Asking, documents: Sequence[Document]) -> Iterator[str]:
    """A tail asked without region and account matches any, which hides a pasted ARN of another account."""
    if not asking.resource.is_tail or asking.resource.prefix != arn.Prefix():
        return
    found = (
        arn.split(element.text)
        for document in documents
        for statement in document.statements
        for element in statement.resources
    )
    places = dict.fromkeys(
        f"{one.region}:{one.account}" for one in found if one and "*" not in one.region + one.account
    )
    if len(places) > 1:
        yield f"The question names no region or account, and the documents name several: {', '.join(places)}"


def _denied(deciding: Sequence[Deciding], asking: Asking, documents: Sequence[Document]) -> Iterator[str]:
    for one in deciding:
        yield f"{_capital(place(one.document, one.statement))} denies {asking.action} on {_by(one, asking)}"
    allowing = [
        place(index, statement)
        for index, document in enumerate(documents)
        for statement in document.statements
        if statement.allows and matches(statement, asking)
    ]
    if allowing:
        yield f"An explicit deny overrides every allow, here that of {' and '.join(allowing)}"


def _by_default(deciding: Sequence[Deciding], asking: Asking, documents: Sequence[Document]) -> Iterator[str]:
    statements = [statement for document in documents for statement in document.statements]
    if not documents:
        yield "There is no policy document, and anything not allowed is denied"
    elif not any(statement.allows for statement in statements):
        yield "The documents contain no usable Allow statement, and anything not allowed is denied"
    else:
        yield f"No statement allows {asking.action} on {asking.resource}"


_REASONS = {
    DecisionWord.ALLOWED: _allowed,
    DecisionWord.EXPLICIT_DENY: _denied,
    DecisionWord.IMPLICIT_DENY: _by_default,
}


def _by(one: Deciding, asking: Asking) -> str:
    """The resource as written in the statement, with its condition."""
    if one.resource is None:
        named = f"{asking.resource}, which its NotResource does not list"
    else:
        template = one.resource.template
        becomes = f", that is {template.text(asking.context)}" if template.variables else ""
        named = template.written + becomes
    return named + (", and its conditions are met" if one.statement.conditions else "")


def _missing_needs(asking: Asking, documents: Sequence[Document]) -> Iterator[str]:
    needed = NEEDS.get(asking.lower_action)
    if needed is None:
        return
    resource = asking.resource
    if needed == "iot:Connect":
        client = asking.context.get("iot:ClientId")
        if not client or len(client) != 1:
            return
        resource = asking.resource.sibling(f"client/{client[0]}")
    if not is_allowed(needed, resource, asking, documents):
        yield f"{asking.action} does not work without {needed} on {resource}, which is not allowed"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
