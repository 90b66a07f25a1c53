"""Events as lines of JSON, with a mark and a reason where the test call and a real connection differ. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from authlens.core.event.differences import Difference, differences
from authlens.core.event.event import Kind, Presented
from authlens.core.event.preview import preview_event
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.secrets.redaction import redact_request
from authlens.ui.text import page
from authlens.ui.text.page import Line, Mark
from authlens.ui.text.request_formats import CONNECTION_ID
from authlens.ui.text.safe_content import safe_content

Marks = Mapping[tuple[int, int], tuple[Mark, ...]]

_GLYPHS = {
    "only in test": ("-", "$text-warning"),
    "only in real": ("+", "$text-success"),
    "differs": ("≠", "$text-primary"),
}


def likely_kind(request: AuthorizerRequest) -> Kind:
    """The real connection that the request most likely represents."""
    if request.mqtt_context is not None:
        return "wss" if request.http_context is not None else "mqtt"
    return "http" if request.http_context is not None else "mqtt"


def event_pair(
    request: AuthorizerRequest,
    authorizer: Authorizer | None,
    kind: Kind,
    reveal: bool = False,
    presented: Presented | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event of the test call and of a real connection, with secrets masked unless revealed.

    presented: the certificate that the device connects with.
    """
    sent = request if reveal else redact_request(request, authorizer)
    return (
        preview_event("test", sent, authorizer, CONNECTION_ID),
        preview_event(kind, sent, authorizer, CONNECTION_ID, presented=presented),
    )


def event_lines(event: Mapping[str, Any]) -> tuple[Line, ...]:
    lines = page.json_lines(json.dumps(event, indent=2, ensure_ascii=False))
    return tuple(replace(line, number=number, document=0) for number, line in enumerate(lines, 1))


def event_marks(event: Mapping[str, Any], other: Mapping[str, Any], is_test: bool) -> Marks:
    """The differences, at the lines of `event`; members that only the other has, at their parent's line."""
    test, real = (event, other) if is_test else (other, event)
    places = dict(_places(event))
    marks: dict[tuple[int, int], tuple[Mark, ...]] = {}
    in_any_case = {path.lower() for path in places}
    for difference in differences(dict(test), dict(real)):
        if difference.path not in places and difference.path.lower() in in_any_case:
            continue  # a header that is here too, in another case, and is marked where it is
        line = _line_of(difference.path, places)
        glyph, style = _GLYPHS[difference.change]
        marks[0, line] = (*marks.get((0, line), ()), Mark(glyph, style, _said(difference, is_test)))
    return marks


def _said(difference: Difference, is_test: bool) -> str:
    here = "only in test" if is_test else "only in real"
    name = difference.path.rpartition(".")[2]
    said = difference.why if difference.change in ("differs", here) else f"{name}: {difference.why}"
    return safe_content(said).plain


def _line_of(path: str, places: Mapping[str, int]) -> int:
    while path and path not in places:
        path = path.rpartition(".")[0]
    return places.get(path, 1)


def _places(event: Any) -> Iterator[tuple[str, int]]:
    """The line, from 1, on which each path begins in `json.dumps(event, indent=2)`."""
    yield "", 1
    yield from _below(event, "", 2)


def _below(value: Any, path: str, line: int) -> Iterator[tuple[str, int]]:
    entries: Sequence[tuple[str, Any]] = list(value.items()) if isinstance(value, dict) else []
    for name, inner in entries:
        here = f"{path}.{name}" if path else name
        yield here, line
        yield from _below(inner, here, line + 1)
        line += _height(inner)


def _height(value: Any) -> int:
    return json.dumps(value, indent=2).count("\n") + 1
