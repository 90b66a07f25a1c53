"""What a local endpoint reports about a run: what ran the function, how that differs from Lambda, what was unresolved.

The report is sent in a header of the answer and stored with the invocation. It contains no values of variables.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from authlens.core.text.json_members import Members
from authlens.frozen import dataclass

HEADER = "x-authlens-run"
"""Base64 of the JSON object, on the endpoint's answers to TestInvokeAuthorizer and DescribeAuthorizer."""
MOST_LISTED = 8
LONGEST = 1000
SHORTENED = 300
"""The most list entries and characters of a text in the header; and of a text if not everything fits."""
LONGEST_RETURNED = 1200
"""Characters of what a function returned."""
HEADER_LIMIT = 4096
"""Characters of this header; Node.js accepts 16 KiB for all headers together."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A part of a template that is not available locally: a value that only AWS knows, or an authorizer that cannot
    run."""

    what: str
    """Such as `the variable PASSWORD is left out`."""
    why: str
    place: str = ""
    """`FILE:LINE`."""
    next_step: str = ""
    """How to supply the value."""

    @property
    def sentence(self) -> str:
        place = f" ({self.place})" if self.place else ""
        return f"{self.what[:1].upper()}{self.what[1:]}: {self.why}{place}."


@dataclass(frozen=True, slots=True)
class LocalRun:
    """One run of a function by a local endpoint."""

    ran_on: str = ""
    """The interpreter with its version and path."""
    differs: tuple[str, ...] = ()
    """Differences from Lambda's runtime, a sentence each."""
    unresolved: tuple[Unresolved, ...] = ()
    """What the function's definition lacks."""
    advice: str = ""
    """What to do about an error that this machine explains: a missing package or missing credentials."""
    answered_text: bool = False
    """The function returned the JSON text of an object instead of the object."""
    returned: str = ""
    """What the function returned, where AWS IoT would refuse it; its beginning where it is long."""
    problem: str = ""
    """What is wrong with it, in a sentence."""
    problem_member: str = ""
    """The member that is wrong; empty where the answer is not an object."""
    code: str = ""
    """A digest of the code that ran; empty if it is unknown."""
    code_files: tuple[tuple[str, str], ...] = ()
    """Its files nearest to the top by path, each with a digest."""


def doctor(run: LocalRun | None) -> tuple[str, ...]:
    """Lines on what ran the function and what differs from Lambda; none if it did not run locally."""
    return tuple(_lines(run)) if run else ()


def _lines(run: LocalRun) -> Iterator[str]:
    if run.ran_on:
        yield f"Ran on {run.ran_on}."
    yield from run.differs
    for each in run.unresolved:
        step = f" {each.next_step[:1].upper()}{each.next_step[1:]}." if each.next_step else ""
        yield f"{each.sentence}{step}"


def to_json(run: LocalRun) -> dict[str, Any]:
    known = {
        "ranOn": run.ran_on,
        "differs": list(run.differs),
        "unresolved": [
            {"what": each.what, "why": each.why, "place": each.place, "nextStep": each.next_step}
            for each in run.unresolved
        ],
        "advice": run.advice,
        "answeredText": run.answered_text,
        "returned": run.returned,
        "problem": run.problem,
        "problemMember": run.problem_member,
        "code": run.code,
        "codeFiles": dict(run.code_files),
    }
    return {key: value for key, value in known.items() if value}


def from_json(value: Any) -> LocalRun:
    """The inverse of `to_json`. Raises ValueError with a complete sentence."""
    members = Members(value, "localRun")
    unresolved = [Members(each, "unresolved") for each in members.items("unresolved")]
    return LocalRun(
        ran_on=members.text("ranOn") or "",
        differs=tuple(str(each) for each in members.items("differs")),
        unresolved=tuple(
            Unresolved(*(each.text(key) or "" for key in ("what", "why", "place", "nextStep"))) for each in unresolved
        ),
        advice=members.text("advice") or "",
        answered_text=bool(members.boolean("answeredText")),
        returned=members.text("returned") or "",
        problem=members.text("problem") or "",
        problem_member=members.text("problemMember") or "",
        code=members.text("code") or "",
        code_files=members.pairs("codeFiles") or (),
    )


def to_header(run: LocalRun) -> str:
    """As a header carries it: long texts and lists are cut; what was returned is left out first, the files last."""
    sizes = [(MOST_LISTED, LONGEST), *((count, SHORTENED) for count in range(MOST_LISTED, 0, -1))]
    whole = (run.returned[:LONGEST_RETURNED], run.code_files)
    for returned, files in dict.fromkeys((whole, ("", run.code_files), ("", ()))):
        for count, longest in sizes:
            shorter = replace(
                run, differs=run.differs[:count], unresolved=run.unresolved[:count], returned="", code_files=files
            )
            carried = {**_cut(to_json(shorter), longest), **({"returned": returned} if returned else {})}
            header = base64.b64encode(json.dumps(carried).encode()).decode()
            if len(header) <= HEADER_LIMIT:
                return header
            if returned and count <= MOST_LISTED // 2:
                break
    return ""


def from_header(header: str | None) -> LocalRun | None:
    """Decode the header; `None` if it is missing or malformed."""
    if not header:
        return None
    try:
        return from_json(json.loads(base64.b64decode(header, validate=True)))
    except (ValueError, RecursionError):
        return None


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}…"
    if isinstance(value, list):
        return [_cut(item, longest) for item in value]
    return {key: _cut(item, longest) for key, item in value.items()} if isinstance(value, dict) else value
