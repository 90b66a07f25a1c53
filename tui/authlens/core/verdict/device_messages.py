"""Recognises messages of a device, an SDK, a broker or a log: the meaning, the likely causes in order, what to ask
next.

The rule: one table of known messages. Text that matches no row is not recognised, and nothing is invented about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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
    """A regular expression, searched for in the text, ignoring case."""
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
    records = tuple(_log_records(text))
    if records:
        return records[:_MOST]
    return tuple(_in_text(text))[:_MOST]


def _in_text(text: str) -> Iterator[Recognised]:
    taken: list[tuple[int, int]] = []
    found = []
    for row, pattern in _compiled():
        match = pattern.search(text)
        if match is None or any(start < match.end() and match.start() < end for start, end in taken):
            continue
        taken.append(match.span())
        found.append((match.start(), Recognised(row, " ".join(match[0].split()))))
    if not all(each.row.is_general for _, each in found):
        found = [(start, each) for start, each in found if not each.row.is_general]
    seen: set[str] = set()
    for _, each in sorted(found, key=lambda one: one[0]):
        if each.row.id not in seen:
            seen.add(each.row.id)
            yield each


@cache
def _compiled() -> tuple[tuple[MessageRow, re.Pattern[str]], ...]:
    """Most specific first, as in the tables."""
    from authlens.core.verdict import device_message_rows, library_message_rows, transport_message_rows

    rows = (*library_message_rows.ROWS, *device_message_rows.ROWS, *transport_message_rows.ROWS)
    return tuple((row, re.compile(row.pattern, re.IGNORECASE)) for row in rows)


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
            recognised = _of_record(value)
            if recognised is not None:
                yield recognised
        start = text.find("{", end)


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
    from authlens.core.verdict.log_message_rows import LOG_ROWS, UNKNOWN_RECORD

    event, status, reason = (str(value.get(key) or "") for key in ("eventType", "status", "reason"))
    disconnect = str(value.get("disconnectReason") or "")
    keys = (f"{event} {reason}", f"{event} {disconnect}", reason, disconnect, f"{event} {status}")
    row = next((LOG_ROWS[key.strip()] for key in keys if key.strip() in LOG_ROWS), None)
    words = " ".join(filter(None, (event, status, reason or disconnect)))
    return Recognised(row or UNKNOWN_RECORD, words, _details(value))


def _of_lifecycle_event(value: dict[str, Any]) -> Recognised | None:
    """`$aws/events/presence/…`."""
    if not isinstance(value.get("clientId"), str) or value.get("eventType") not in (
        "connected",
        "disconnected",
        "connect_failed",
    ):
        return None
    from authlens.core.verdict.log_message_rows import LOG_ROWS, UNKNOWN_RECORD

    reason = str(value.get("disconnectReason") or value.get("connectFailureReason") or "")
    words = " ".join(filter(None, (str(value["eventType"]), reason)))
    return Recognised(LOG_ROWS.get(reason, UNKNOWN_RECORD), words, _details(value))


def _details(value: dict[str, Any]) -> str:
    shown = {"client id": "clientId", "principal": "principalId", "topic": "topicName", "details": "details"}
    given = {name: value.get(key) for name, key in shown.items()}
    return ", ".join(f"{name} {text}" for name, text in given.items() if isinstance(text, str) and text)
