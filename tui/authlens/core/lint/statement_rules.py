"""Lint rules for how statements affect each other, and for actions that every session needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from authlens.core.contract.broker import MOST_SLASHES, topic_depth
from authlens.core.contract.pages import (
    ACTIONS_PAGE,
    DIRECT_MESSAGES,
    EMULATOR,
    EVALUATION,
    GRAMMAR,
    LAMBDA_ANSWER,
    MQTT,
    PUB_SUB,
    QUOTAS,
    TOPICS,
)
from authlens.core.contract.statement import documented, measured
from authlens.core.lint.rule import Hit, LintRule, LintSubject, StatementAt
from authlens.core.policy.arn import tail_of
from authlens.core.policy.covering import includes, is_plain
from authlens.core.policy.decision.areas import EVERYTHING, Area, Pattern
from authlens.core.policy.decision.decide import decide
from authlens.core.policy.decision.permissions import Grant, Permission
from authlens.core.policy.document import Statement
from authlens.core.policy.matching import DecisionWord
from authlens.core.policy.wildcards import Symbol, Wild
from authlens.core.request.policy_variables import connection_variables


def _covered(subject: LintSubject) -> Iterator[Hit]:
    """Of two equal statements the second is redundant."""
    compared = _comparable(subject)
    for at, one in enumerate(compared):
        earlier = (other for other in compared[:at] if _covers(other, one))
        later = (other for other in compared[at:] if _covers(other, one) and not _covers(one, other))
        wider = next(chain(earlier, later), None)
        if wider:
            yield one.hit(f"{wider.name} covers everything in this statement")


def _covers(wide: StatementAt, narrow: StatementAt) -> bool:
    return wide.statement.effect == narrow.statement.effect and includes(wide.statement, narrow.statement)


def _cancelled(subject: LintSubject) -> Iterator[Hit]:
    compared = _comparable(subject)
    denies = [one for one in compared if one.statement.denies]
    for one in compared:
        denying = next((other for other in denies if includes(other.statement, one.statement)), None)
        if one.statement.allows and denying:
            yield one.hit(f"{denying.name} denies everything that this statement allows")


def _comparable(subject: LintSubject) -> list[StatementAt]:
    return [one for one in subject.usable() if is_plain(one.statement)]


def _repeated(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable():
        for elements in (one.statement.actions, one.statement.resources):
            seen: set[str] = set()
            for element in elements:
                if element.text in seen:
                    yield one.hit(f"`{element.text}` is listed twice", element.span)
                seen.add(element.text)


def _only_denies(subject: LintSubject) -> Iterator[Hit]:
    usable = list(subject.usable())
    if usable and not any(one.statement.allows for one in usable):
        yield usable[0].hit("no statement allows anything: the client is authenticated but allowed nothing")


def _connect_missing(subject: LintSubject) -> Iterator[Hit]:
    """If no client id is known: whether the documents let any client connect at all."""
    allows = list(subject.usable("Allow"))
    if subject.client_id is not None or not allows:
        return
    connect = subject.permissions.of("iot:Connect")
    if connect.grants:
        return
    if (connect.dead or connect.unmet) and subject.surroundings.has_certificate:
        return
    own = "the function's documents let" if subject.surroundings.has_certificate else "the documents let"
    more = "; those attached to the certificate may" if subject.surroundings.has_certificate else ""
    why = _why_nobody(connect, allows)
    yield allows[0].hit(f"{own} no client connect{why}{more}")


def _why_nobody(connect: Permission, allows: Sequence[StatementAt]) -> str:
    if connect.refused:
        return ": a Deny overrides every iot:Connect"
    if connect.dead:
        return ": the variable in its iot:Connect has no value for this connection"
    if connect.unmet:
        return ": this connection does not meet the condition on its iot:Connect"
    if any(_names(one, "iot:Connect") for one in allows):
        return ": iot:Connect is allowed, but not on a resource that matches a client id"
    return ": no statement allows iot:Connect"


def _connect_refused(subject: LintSubject) -> Iterator[Hit]:
    client = subject.client_id
    if client is None or not any(document.statements for document in subject.documents):
        return
    request = subject.surroundings.request
    variables = {**(connection_variables(request) if request else {}), "iot:ClientId": (client,)}
    decision = decide(subject.documents, "iot:Connect", f"client/{client}", variables, subject.region, subject.account)
    if decision.allowed or decision.depends_on(subject.surroundings.has_certificate):
        return
    if subject.surroundings.has_certificate and decision.word is DecisionWord.IMPLICIT_DENY:
        return
    nearest = decision.near_misses[:1]
    why = f": {nearest[0].message}" if nearest else ""
    if decision.word is DecisionWord.EXPLICIT_DENY:
        first = decision.deciding[0]
        yield StatementAt(first.document, first.statement).hit(f"iot:Connect is denied for the client `{client}`")
    elif nearest and nearest[0].document is not None:
        yield Hit(_not_connected(client, why), nearest[0].document, _index(nearest[0].statement), nearest[0].span)
    else:
        yield Hit(_not_connected(client, why), 0)


def _index(statement: Statement | None) -> int | None:
    return statement.index if statement else None


def _not_connected(client: str, why: str) -> str:
    return f"no statement allows iot:Connect for the client `{client}`{why}"


def _names(one: StatementAt, action: str) -> bool:
    named = any(element.glob.matches(action.lower()) for element in one.statement.actions)
    return named != one.statement.not_action


def _receive_missing(subject: LintSubject) -> Iterator[Hit]:
    """Subscriptions for which no message is ever delivered."""
    received = [grant.area for grant in subject.permissions.of("iot:Receive").grants]
    for grant in subject.permissions.of("iot:Subscribe").grants:
        topics = _topics_of(grant.area)
        if grant.open_variables or not all(topics.is_apart_from(area) for area in received):
            continue
        what = f"`{_without_share(grant.area.text)}`" if received else "anything"
        yield _at(grant, f"no statement allows iot:Receive on {what}, so no message is ever delivered")
        if not received:
            return


def _topics_of(filters: Area) -> Area:
    """The topics that the filters subscribe to: `+` and `#` in a filter match levels, which `*` covers."""
    if filters.negated:
        return Area((EVERYTHING,))
    return Area(tuple(tuple(_levels(_shared_filter(pattern))) for pattern in filters.patterns))


def _shared_filter(pattern: Pattern) -> Pattern:
    """The filter after `$share/GROUP/`, whose messages arrive on their own topics."""
    if not pattern or not isinstance(pattern[0], str) or not pattern[0].startswith(_SHARED):
        return pattern
    own = _without_share(pattern[0])
    return EVERYTHING if own == pattern[0] else (own, *pattern[1:])


_SHARED = "$share/"


def _without_share(topic_filter: str) -> str:
    return re.sub(r"^\$share/[^/]*/", "", topic_filter)


def _levels(pattern: Pattern) -> Iterator[Symbol]:
    for symbol in pattern:
        if not isinstance(symbol, str):
            yield symbol
            continue
        for part in re.split(r"(/?#|[+])", symbol):
            if part:
                yield Wild.RUN if part in ("+", "#", "/#") else part


def _publish_missing(subject: LintSubject) -> Iterator[Hit]:
    """Topics to which retained messages are allowed, but not publishing."""
    published = [grant.area for grant in subject.permissions.of("iot:Publish").grants]
    for grant in subject.permissions.of("iot:RetainPublish").grants:
        if all(grant.area.is_apart_from(area) for area in published):
            what = f"`{grant.area.text}`" if published else "anything"
            yield _at(grant, f"no statement allows iot:Publish on {what}, so retained messages are still refused")
            if not published:
                return


def _at(grant: Grant, message: str) -> Hit:
    return Hit(message, grant.place.document, grant.place.statement.index, grant.place.span)


def _broad_receive(subject: LintSubject) -> Iterator[Hit]:
    for grant in subject.permissions.of("iot:Receive").grants:
        if not grant.exclusions and grant.area.covers(Area((EVERYTHING,))):
            yield _at(grant, "iot:Receive on every topic includes direct messages, which need no subscription")
            return


def _literal_wildcard(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        tail = tail_of(element.text)
        if one.statement.effect == "Allow" and tail.startswith("topic/") and ("+" in tail or "#" in tail):
            yield one.hit(f"`{tail}` is a topic that no client can publish to: `+` and `#` are literal", element.span)


def _literal_filter(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        tail = tail_of(element.text)
        allowed = one.statement.effect == "Allow" and tail.startswith("topicfilter/")
        if allowed and ("+" in tail or "#" in tail):
            only = "filters with a literal `+` or `#`" if "*" in tail else "this literal filter"
            message = (
                f"`{tail}` allows only {only}, not the topics that {'they match' if '*' in tail else 'it matches'}"
            )
            yield one.hit(f"{message} in MQTT", element.span)


def _reserved_retain(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.statements():
        names = (action.text.lower() for action in one.statement.actions)
        if one.statement.effect != "Allow" or "iot:retainpublish" not in names:
            continue
        for element in one.statement.resources:
            tail = tail_of(element.text)
            if tail.startswith("topic/$"):
                yield one.hit(f"messages cannot be retained on the reserved topic `{tail}`", element.span)


def _too_deep(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        tail = tail_of(element.text)
        kind, _, name = tail.partition("/")
        depth = topic_depth(name) if kind in ("topic", "topicfilter") else 0
        if depth > MOST_SLASHES:
            yield one.hit(f"`{tail}` has {depth} slashes; a topic has at most {MOST_SLASHES}", element.span)


def _not_element(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.usable("Allow"):
        if one.statement.not_action or one.statement.not_resource:
            what = "action" if one.statement.not_action else "resource"
            yield one.hit(f"Allow with Not{what.capitalize()} allows every {what} except those listed")


RULES = (
    LintRule(
        "covered-statement",
        "warning",
        "A statement covered by another has no effect and takes up space.",
        "Remove it.",
        documented(GRAMMAR),
        _covered,
    ),
    LintRule(
        "cancelled-statement",
        "warning",
        "An explicit deny overrides every allow, so this Allow can never apply.",
        "Remove it, or narrow the Deny.",
        documented(EVALUATION),
        _cancelled,
    ),
    LintRule(
        "repeated-element",
        "warning",
        "A repeated entry has no effect and takes up space.",
        "Remove it.",
        documented(GRAMMAR),
        _repeated,
    ),
    LintRule(
        "only-denies",
        "warning",
        "Anything not allowed is denied. AWS's sample function returns this for a wrong password.",
        "Allow iot:Connect if the client should be able to connect.",
        documented(LAMBDA_ANSWER),
        _only_denies,
    ),
    LintRule(
        "connect-missing",
        "warning",
        "Without iot:Connect on its client id an MQTT client is refused at CONNECT and no other action matters; "
        "the test call does not show it. Publishing over HTTPS does not need it.",
        "Allow iot:Connect on client/CLIENT_ID.",
        documented(ACTIONS_PAGE),
        _connect_missing,
    ),
    LintRule(
        "connect-refused",
        "error",
        "The request's own client id is refused at CONNECT; the test call does not show it.",
        "Allow iot:Connect on client/CLIENT_ID.",
        measured(EMULATOR),
        _connect_refused,
    ),
    LintRule(
        "receive-missing",
        "warning",
        "iot:Receive is checked for every delivery, on the topic of the message.",
        "Allow iot:Receive on the same topics, with topic/ instead of topicfilter/.",
        documented(ACTIONS_PAGE),
        _receive_missing,
    ),
    LintRule(
        "publish-missing",
        "warning",
        "Publishing with RETAIN needs iot:Publish as well as iot:RetainPublish.",
        "Allow iot:Publish on the same topic.",
        documented(ACTIONS_PAGE),
        _publish_missing,
    ),
    LintRule(
        "broad-receive",
        "info",
        "A direct message needs iot:Receive but no subscription, so a broad iot:Receive is a risk in itself, "
        "although AWS's audit accepts it.",
        "Allow iot:Receive on the topics that the client uses.",
        documented(DIRECT_MESSAGES),
        _broad_receive,
    ),
    LintRule(
        "mqtt-wildcard-in-topic",
        "warning",
        "Clients cannot publish to a topic with MQTT wildcards, and in a policy they are ordinary characters.",
        "Use `*`.",
        documented(TOPICS),
        _literal_wildcard,
    ),
    LintRule(
        "literal-filter",
        "info",
        "In a policy `+` and `#` are ordinary characters: subscribing to one of the topics by name is refused.",
        "Use `*` to allow both the filter and the topics.",
        documented(PUB_SUB),
        _literal_filter,
    ),
    LintRule(
        "retain-on-reserved-topic",
        "warning",
        "AWS does not keep retained messages on topics that begin with `$`.",
        "Remove the resource.",
        documented(MQTT),
        _reserved_retain,
    ),
    LintRule(
        "topic-too-deep",
        "warning",
        "The broker refuses topics and filters with more than seven slashes.",
        "Shorten the topic.",
        documented(QUOTAS),
        _too_deep,
    ),
    LintRule(
        "allow-with-not",
        "warning",
        "Everything not listed is allowed, including what AWS adds later.",
        "List what is allowed.",
        documented(GRAMMAR),
        _not_element,
    ),
)
