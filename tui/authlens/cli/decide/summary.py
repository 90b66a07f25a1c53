"""The report of `decide --summary`: everything the policies allow, as lines and as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices
from authlens.cli.decide.sources import Given, PolicySource
from authlens.core.text.visible import visible

if TYPE_CHECKING:
    from authlens.core.policy.decision.permission_text import PermissionLine
    from authlens.core.policy.decision.permissions import Exclusion, Grant, Permission, Place, Summary


def write(
    given: Given, variables: dict[str, tuple[str, ...]], arguments: argparse.Namespace, services: CliServices
) -> ExitCode:
    from authlens.core.policy.decision.permissions import summarized

    found = summarized(given.documents, variables, arguments.region, arguments.account)
    if found is None:
        raise CommandError("these policies have too many statements and wildcards to be summarised; ask one question")
    if arguments.output == "json":
        services.output.json(_as_json(found, given))
    else:
        _write_text(found, given, services)
    return ExitCode.DONE


def _write_text(found: Summary, given: Given, services: CliServices) -> None:
    from authlens.core.policy.decision.permission_text import lines, sentence

    services.output.line(visible(sentence(found)))
    for ignored in given.ignored:
        services.output.line(visible(f"{ignored}."))
    rows = list(lines(found))
    width = min(max(len(row.title) for row in rows), 13)
    for row in rows:
        services.output.line(visible(f"  {_row(row, width, given.sources)}"))


def _row(row: PermissionLine, width: int, sources: Sequence[PolicySource]) -> str:
    condition = f" {row.condition}" if row.condition else ""
    places = ", ".join(_places(row, sources))
    return f"{row.answer:<11} {row.title:<{width}}  {row.what}{condition}{f'  ({places})' if places else ''}"


def _places(row: PermissionLine, sources: Sequence[PolicySource]) -> Iterator[str]:
    for document, _, span in row.spans:
        yield sources[document].place(span)


def _as_json(found: Summary, given: Given) -> dict[str, Any]:
    from authlens.core.policy.decision.permission_text import sentence

    return {
        "sentence": sentence(found),
        "clientId": found.client_id,
        "connects": found.connects.value,
        "ignored": given.ignored,
        "permissions": [_permission(one, given.sources) for one in (*found.main, *found.others)],
    }


def _permission(one: Permission, sources: Sequence[PolicySource]) -> dict[str, Any]:
    return {
        "action": one.action.name,
        "answer": one.answer.value,
        "grants": [_grant(grant, sources) for grant in one.grants],
        "deniedBy": [_where(place, sources) for place in one.refused],
        "withoutValue": [_where(place, sources) for place in one.dead],
        "unmet": [_where(place, sources) for place in one.unmet],
    }


def _grant(grant: Grant, sources: Sequence[PolicySource]) -> dict[str, Any]:
    from authlens.core.policy.decision.permission_text import condition_text

    return {
        "answer": grant.answer.value,
        "resource": grant.area.text,
        "conditions": [condition_text(one) for one in grant.conditions],
        "openVariables": list(grant.open_variables),
        "exceptions": [_exclusion(one, sources) for one in grant.exclusions],
        **_where(grant.place, sources),
    }


def _exclusion(one: Exclusion, sources: Sequence[PolicySource]) -> dict[str, Any]:
    from authlens.core.policy.decision.permission_text import condition_text

    return {
        "resource": one.area.text,
        "conditions": [condition_text(each) for each in one.conditions],
        **_where(one.place, sources),
    }


def _where(place: Place, sources: Sequence[PolicySource]) -> dict[str, Any]:
    return {"statement": place.statement.index, **sources[place.document].where(place.document, place.span)}
