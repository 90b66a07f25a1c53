"""Permissions at a glance: what the documents of an answer allow a client, without asking a specific question.

`summarize` returns a Summary with one Permission for each action; `permission_text` puts it into words. Each grant is
an area of names, with the denials that limit it and the conditions that cannot be evaluated before the connection is
made. For a concrete name `Permission.answer_for` agrees with `decide`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import StrEnum

from authlens.core.policy.actions import ACTIONS, Action
from authlens.core.policy.arn import Prefix, partition_of
from authlens.core.policy.decision.areas import Area, area
from authlens.core.policy.decision.decide import decide
from authlens.core.policy.decision.dependence import is_open, open_keys
from authlens.core.policy.document import Condition, Document, ResourceElement, Statement
from authlens.core.policy.matching import matching_action
from authlens.core.policy.variables import Context, Values
from authlens.core.policy.wildcards import MOST_STEPS, TooMuchWork, bounded_work
from authlens.core.text.json_reader import Span
from authlens.frozen import dataclass

MAIN = ("iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive", "iot:RetainPublish")
"""The actions that always have a row, in the order in which a client needs them."""


class Ruling(StrEnum):
    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    """Allowed, subject to something that is not known before the connection is made."""
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in one of the documents."""

    document: int
    """Counted from 0."""
    statement: Statement = field(repr=False)
    span: Span

    @property
    def name(self) -> str:
        """`statement 2, line 9`; line numbers are those of the document."""
        return f"statement {self.statement.index + 1}, line {self.span.line}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a Deny removes from a grant."""

    area: Area
    conditions: tuple[Condition, ...]
    """Those that cannot be evaluated yet; if there are any, the denial may not apply."""
    place: Place


@dataclass(frozen=True, slots=True)
class Grant:
    """One resource that an Allow grants, minus what is denied."""

    area: Area
    conditions: tuple[Condition, ...]
    open_variables: tuple[str, ...]
    """Variables that get their value when the connection is made, such as `${iot:ClientId}` if no client id is
    known; the area is for those that get none."""
    exclusions: tuple[Exclusion, ...]
    place: Place

    @property
    def answer(self) -> Ruling:
        return Ruling.CONDITIONAL if self.conditions or self.open_variables or self.provisos else Ruling.ALLOWED

    @property
    def provisos(self) -> tuple[Exclusion, ...]:
        """Conditional denials that would remove the whole grant."""
        return tuple(one for one in self.exclusions if one.conditions and one.area.covers(self.area))

    @property
    def exceptions(self) -> tuple[Exclusion, ...]:
        """Denials that remove a part of the grant."""
        return tuple(one for one in self.exclusions if one not in self.provisos)

    def answer_for(self, name: str) -> Ruling:
        if not self.area.contains(name):
            return Ruling.DENIED
        hit = [one for one in self.exclusions if one.area.contains(name)]
        if any(not one.conditions for one in hit):
            return Ruling.DENIED
        return Ruling.CONDITIONAL if hit else self.answer


@dataclass(frozen=True, slots=True)
class Permission:
    """What is allowed for one action."""

    action: Action
    grants: tuple[Grant, ...]
    refused: tuple[Place, ...]
    """The denials that remove an Allow completely."""
    dead: tuple[Place, ...]
    """Allows that can never match, because a variable in them has no value for this connection."""
    unmet: tuple[Place, ...] = ()
    """Allows with a condition that is known not to hold for this connection."""

    @property
    def answer(self) -> Ruling:
        if any(grant.answer is Ruling.ALLOWED for grant in self.grants):
            return Ruling.ALLOWED
        return Ruling.CONDITIONAL if self.grants else Ruling.DENIED

    def answer_for(self, name: str) -> Ruling:
        """For one name, such as a topic: the same result as `decide`, unless it depends on something unknown."""
        answers = {grant.answer_for(name) for grant in self.grants}
        return next((one for one in Ruling if one in answers), Ruling.DENIED)


@dataclass(frozen=True, slots=True)
class Summary:
    client_id: str | None
    connects: Ruling
    """Whether this client may connect; if no client id is known, whether any client may."""
    main: tuple[Permission, ...]
    """A row for each action of MAIN."""
    others: tuple[Permission, ...]
    """Every other known action that is allowed on something."""

    def of(self, action: str) -> Permission:
        return next(one for one in (*self.main, *self.others) if one.action.name == action)


def summarize(
    documents: Sequence[Document],
    variables: Values | None = None,
    region: str | None = None,
    account: str | None = None,
    has_certificate: bool = False,
) -> Summary:
    """What the documents allow in combination.

    `variables` are the known values of the connection: the client id, and with `has_certificate` the thing and
    certificate variables. Region and account restrict the result to ARNs that match them.
    """
    found = permissions(documents, variables, region, account, has_certificate)
    by_name = {one.action.name: one for one in found}
    values = Context(variables or {}).get("iot:ClientId")
    client_id = values[0] if values and len(values) == 1 else None
    connects = by_name["iot:Connect"].answer
    if client_id is not None:
        decision = decide(documents, "iot:Connect", f"client/{client_id}", variables, region, account)
        unknown = decision.depends_on(has_certificate)
        connects = Ruling.CONDITIONAL if unknown else Ruling.ALLOWED if decision.allowed else Ruling.DENIED
    return Summary(
        client_id,
        connects,
        tuple(by_name[name] for name in MAIN),
        tuple(one for name, one in by_name.items() if name not in MAIN and one.grants),
    )


def permissions(
    documents: Sequence[Document],
    variables: Values | None = None,
    region: str | None = None,
    account: str | None = None,
    has_certificate: bool = False,
) -> Iterator[Permission]:
    """As `summarize`, one action after the other, including those that nothing allows."""
    reader = _Reader(
        Context(variables or {}),
        Prefix(partition_of(region) if region else None, region or None, account or None),
        has_certificate,
    )
    return (reader.permission(action, documents) for action in ACTIONS if not action.renamed)


def summarized(
    documents: Sequence[Document],
    variables: Values | None = None,
    region: str | None = None,
    account: str | None = None,
    has_certificate: bool = False,
) -> Summary | None:
    """As `summarize`; `None` for documents that would take longer than a moment."""
    try:
        with bounded_work(MOST_STEPS):
            return summarize(documents, variables, region, account, has_certificate)
    except TooMuchWork:
        return None


@dataclass(frozen=True, slots=True)
class _Reader:
    context: Context
    place: Prefix
    has_certificate: bool
    areas: dict[tuple[int, tuple[str, ...]], Area] = field(default_factory=dict)
    """By an element of the documents, which starts what is read as one, and the types of names."""

    def permission(self, action: Action, documents: Sequence[Document]) -> Permission:
        denials = tuple(self._denials(action, documents))
        grants: list[Grant] = []
        refused: list[Place] = []
        dead: list[Place] = []
        unmet: list[Place] = []
        for index, statement in _statements(documents, action, "Allow"):
            conditions = self._open_conditions(statement)
            for elements in _separately(statement):
                place = Place(index, statement, elements[0].span)
                reached = self._area(elements, action, statement.not_resource)
                if reached.is_empty:
                    continue
                if conditions is None:
                    unmet.append(place)
                    continue
                if self._is_dead(elements) and not statement.not_resource:
                    dead.append(place)
                    continue
                exclusions = tuple(one for one in denials if not one.area.is_apart_from(reached))
                whole = next((one for one in exclusions if not one.conditions and one.area.covers(reached)), None)
                if whole:
                    refused.append(whole.place)
                else:
                    grants.append(Grant(reached, conditions, self._open_variables(elements), exclusions, place))
        return Permission(action, tuple(grants), tuple(dict.fromkeys(refused)), tuple(dead), tuple(unmet))

    def _denials(self, action: Action, documents: Sequence[Document]) -> Iterator[Exclusion]:
        for index, statement in _statements(documents, action, "Deny"):
            conditions = self._open_conditions(statement)
            for elements in _separately(statement) if conditions is not None else ():
                denied = self._area(elements, action, statement.not_resource)
                if not denied.is_empty:
                    yield Exclusion(denied, conditions or (), Place(index, statement, elements[0].span))

    def _area(self, elements: Sequence[ResourceElement], action: Action, negated: bool) -> Area:
        kinds = tuple(kind for kind in action.types if kind) or ("*", "thing")
        key = (id(elements[0]) if elements else 0, kinds)
        known = self.areas.get(key)
        if known is None:
            found = [area(elements, kind, self.context, self.place, negated) for kind in kinds]
            known = Area(tuple(dict.fromkeys(each for one in found for each in one.patterns)), negated)
            self.areas[key] = known
        return known

    def _open_conditions(self, statement: Statement) -> tuple[Condition, ...] | None:
        """The conditions that cannot be evaluated yet; `None` if one is known not to be met."""
        pending: list[Condition] = []
        for condition in statement.conditions:
            operator = condition.operator
            if operator and any(open_keys(condition, self.context, self.has_certificate)):
                pending.append(condition)
            elif operator is None or not operator.holds(
                condition.templates, self.context.get(condition.key), self.context
            ):
                return None
        return tuple(pending)

    def _is_open(self, key: str) -> bool:
        return is_open(key, self.context, self.has_certificate)

    def _is_dead(self, elements: Sequence[ResourceElement]) -> bool:
        return any(
            one.is_plain or (one.value(self.context) is None and not self._is_open(one.name))
            for element in elements
            for one in element.template.variables
        )

    def _open_variables(self, elements: Sequence[ResourceElement]) -> tuple[str, ...]:
        found = (one for element in elements for one in element.template.variables)
        return tuple(dict.fromkeys(one.written for one in found if not one.is_plain and self._is_open(one.name)))


def _statements(documents: Sequence[Document], action: Action, effect: str) -> Iterator[tuple[int, Statement]]:
    name = action.name.lower()
    for index, document in enumerate(documents):
        for statement in document.statements:
            names = (matching_action(statement, name) is None) == statement.not_action
            if names and statement.effect == effect and statement.is_usable:
                yield index, statement


def _separately(statement: Statement) -> list[tuple[ResourceElement, ...]]:
    """Each resource separately; those of NotResource together, because they exclude as one."""
    return [statement.resources] if statement.not_resource else [(element,) for element in statement.resources]
