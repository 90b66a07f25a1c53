"""An invocation as the history stores it: its short row, its search words, and its whole as bounded JSON.

The rule: the row and the words never hold a secret, whatever the history keeps of the whole.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import from_json, to_json
from authlens.core.invocation.verdict_word import kind_word, verdict_word
from authlens.core.request import query
from authlens.core.request.members import MEMBERS, MemberKind, Secrecy
from authlens.core.request.target import Target
from authlens.core.secrets.invocation_redaction import redact_invocation, without_resolved
from authlens.frozen import dataclass

Keep = Literal["full", "redacted", "off"]
"""Everything a replay needs, everything but its secrets, or nothing at all."""

MAX_BYTES = 2 * 1024 * 1024
_LENGTHS = (1024 * 1024, 262_144, 65_536, 16_384, 4_096, 512)
"""Lengths that texts are cut to, until the record fits."""
_MARGIN = 256 * 1024
"""Longer than any secret: a piece of one that the first cut leaves is removed by the second, after redaction."""
_CUT = "… [cut by the history]"
_MAX_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of a list of invocations. None of it is secret."""

    number: int
    started_at: datetime
    authorizer: str
    verdict: str
    """As `verdict_word` says it."""
    error: str | None
    """The exception class of a failure."""
    principal: str | None
    duration: float
    """Seconds."""
    target: str
    source: str | None
    """The saved request it was sent from, as a path."""
    stage: str | None = None
    """The stage at which it failed; empty if all passed, `None` until that is determined."""
    kind: str | None = None
    """As `kind_word` says it; `None` in a file of an earlier format."""
    client_id: str | None = None
    """Empty if the request has none; `None` in a file of an earlier format."""


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """What is stored of one invocation."""

    columns: tuple[str | float | None, ...]
    """The fields of `HistoryRow` after `number`, up to `source`."""
    words: str
    body: bytes
    kind: str
    """As `kind_word` says it."""
    client_id: str


def record_of(invocation: Invocation, keep: Keep, max_bytes: int = MAX_BYTES) -> HistoryRecord:
    """The invocation as it is stored; even in full, without the values of its references."""
    invocation = _shortened(invocation, _LENGTHS[0] + _MARGIN)
    shown = redact_invocation(invocation)
    kept = shown if keep == "redacted" else without_resolved(invocation)
    failure, outcome = shown.failure, shown.outcome
    columns = (
        shown.started_at.astimezone(UTC).isoformat(),
        _storable(shown.request.authorizer_name or ""),
        verdict_word(shown),
        _storable(failure.error) if failure else None,
        _storable(outcome.principal_id) if outcome and outcome.principal_id is not None else None,
        shown.duration,
        _storable(target_words(shown.target)),
        shown.source and _storable(shown.source),
    )
    body = _body(replace(kept, number=None), max_bytes)
    return HistoryRecord(columns, _words(shown), body, kind_word(shown), _client_id(shown))


def client_id_of(invocation: Invocation) -> str:
    """As its row shows it."""
    return _client_id(redact_invocation(invocation))


def _client_id(shown: Invocation) -> str:
    return _storable((shown.request.client_id or "")[:_MAX_WORDS])


def row_of(number: int, started_at: str, *fields: Any) -> HistoryRow:
    return HistoryRow(number, datetime.fromisoformat(started_at), *fields)


def invocation_of(number: int, body: bytes) -> Invocation:
    """Raises ValueError if the body was not written by authlens."""
    return replace(from_json(json.loads(body)), number=number)


def target_words(target: Target) -> str:
    """A short name of the target."""
    if target.local is not None:
        return target.local
    return " ".join(part for part in (target.profile, target.region, target.endpoint_url) if part) or "default"


def search_terms(search: str) -> list[str]:
    """Terms that the words of a row must all contain."""
    return _storable(search).casefold().split()


def _words(shown: Invocation) -> str:
    return "\n".join(_storable(part[:_MAX_WORDS]).casefold() for part in _findable(shown) if part)


def _findable(shown: Invocation) -> Iterator[str | None]:
    request, outcome, failure = shown.request, shown.outcome, shown.failure
    yield from (verdict_word(shown), target_words(shown.target), shown.source)
    kind = kind_word(shown)
    if kind != "test":  # which a search for a request of that name must not find everywhere
        yield kind
    if outcome is not None:
        yield outcome.principal_id
    if failure is not None:
        yield from (failure.error, failure.message)
    for member in MEMBERS:
        if member.kind is MemberKind.TEXT and member.secrecy is not Secrecy.SECRET:
            yield query.before(member.name, request.value(member) or "")


def _storable(text: str) -> str:
    """SQLite's text cannot hold lone surrogates or, where it is searched, NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _shortened(invocation: Invocation, length: int) -> Invocation:
    """Very long texts without their ends, which would take long to redact only to be cut."""
    result, wire = invocation.result, invocation.wire
    if isinstance(result, Outcome):
        documents = tuple(document[:length] for document in result.policy_documents)
        result = replace(result, policy_documents=documents, principal_id=_start(result.principal_id, length))
    else:
        result = replace(result, message=_start(result.message, length))
    if wire is not None:
        wire = replace(wire, request_body=wire.request_body[:length], response_body=wire.response_body[:length])
    return replace(invocation, result=result, wire=wire, function_log=_start(invocation.function_log, length))


def _start(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]


def _body(invocation: Invocation, max_bytes: int) -> bytes:
    """Its JSON, with texts cut until it fits."""
    whole: Any = to_json(invocation)
    for length in _LENGTHS:
        value = _cut(whole, length)
        body = json.dumps(value if value == whole else {**value, "truncated": True}).encode("ascii")
        if len(body) <= max_bytes:
            return body
    return _without_request(value)


def _without_request(value: dict[str, Any]) -> bytes:
    """It has so many small parts that cutting them does not help."""
    kept = {key: part for key, part in value.items() if key not in ("wire", "functionLog", "outcome", "authorizer")}
    request = {"authorizerName": value["request"].get("authorizerName")}
    outcome = value.get("outcome") and {**value["outcome"], "policyDocuments": []}
    return json.dumps({**kept, "request": request, "outcome": outcome, "truncated": True}).encode("ascii")


def _cut(value: Any, length: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= length else value[:length] + _CUT
    if isinstance(value, list):
        return [_cut(item, length) for item in value]
    if isinstance(value, dict):
        return (
            _cut_bytes(value, length) if value.keys() == {"base64"} else {k: _cut(v, length) for k, v in value.items()}
        )
    return value


def _cut_bytes(value: dict[str, str], length: int) -> dict[str, str]:
    content = base64.b64decode(value["base64"])
    if len(content) <= length:
        return value
    return {"base64": base64.b64encode(content[:length] + _CUT.encode()).decode("ascii")}
