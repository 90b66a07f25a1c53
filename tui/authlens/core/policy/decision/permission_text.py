"""Permissions in words: the one-sentence verdict, and a line for each grant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from authlens.core.policy.conditions import Operator
from authlens.core.policy.decision.areas import Area
from authlens.core.policy.decision.permissions import Exclusion, Grant, Permission, Ruling, Summary
from authlens.core.policy.document import Condition
from authlens.core.text.json_reader import Span
from authlens.frozen import dataclass

_VERBS = {
    "iot:Connect": "connect as",
    "iot:Publish": "publish",
    "iot:Subscribe": "subscribe",
    "iot:Receive": "receive",
    "iot:RetainPublish": "retain",
}
_TITLES = {"iot:RetainPublish": "Retain"}
_ON_TOPICS = ("iot:Publish", "iot:Receive", "iot:RetainPublish")
"""Allowed on topics; iot:Subscribe is allowed on topic filters."""
_ORDER = tuple(Ruling)
_ANY = {"iot:Connect": "any client id"}

_MOST_NAMED = 3
"""Patterns listed in the sentence; a longer list ends with the number of the others."""


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One row of the page: what is allowed, on what, and where the policy says so."""

    answer: Ruling
    actions: tuple[str, ...]
    """`iot:Publish`; several if they have the same permissions."""
    title: str
    """`Publish`; empty on the following lines of the same action."""
    what: str
    """The pattern with its exceptions: `sensors/* except sensors/admin`."""
    condition: str
    """`if aws:SourceIp is in 10.0.0.0/8`, `unless …`; empty if there is no condition."""
    spans: tuple[tuple[int, int, Span], ...]
    """Document and statement, counted from 0, with the position in the document: first that of the grant, then those of
    the denials that limit it."""

    @property
    def places(self) -> tuple[tuple[int, int, int], ...]:
        """The same with line numbers only."""
        return tuple((document, statement, span.line) for document, statement, span in self.spans)


def sentence(summary: Summary, principal: str | None = None) -> str:
    """The verdict in one or two sentences: `Authenticated as 'sensor7'. May connect as sensor-7, publish sensors/7/*.
    Nothing else.`"""
    start = f"Authenticated as '{principal}'. " if principal else ""
    may, others = list(_abilities(summary)), _others(summary)
    if summary.connects is Ruling.DENIED:
        client = f" as {summary.client_id}" if summary.client_id else ""
        only = summary.of("iot:Connect").grants if summary.client_id else ()
        hint = f" (only as {_listed(only, 'iot:Connect')})" if only else ""
        if not may:
            return f"{start}May not connect{client}{hint}{f', though it is allowed {others}' if others else ''}."
        also = f" Also {others}." if others else ""
        return f"{start}May not connect{client}{hint}, though it is allowed to {_enumerated(may)}.{also}"
    return f"{start}May {_enumerated(may)}. {f'Also {others}.' if others else 'Nothing else.'}"


def lines(summary: Summary) -> Iterator[PermissionLine]:
    """The page: the five main actions, then any others that are allowed on something."""
    for permission in summary.main:
        yield from _lines(permission)
    alike: dict[tuple[tuple[Ruling, str, str, tuple[tuple[int, int, Span], ...]], ...], list[Permission]] = {}
    for permission in summary.others:
        key = tuple((line.answer, line.what, line.condition, line.spans) for line in _lines(permission))
        alike.setdefault(key, []).append(permission)
    for same in alike.values():
        yield from _lines(*same)


def condition_text(condition: Condition) -> str:
    """The requirement of a condition: `aws:SourceIp is in 10.0.0.0/8`."""
    operator = condition.operator
    if operator is None:
        return f"{condition.key} satisfies {condition.operator_name}, which is not an operator"
    values = " or ".join(value.text for value in condition.values) or "nothing"
    if operator.base == "Null":
        return f"{condition.key} is {'absent' if values.lower() == 'true' else 'present'}"
    subject = {"ForAllValues": "every value of ", "ForAnyValue": "a value of "}.get(operator.quantifier or "", "")
    absent = ", or it is absent" if operator.if_exists or operator.quantifier == "ForAllValues" else ""
    return f"{subject}{condition.key} {_relation(operator)} {values}{absent}"


_RELATIONS = {
    "LessThan": "is less than",
    "LessThanEquals": "is at most",
    "GreaterThan": "is more than",
    "GreaterThanEquals": "is at least",
}


def _relation(operator: Operator) -> str:
    measure = operator.base.removeprefix("Numeric").removeprefix("Date")
    if measure in _RELATIONS:
        return _RELATIONS[measure]
    likeness = "in" if "IpAddress" in operator.base else "like" if operator.base.endswith("Like") else ""
    return " ".join(word for word in ("is", "not" if operator.negated else "", likeness) if word)


def _lines(permission: Permission, *alike: Permission) -> Iterator[PermissionLine]:
    name = permission.action.name
    names = (name, *(one.action.name for one in alike))
    title = _joined([_TITLES.get(one) or one.partition(":")[2] for one in names])
    if not permission.grants:
        yield PermissionLine(Ruling.DENIED, names, title, _nothing(permission), "", _refusing(permission))
        return
    for index, grant in enumerate(permission.grants):
        at = grant.place.document, grant.place.statement.index, grant.place.span
        denials = ((one.place.document, one.place.statement.index, one.place.span) for one in grant.exclusions)
        yield PermissionLine(
            grant.answer,
            names,
            "" if index else title,
            _what(grant, name),
            _conditions(grant),
            tuple(dict.fromkeys((at, *denials))),
        )


def _nothing(permission: Permission) -> str:
    if permission.refused:
        return "nothing: a Deny overrides every Allow"
    if permission.dead:
        return "nothing: a variable has no value for this connection"
    return "nothing: a condition does not hold for this connection" if permission.unmet else "nothing"


def _refusing(permission: Permission) -> tuple[tuple[int, int, Span], ...]:
    places = permission.refused or permission.dead or permission.unmet
    return tuple((place.document, place.statement.index, place.span) for place in places)


def _what(grant: Grant, action: str) -> str:
    text = grant.area.text
    if text in ("*", ""):
        text = _ANY.get(action, "everything")
    if action in _ON_TOPICS and grant.area.is_of_filters:
        text += " (not a topic: + and # are literal)"
    within = [f" (only within {_exception(one, action)})" for one in grant.exceptions if one.area.negated]
    exceptions = [_exception(one, action) for one in grant.exceptions if not one.area.negated]
    return f"{text}{''.join(within)}{f' except {_joined(exceptions)}' if exceptions else ''}"


def _exception(one: Exclusion, action: str) -> str:
    """What a denial removes; if it denies everything except some names, those names."""
    named = Area(one.area.patterns).text
    text = _ANY.get(action, "everything") if named == "*" else named
    if one.conditions:
        return f"{text} if {_joined([condition_text(each) for each in one.conditions])}"
    return text


def _conditions(grant: Grant, denials: Sequence[Exclusion] | None = None) -> str:
    """denials: those that count, in place of those of the whole grant."""
    wanted = [condition_text(each) for each in grant.conditions]
    wanted.extend(f"{written} has {'no' if ',' in written else 'a'} value" for written in grant.open_variables)
    return " ".join(
        filter(
            None, (f"if {_joined(wanted)}" if wanted else "", _unless(grant.provisos if denials is None else denials))
        )
    )


def _unless(denials: Sequence[Exclusion]) -> str:
    texts = [_joined([condition_text(each) for each in one.conditions]) for one in denials]
    return f"unless {' or '.join(texts)}" if texts else ""


def _abilities(summary: Summary) -> Iterator[str]:
    """`connect as sensor-7`, `publish and receive sensors/7/*`: verbs with the same objects are combined."""
    if summary.connects is not Ruling.DENIED:
        yield _connecting(summary)
    by_object: dict[str, list[str]] = {}
    for permission in summary.main[1:]:
        if permission.grants:
            what = _listed(permission.grants, permission.action.name)
            by_object.setdefault(what, []).append(_VERBS[permission.action.name])
    yield from (f"{_joined(verbs)} {what}" for what, verbs in by_object.items())


def _connecting(summary: Summary) -> str:
    """Every client id that may connect; that of this client is the first, alone where denials single it out."""
    grants, client = summary.of("iot:Connect").grants, summary.client_id
    if client is None:
        return f"connect as {_listed(grants, 'iot:Connect')}"
    first = sorted(grants, key=lambda one: _ORDER.index(one.answer_for(client)))
    allowed = f"as {_listed(first, 'iot:Connect')}"
    denials = [one for one in first[0].exclusions if one.area.contains(client)]
    if summary.connects is Ruling.ALLOWED or set(denials) <= set(first[0].provisos):
        return f"connect {allowed}"
    own = filter(None, (f"connect as {client}", _conditions(first[0], denials)))
    return f"{' '.join(own)} (and {allowed})"


def _listed(grants: Sequence[Grant], action: str) -> str:
    """What is granted, widest patterns only: `a/*, b/c and 2 more`."""
    widest = [one for index, one in enumerate(grants) if not _is_covered(one, grants[:index], grants[index:])]
    texts = list(dict.fromkeys(_what(one, action) + _if(one) for one in widest))
    more = len(texts) - _MOST_NAMED
    return _joined([*texts[:_MOST_NAMED], f"{more} more"] if more > 0 else texts)


def _is_covered(one: Grant, earlier: Sequence[Grant], later: Sequence[Grant]) -> bool:
    """Whether another grant allows all of it without a condition; of two equal ones the second is covered."""
    wide = (other for other in earlier if other.area.covers(one.area))
    wider = (other for other in later if other.area.covers(one.area) and not one.area.covers(other.area))
    return any(not other.conditions for other in chain(wide, wider))


def _if(grant: Grant) -> str:
    text = _conditions(grant) if grant.conditions or grant.provisos else ""
    return f" {text}" if text else ""


def _others(summary: Summary) -> str:
    if len(summary.others) > _MOST_NAMED:
        return f"{len(summary.others)} other actions"
    return _joined([f"{one.action.name} on {_listed(one.grants, one.action.name)}" for one in summary.others])


def _enumerated(texts: Sequence[str]) -> str:
    """`connect as a and publish b`; only commas if the last item itself contains `and`."""
    return ", ".join(texts) if " and " in texts[-1] else _joined(texts)


def _joined(texts: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"
