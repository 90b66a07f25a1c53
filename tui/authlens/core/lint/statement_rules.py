"""Lint rules for what statements do to each other, and for the actions that a session cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from authlens.core.contract.pages import ACTIONS_PAGE, CONFIG, GRAMMAR, GUIDE, PUB_SUB
from authlens.core.lint.rule import Hit, Placed, Rule, Subject
from authlens.core.policy.actions import action_named
from authlens.core.policy.arn import tail_of
from authlens.core.policy.covering import includes, is_plain
from authlens.core.policy.decision.decide import Word, decide
from authlens.core.policy.document import Statement
from authlens.core.request.policy_variables import connection_variables

_COMPARED = 150
"""Statements, and resources of one, that are compared with each other; what AWS accepts holds fewer."""


def _covered(subject: Subject) -> Iterator[Hit]:
    compared = _comparable(subject)
    for one in compared:
        wider = next((other for other in compared if other is not one and _makes_idle(other, one)), None)
        if wider:
            yield one.hit(f"{wider.name} covers everything that this statement says")


def _makes_idle(other: Placed, one: Placed) -> bool:
    """Of two equal statements the second one is idle."""
    if one.statement.effect != other.statement.effect or not includes(other.statement, one.statement):
        return False
    return _order(other) < _order(one) or not includes(one.statement, other.statement)


def _cancelled(subject: Subject) -> Iterator[Hit]:
    compared = _comparable(subject)
    denies = [one for one in compared if one.statement.denies]
    for one in compared:
        denying = next((other for other in denies if includes(other.statement, one.statement)), None)
        if one.statement.allows and denying:
            yield one.hit(f"{denying.name} denies everything that this statement allows")


def _comparable(subject: Subject) -> list[Placed]:
    simple = (one for one in subject.usable() if is_plain(one.statement))
    return [one for one in islice(simple, _COMPARED) if len(one.statement.resources) <= _COMPARED]


def _order(one: Placed) -> tuple[int, int]:
    return one.document, one.statement.index


def _repeated(subject: Subject) -> Iterator[Hit]:
    for one in subject.usable():
        for elements in (one.statement.actions, one.statement.resources):
            seen: set[str] = set()
            for element in elements:
                if element.text in seen:
                    yield one.hit(f"`{element.text}` is listed twice", element.span)
                seen.add(element.text)


def _only_denies(subject: Subject) -> Iterator[Hit]:
    usable = list(subject.usable())
    if usable and not any(one.statement.allows for one in usable):
        yield usable[0].hit("no statement allows anything: the client is authenticated and may do nothing")


def _connect_missing(subject: Subject) -> Iterator[Hit]:
    allows = list(subject.usable("Allow"))
    if subject.client_id is None and allows and not any(_names(one, "iot:Connect") for one in allows):
        yield allows[0].hit("no statement allows iot:Connect")


def _connect_refused(subject: Subject) -> Iterator[Hit]:
    client = subject.client_id
    if client is None or not any(document.statements for document in subject.documents):
        return
    request = subject.surroundings.request
    variables = {**(connection_variables(request) if request else {}), "iot:ClientId": (client,)}
    decision = decide(subject.documents, "iot:Connect", f"client/{client}", variables, subject.region, subject.account)
    if decision.allowed:
        return
    nearest = decision.near_misses[:1]
    why = f": {nearest[0].message}" if nearest else ""
    if decision.word is Word.EXPLICIT_DENY:
        first = decision.deciding[0]
        yield Placed(first.document, first.statement).hit(f"iot:Connect is denied to the client `{client}`")
    elif nearest and nearest[0].document is not None:
        yield Hit(_not_connected(client, why), nearest[0].document, _index(nearest[0].statement), nearest[0].span)
    else:
        yield Hit(_not_connected(client, why), 0)


def _index(statement: Statement | None) -> int | None:
    return statement.index if statement else None


def _not_connected(client: str, why: str) -> str:
    return f"no statement allows iot:Connect to the client `{client}`{why}"


def _names(one: Placed, action: str) -> bool:
    named = any(element.glob.matches(action.lower()) for element in one.statement.actions)
    return named != one.statement.not_action


def _receive_missing(subject: Subject) -> Iterator[Hit]:
    yield from _without(subject, "iot:Subscribe", "iot:Receive", "so no message is ever delivered")


def _publish_missing(subject: Subject) -> Iterator[Hit]:
    yield from _without(subject, "iot:RetainPublish", "iot:Publish", "so a retained message is refused all the same")


def _without(subject: Subject, action: str, needed: str, consequence: str) -> Iterator[Hit]:
    allows = list(subject.usable("Allow"))
    if any(_names(one, needed) for one in allows):
        return
    for one in allows:
        for element in one.statement.actions if not one.statement.not_action else ():
            named = action_named(element.text)
            if named and named.name == action:
                yield one.hit(f"no statement allows {needed}, {consequence}", element.span)
                return


def _literal_wildcard(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        tail = tail_of(element.text)
        if one.statement.effect == "Allow" and tail.startswith("topic/") and ("+" in tail or "#" in tail):
            yield one.hit(
                f"`{tail}` names a topic that no client may publish to: `+` and `#` are literal", element.span
            )


def _literal_filter(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        tail = tail_of(element.text)
        allowed = one.statement.effect == "Allow" and tail.startswith("topicfilter/")
        if allowed and ("+" in tail or "#" in tail):
            message = f"`{tail}` allows this filter alone, not a topic that it matches in MQTT"
            yield one.hit(message, element.span)


def _reserved_retain(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        names = [action.text.lower() for action in one.statement.actions]
        if "iot:retainpublish" in names and tail_of(element.text).startswith("topic/$"):
            yield one.hit(f"nothing can be retained on the reserved topic `{tail_of(element.text)}`", element.span)


def _too_deep(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        tail = tail_of(element.text)
        kind, _, name = tail.partition("/")
        if kind in ("topic", "topicfilter") and not name.startswith("$") and name.count("/") > 7:
            yield one.hit(f"`{tail}` has {name.count('/')} slashes; a topic has at most 7", element.span)


def _not_element(subject: Subject) -> Iterator[Hit]:
    for one in subject.usable("Allow"):
        if one.statement.not_action or one.statement.not_resource:
            what = "action" if one.statement.not_action else "resource"
            yield one.hit(f"Allow with Not{what.capitalize()} allows every {what} but the named ones")


RULES = (
    Rule(
        "covered-statement",
        "warning",
        "A statement that another one covers changes nothing and takes room.",
        "Remove it.",
        GRAMMAR,
        _covered,
    ),
    Rule(
        "cancelled-statement",
        "warning",
        "An explicit deny beats every allow, so this Allow can never apply.",
        "Remove it, or narrow the Deny.",
        f"{GUIDE}iot-authorization.html",
        _cancelled,
    ),
    Rule(
        "repeated-element",
        "warning",
        "The second of two equal texts changes nothing and takes room.",
        "Remove it.",
        GRAMMAR,
        _repeated,
    ),
    Rule(
        "only-denies",
        "warning",
        "What nothing allows is denied. AWS's sample answers a wrong password so.",
        "Allow iot:Connect for the client, if it is to connect.",
        CONFIG,
        _only_denies,
    ),
    Rule(
        "connect-missing",
        "warning",
        "Without iot:Connect an MQTT client is refused at CONNECT and no other action counts; the test call does not "
        "tell. HTTPS publishing needs none.",
        "Allow iot:Connect on client/CLIENT_ID.",
        ACTIONS_PAGE,
        _connect_missing,
    ),
    Rule(
        "connect-refused",
        "error",
        "The request's own client id is refused at CONNECT; the test call does not tell.",
        "Allow iot:Connect on client/CLIENT_ID.",
        "https://github.com/aws/aws-iot-device-sdk-python-v2/issues/219",
        _connect_refused,
    ),
    Rule(
        "receive-missing",
        "warning",
        "iot:Receive is checked at every delivery.",
        "Allow iot:Receive on the same topics, with topic/ in place of topicfilter/.",
        ACTIONS_PAGE,
        _receive_missing,
    ),
    Rule(
        "publish-missing",
        "warning",
        "A publish with RETAIN needs iot:Publish as well as iot:RetainPublish.",
        "Allow iot:Publish on the same topic.",
        ACTIONS_PAGE,
        _publish_missing,
    ),
    Rule(
        "mqtt-wildcard-in-topic",
        "warning",
        "Topics that are published to hold no MQTT wildcards, and a policy takes them as characters.",
        "Use `*`.",
        PUB_SUB,
        _literal_wildcard,
    ),
    Rule(
        "literal-filter",
        "info",
        "In a policy `+` and `#` are ordinary characters: subscribing to one of the topics by name is refused.",
        "Use `*` to allow both the filter and the topics.",
        PUB_SUB,
        _literal_filter,
    ),
    Rule(
        "retain-on-reserved-topic",
        "warning",
        "AWS keeps no retained messages on topics that begin with `$`.",
        "Remove the resource.",
        f"{GUIDE}mqtt.html",
        _reserved_retain,
    ),
    Rule(
        "topic-too-deep",
        "warning",
        "The broker refuses topics and filters with more than seven slashes.",
        "Shorten the topic.",
        "https://docs.espressif.com/projects/esp-rainmaker-neo/en/latest/specs/limits.html",
        _too_deep,
    ),
    Rule(
        "allow-with-not",
        "warning",
        "Everything that is not named is allowed, also what AWS adds later.",
        "Name what is allowed.",
        GRAMMAR,
        _not_element,
    ),
)
