"""Recognises messages of a device, an SDK, a broker or a log: the meaning, the likely causes in order, what to ask
next.

The rule: one table of known messages. Text that matches no row is not recognised, and nothing is invented about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Any

from authlens.core.contract.statement import Source
from authlens.frozen import dataclass

_LONGEST = 32_768
"""Characters of the text that are searched."""
_MOST = 8
"""The most messages reported for one text."""


class DeviceStage(StrEnum):
    """The stages of a real connection, in order, including those before it is made."""

    DEPLOYMENT = "deployment"
    NETWORK = "network"
    TLS = "TLS"
    UPGRADE = "upgrade"
    CONNECT = "connect"
    CONNECTED = "connected"
    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


@dataclass(frozen=True, slots=True)
class MessageRow:
    """Words that are known."""

    id: str
    pattern: str
    """A regular expression, searched for in the text, ignoring case; empty for a row found by other means."""
    origin: str
    """Where the message comes from."""
    stage: DeviceStage
    meaning: str
    """One sentence."""
    causes: tuple[str, ...]
    """Most likely first; only one if it is certain."""
    next_question: str
    source: Source
    is_general: bool = False
    """Whether the message is so general that it counts only if nothing more specific matched."""
    codes: str = ""
    """Like `pattern`, for numbers and words that mean something else elsewhere: they count only on a line about a
    connection, or if they are the whole text."""


@dataclass(frozen=True, slots=True)
class Recognised:
    row: MessageRow
    words: str
    """As found in the text."""
    detail: str = ""
    """Details from the text, such as the client id of a log record."""


def recognise(text: str) -> tuple[Recognised, ...]:
    """Every recognised message, in text order; the most specific row for each part of the text."""
    text = text[:_LONGEST]
    records = log_records(text) or tuple(_old_records(text))[:_MOST]
    if records:
        return records
    return tuple(_in_text(_OF_OTHERS.sub("", text)))[:_MOST]


def log_records(text: str) -> tuple[Recognised, ...]:
    """The records of AWS IoT's log in a text."""
    return tuple(_log_records(text[:_LONGEST]))[:_MOST]


_OF_OTHERS = re.compile(
    r"^.*(?:npm (?:ERR!|error)|registry\.npmjs\.org|azure-devices(?:-provisioning)?\.net"
    r"|\.hivemq\.cloud|io\.adafruit\.com"
    r"|psycopg2|pymysql|pymongo|redis\.exceptions|sqlalchemy|unable to access 'https?:|\bkubectl\b|\bRPC failed\b"
    r"|\b(?:celery|kafka|rabbitmq|elasticsearch|keycloak|openid|oauth2?|invalid_client|smtp\w*|googleapis\.com)\b"
    r"|MongoServerError|node_modules/(?:mysql2?|pg|ioredis|redis|mongodb)/"
    r"|\bssh(?:d|_\w+)?:|kex_exchange|\bMySQL\b|postgres|mongodb|socket\.io|pulling image"
    r"|(?<!\.[ch])(?<!\.cc)(?<!pp)(?<!\.py)(?<!js)(?::|\bport[ =:])"
    r"(?:1433|1521|3306|5432|5672|6379|9200|11211|27017)\b).*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines about a database, a registry or another provider's broker: the same words mean something else there."""
_ABOUT_A_CONNECTION = re.compile(
    r"mqtt|mosquitto|connect|connack|[ps]uback|subscri|publish|\bbroker|reason[ _-]?code|\bclient|lasterror"
    r"|\bMQT:|amazonaws\.com|failed, rc",
    re.IGNORECASE,
)


def _match_of_codes(codes: re.Pattern[str], text: str) -> re.Match[str] | None:
    for match in codes.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        near = "\n".join(before.split("\n")[-2:]) + match[0] + "\n".join(after.split("\n")[:2])
        if _ABOUT_A_CONNECTION.search(near) or not re.search(r"\w", before + after):
            return match
    return None


def _in_text(text: str) -> Iterator[Recognised]:
    taken: list[tuple[int, int]] = []
    found = []
    for match, row in _bare_reasons(text):
        taken.append(match.span())
        found.append((match.start(), Recognised(row, match[0])))
    for row, pattern, codes in _compiled():
        said = pattern.search(text) or (codes and _match_of_codes(codes, text))
        if said is None or any(start < said.end() and said.start() < end for start, end in taken):
            continue
        taken.append(said.span())
        found.append((said.start(), Recognised(row, " ".join(said[0].split()))))
    if not all(each.row.is_general for _, each in found):
        found = [(start, each) for start, each in found if not each.row.is_general]
    seen: set[str] = set()
    for _, each in sorted(found, key=lambda one: one[0]):
        if each.row.id not in seen:
            seen.add(each.row.id)
            yield each


@cache
def _compiled() -> tuple[tuple[MessageRow, re.Pattern[str], re.Pattern[str] | None], ...]:
    """Most specific first, as in the tables."""
    from authlens.core.verdict import (
        device_message_rows,
        library_message_rows,
        sdk_message_rows,
        transport_message_rows,
    )

    rows = (
        *sdk_message_rows.ROWS,
        *library_message_rows.ROWS,
        *device_message_rows.ROWS,
        *transport_message_rows.ROWS,
    )
    return tuple(
        (
            row,
            re.compile(row.pattern or r"(?!)", re.IGNORECASE),
            re.compile(row.codes, re.IGNORECASE) if row.codes else None,
        )
        for row in rows
    )


_REASON = re.compile(
    r"\b(?:AUTHORIZATION_FAILURE|(?:CUSTOMAUTH|CUSTOM_AUTHORIZER|DEVICE_CERTIFICATE|DOMAIN_CONFIGURATION|SNI|WEBSOCKET_TTL)_[A-Z_]+)\b"
)
"""The reasons of the log that no other text has, for a record that is cut or written in another form than JSON."""
_EVENT = re.compile(r"\b(?:Connect|Publish-In|Publish-Out|Subscribe)\b")


def _bare_reasons(text: str) -> Iterator[tuple[re.Match[str], MessageRow]]:
    from authlens.core.verdict.log_message_rows import LOG_ROWS

    for match in _REASON.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        events = _EVENT.findall(line)
        row = LOG_ROWS.get(f"{events[-1] if events else 'Connect'} {match[0]}")
        row = row or LOG_ROWS.get(match[0])
        if row is not None:
            yield match, row


# Records of AWS IoT's own log (AWSIotLogsV2)

_RECORD_MARKS = ("eventType", "status")
_TRIES = 100


def _log_records(text: str) -> Iterator[Recognised]:
    """The number of attempts is limited, because anything may be pasted."""
    decoder, start, tries = json.JSONDecoder(), text.find("{") if "eventType" in text else -1, 0
    while start >= 0 and tries < _TRIES:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield from _records_in(value)
        start = text.find("{", end)


_DEEPEST = 6


def _records_in(value: Any, depth: int = 0) -> Iterator[Recognised]:
    """The records in a value: itself, or those in it, such as the events that the AWS CLI prints."""
    recognised = _of_record(value)
    if recognised is not None:
        yield recognised
    elif depth < _DEEPEST and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, str) and "eventType" in inner and inner.lstrip().startswith("{"):
                try:
                    yield from _records_in(json.loads(inner), depth + 1)
                except (ValueError, RecursionError):
                    continue
            else:
                yield from _records_in(inner, depth + 1)


def _of_record(value: Any) -> Recognised | None:
    if not isinstance(value, dict):
        return None
    message = value.get("@message", value.get("message"))
    if isinstance(message, str) and message.lstrip().startswith("{"):
        try:
            return _of_record(json.loads(message))
        except (ValueError, RecursionError):
            return None
    if not all(isinstance(value.get(mark), str) for mark in _RECORD_MARKS):
        return _of_lifecycle_event(value)
    from authlens.core.verdict.log_message_rows import LOG_ROWS, STAGES, SUCCESS, UNKNOWN_RECORD

    event, status, reason = (str(value.get(key) or "") for key in ("eventType", "status", "reason"))
    kind, disconnect = (str(value.get(key) or "") for key in ("authenticationType", "disconnectReason"))
    refused = tuple(_refused_filters(value.get("subscriptions")))
    keys = (
        f"{event} {reason}",
        f"{event} {disconnect}",
        f"{kind} {reason}",
        *(reason, disconnect, f"{event} {'refused' if refused else status}"),
    )
    row = next((LOG_ROWS[key.strip()] for key in keys if key.strip() in LOG_ROWS), None)
    words = " ".join(filter(None, (event, status, reason or disconnect, *refused)))
    if row is None and status == "Success" and not reason and not disconnect:
        return Recognised(SUCCESS, words, _details(value))
    row = row or UNKNOWN_RECORD
    if row.stage is DeviceStage.CONNECTED and status != "Success":
        row = replace(row, stage=STAGES.get(event, row.stage))
    return Recognised(row, words, _details(value))


_FIRST_FAILURE = 128
"""The lowest reason code of a failure in MQTT."""


def _refused_filters(subscriptions: Any) -> Iterator[str]:
    for each in subscriptions if isinstance(subscriptions, list) else ():
        code = each.get("reasonCode") if isinstance(each, dict) else None
        if isinstance(code, int) and code >= _FIRST_FAILURE:
            yield f"{each.get('topicName')} {code}"


_OLD_RECORD = re.compile(
    r"PRINCIPALID:(?P<principal>[^\s:]{0,128}) (?:\[\w{1,10}\] )?EVENT: ?(?:MQTT ?Client )?(?P<event>[\w-]{1,40})"
    r"(?P<rest>[^\n]{0,500}?)Status: (?P<reason>[A-Z_]{1,60})"
)
"""A line of the log that AWS IoT wrote before AWSIotLogsV2."""


def _old_records(text: str) -> Iterator[Recognised]:
    for found in _OLD_RECORD.finditer(text):
        members = {"eventType": found["event"], "principalId": found["principal"]}
        for key, name in (("topicName", "TOPICNAME"), ("clientId", "CLIENTID")):
            value = re.search(rf"\b{name}:(\S+)", found["rest"])
            members |= {key: value[1]} if value is not None else {}
        succeeded = found["reason"] == "SUCCESS"
        said = {"status": "Success"} if succeeded else {"status": "Failure", "reason": found["reason"]}
        recognised = _of_record({**members, **said})
        if recognised is not None:
            yield recognised


def _of_lifecycle_event(value: dict[str, Any]) -> Recognised | None:
    """`$aws/events/presence/…`."""
    if not isinstance(value.get("clientId"), str) or value.get("eventType") not in (
        "connected",
        "disconnected",
        "connect_failed",
    ):
        return None
    from authlens.core.verdict.log_message_rows import LOG_ROWS, UNKNOWN_RECORD

    event = str(value["eventType"])
    reason = str(value.get("disconnectReason") or value.get("connectFailureReason") or "")
    words = " ".join(filter(None, (event, reason)))
    return Recognised(LOG_ROWS.get(reason or event, UNKNOWN_RECORD), words, _details(value))


def _details(value: dict[str, Any]) -> str:
    shown = {"client id": "clientId", "principal": "principalId", "topic": "topicName", "details": "details"}
    given = {name: value.get(key) for name, key in shown.items()}
    return ", ".join(f"{name} {text}" for name, text in given.items() if isinstance(text, str) and text)
