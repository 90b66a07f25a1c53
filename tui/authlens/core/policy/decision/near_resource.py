"""Why a resource of a statement does not match the one in the question, in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice

from authlens.core.policy import arn
from authlens.core.policy.actions import action_named
from authlens.core.policy.arn import tail_of
from authlens.core.policy.arn_repair import repair
from authlens.core.policy.document import ResourceElement
from authlens.core.policy.matching import Asking
from authlens.core.policy.variables import template
from authlens.core.policy.wildcards import Wild, compile_symbols, compile_text, spend
from authlens.core.text.json_reader import Span
from authlens.frozen import dataclass

_LONGEST_COMPARED = 512
"""Characters; comparing two texts for similarity takes time in the product of their lengths."""
_MOST_LEVELS = 32
"""Levels of a name that are examined; AWS IoT allows topics of eight."""
_WITHOUT_THING = ("iot:connection.thing.", "iot:certificate.")


@dataclass(frozen=True, slots=True)
class Miss:
    rank: int
    message: str
    span: Span


_STEPS = 60
"""What examining one resource takes, in the steps of `bounded_work`."""
Spotter = Callable[[ResourceElement, Asking], tuple[int, str] | None]


def resource_misses(element: ResourceElement, asking: Asking) -> Iterator[Miss]:
    """The first explanation that applies, if any."""
    spend(_STEPS + 3 * len(element.template.parts))
    for spotter in _SPOTTERS:
        found = spotter(element, asking)
        if found:
            yield Miss(found[0], found[1], element.span)
            return


def nearest_resources(elements: Sequence[ResourceElement], asking: Asking) -> list[ResourceElement]:
    by_text = {tail_of(element.text): element for element in elements if len(element.text) <= _LONGEST_COMPARED}
    return [by_text[text] for text in get_close_matches(asking.resource.tail, by_text, 2, 0.6)]


def _fits(pattern: str, text: str, asking: Asking) -> bool:
    return template(pattern).glob(asking.context).matches(text)


def _asked_text(element: ResourceElement, asking: Asking) -> str:
    return asking.resource.against(element.prefix)


def _variable(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    """The pattern would match if its variables had other values."""
    written = element.template
    if not written.variables or not written.loosened().matches(_asked_text(element, asking)):
        return None
    for variable in written.variables:
        if variable.value(asking.context) is None:
            hint = _CANNOT_RESOLVE if variable.name.casefold().startswith(_WITHOUT_THING) else ""
            return 1, f"{variable.why_unresolved(asking.context)}{hint}"
    values = " and ".join(f"`{one.written}` is `{one.value(asking.context)}`" for one in written.variables)
    return 2, f"{values}, so `{tail_of(element.text)}` becomes `{tail_of(written.text(asking.context))}`"


_CANNOT_RESOLVE = ": a connection with custom authentication alone has neither a thing nor a certificate"


def _broken_arn(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    """A fault in the ARN itself, without which it would match."""
    for meant, what in _meant(element.text):
        prefix = arn.fitting_prefix(meant)
        if _fits(meant, asking.resource.against(prefix), asking):
            return 1, f"`{element.text}` {what}; write `{meant}`"
    return None


def _meant(text: str) -> Iterator[tuple[str, str]]:
    if text.startswith("["):
        yield from ((item, "is a list written as one string") for item in _listed(text))
        return
    found = repair(text)
    if found:
        yield found.arn, found.fault


def _listed(text: str) -> Iterable[str]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else ()


def _other_prefix(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    """The same tail in another region, account or partition."""
    if not _fits(tail_of(element.text), asking.resource.tail, asking):
        return None
    elsewhere = _elsewhere(element, asking)
    return (1, elsewhere) if elsewhere else None


def _elsewhere(element: ResourceElement, asking: Asking) -> str:
    """What of the beginning of an ARN differs from the question; empty where nothing does."""
    pattern, asked = arn.split(element.text), arn.split(_asked_text(element, asking))
    if pattern is None or asked is None:
        return ""
    differing = [
        f"{name} `{getattr(pattern, name)}` where the question has `{getattr(asked, name)}`"
        for name in ("partition", "service", "region", "account")
        if not _fits(getattr(pattern, name), getattr(asked, name), asking)
    ]
    return f"its ARN has the {' and the '.join(differing)}" if differing else ""


def _also_elsewhere(element: ResourceElement, asking: Asking) -> str:
    """The rest of what keeps it from matching, so that no advice leaves a fault behind."""
    found = repair(element.text)
    more = f"`{element.text}` {found.fault}" if found else _elsewhere(element, asking)
    return f"; and {more}" if more else ""


def _other_type(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    """The same name under another type: `topic/` where the action is judged on `topicfilter/`."""
    kind, _, name = tail_of(element.text).partition("/")
    asked_kind, _, asked_name = asking.resource.tail.partition("/")
    action = action_named(asking.action)
    if not name or kind == asked_kind or not _fits(name, asked_name, asking):
        return None
    if action is None or action.type != asked_kind:
        return None
    if not element.text.startswith("arn:") and repair(element.text) is None:
        return None
    also = _also_elsewhere(element, asking)
    return 2 if also else 1, f"`{kind}/{name}` needs to be `{asked_kind}/{name}` for {action.name}{also}"


def _case(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    values = [part.casefold() if isinstance(part, str) else part for part in element.template.filled(asking.context)]
    if compile_symbols(values).matches(_asked_text(element, asking).casefold()):
        return 2, f"`{tail_of(element.text)}` differs only in case, and policies are case-sensitive"
    return None


def _mqtt_wildcard(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    """`+` and `#` would match under MQTT's rules, but are ordinary characters in a policy."""
    tail = tail_of(element.template.text(asking.context))
    signs = {"+", "#"} & set(tail)
    if not signs or (signs == {"+"} and "*" not in tail and tail.count("/") != asking.resource.tail.count("/")):
        return None
    if not compile_text(re.sub(r"/?#|[+]", "*", tail)).matches(asking.resource.tail):
        return None
    also = _also_elsewhere(element, asking)
    return (
        2 if also else 1,
        f"`{max(signs)}` in `{tail}` is an ordinary character in a policy; `*` is the wildcard{also}",
    )


def _slash(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    text = _asked_text(element, asking)
    tail = tail_of(element.text)
    glob = element.template.glob(asking.context)
    if glob.matches(text + "/"):
        return 2, f"`{tail}` needs a slash after `{asking.resource.tail}`"
    if text.endswith("/") and glob.matches(text[:-1]):
        return 2, f"`{tail}` has no trailing slash, but `{asking.resource.tail}` has one"
    kind, _, name = asking.resource.tail.partition("/")
    if glob.matches(text.removesuffix(asking.resource.tail) + f"{kind}//{name}"):
        return 2, f"`{tail}` has an extra slash after `{kind}/`"
    if name.startswith("/") and glob.matches(text.removesuffix(asking.resource.tail) + f"{kind}/{name[1:]}"):
        return 2, f"`{asking.resource.tail}` has an extra slash after `{kind}/`, and `{tail}` does not"
    return None


def _longer(element: ResourceElement, asking: Asking) -> tuple[int, str] | None:
    """The pattern is a prefix of the resource in the question."""
    text = _asked_text(element, asking)
    symbols = [*element.template.filled(asking.context)]
    pattern, tail = compile_symbols(symbols), tail_of(element.text)
    for end in (found.start() for found in islice(re.finditer("/", text), _MOST_LEVELS)):
        if pattern.matches(text[:end]):
            shadow = "; a named shadow is a longer ARN" if tail.startswith("thing/") else ""
            return 3, f"`{tail}` does not cover anything below it; `{tail}/*` would{shadow}"
    if tail.count("/") and compile_symbols([*symbols, Wild.RUN]).matches(text):
        return 4, f"`{tail}` is not a prefix: without `*` it matches only that exact name"
    return None


_SPOTTERS: tuple[Spotter, ...] = (
    _variable,
    _broken_arn,
    _other_prefix,
    _other_type,
    _mqtt_wildcard,
    _case,
    _slash,
    _longer,
)
