"""Texts of an answer as lines for a `CodeView`: documents laid out, JSON highlighted, long ones cut. Pure.

The rule: cuts are announced, and what is not JSON is shown as received, with the place of the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from authlens.core.contract.limits import LONGEST_DOCUMENT
from authlens.core.invocation.invocation import Invocation, Wire
from authlens.core.invocation.local_run import LocalRun, doctor
from authlens.ui.text.page import Line, Mark, body_lines, json_lines, laid_out, note, note_line, text_lines
from authlens.ui.text.pretty_json import NotJson


def page_lines(page: str, invocation: Invocation | None) -> tuple[Line, ...]:
    """The content of a page for an invocation."""
    if invocation is None:
        return ()
    outcome = invocation.outcome
    if invocation.is_probe and page != "log":
        return _probe_lines(invocation)
    if page in ("documents", "raw"):
        if outcome is None:
            return _instead(invocation)
        lay_out = document_lines if page == "documents" else raw_lines
        return lay_out(outcome.policy_documents)
    if page == "wire":
        return note("Nothing was sent.") if invocation.wire is None else wire_lines(invocation.wire)
    return log_page_lines(invocation)


def log_page_lines(invocation: Invocation) -> tuple[Line, ...]:
    """What the function printed, and below it what ran it here and how that differs from Lambda."""
    runtime = tuple(line for each in doctor(invocation.local_run) for line in note(each))
    if invocation.function_log:
        return (*text_lines(invocation.function_log), *runtime)
    if invocation.local_run is not None:
        return (*note("The function printed nothing."), *runtime)
    return note("The response carries no function log; with the focus here, l reads it from CloudWatch.")


def _probe_lines(invocation: Invocation) -> tuple[Line, ...]:
    """Every step of a connection with its time; a device is shown no documents."""
    from authlens.core.devices.report import record_lines

    device = invocation.device
    return tuple(text_lines("\n".join(record_lines(invocation, device)))) if device is not None else ()


def _instead(invocation: Invocation) -> tuple[Line, ...]:
    """If there is no answer: what the function returned, and what it printed, its stack trace above all."""
    run, log = invocation.local_run, invocation.function_log
    returned = returned_lines(run) if run is not None and run.returned else ()
    if log:
        gap = (Line(Content("")),) if returned else ()
        return (*returned, *gap, *note("The function printed:"), *text_lines(log))
    return returned or note(f"There are no documents: the call failed.{' See Wire.' if invocation.wire else ''}")


def returned_lines(run: LocalRun) -> tuple[Line, ...]:
    """What a local function returned. The verdict says what is wrong with it."""
    lines = body_lines(run.returned)
    return (*note("The function returned this, which AWS IoT refuses:"), *_numbered(lines, 0))


def returned_marks(run: LocalRun | None) -> dict[tuple[int, int], tuple[Mark, ...]]:
    """The line of the member that AWS IoT refuses."""
    if run is None or not run.problem_member:
        return {}
    wrong = f'"{run.problem_member}":'
    lines = returned_lines(run)
    at = (line.number for line in lines if line.number and line.content.plain.strip().startswith(wrong))
    return {(0, number): (Mark("✗", "$text-error"),) for number in list(at)[:1]}


def wire_lines(wire: Wire) -> tuple[Line, ...]:
    """The exchange as it went."""
    sent = "\n".join([f"{wire.method} {wire.url}", *(f"{name}: {value}" for name, value in wire.request_headers)])
    status = "no answer" if wire.status is None else f"HTTP {wire.status}"
    came = "\n".join([status, *(f"{name}: {value}" for name, value in wire.response_headers)])
    parts = ((sent, wire.request_body), (came, wire.response_body))
    lines: list[Line] = []
    for head, body in parts:
        lines += [*text_lines(head), *text_lines("")]
        lines += [*body_lines(body.decode("utf-8", "replace")), *text_lines("")]
    return tuple(lines)


def document_lines(documents: Sequence[str]) -> tuple[Line, ...]:
    """Every policy document under its heading, decoded and laid out."""
    if not documents:
        return (note_line("No policy documents: this client may do nothing."),)
    lines: list[Line] = []
    for index, text in enumerate(documents):
        lines += [Line(Content(""))] if index else []
        lines.append(_heading(index, len(documents), text))
        lines += _document(index, text)
    return tuple(lines)


def raw_lines(documents: Sequence[str]) -> tuple[Line, ...]:
    """Every policy document as the string that came."""
    lines: list[Line] = []
    for index, text in enumerate(documents):
        lines.append(_heading(index, len(documents), text))
        lines += _numbered(text_lines(text), index)
    return tuple(lines) or (note_line("No policy documents."),)


def _document(index: int, text: str) -> Iterable[Line]:
    page = laid_out(text)
    if page is None:
        return _numbered(text_lines(text), index)
    if isinstance(page, NotJson):
        place = f"Not JSON: {page.reason} at line {page.line}, column {page.column}. Shown as received."
        return [Line(Content.styled(f"✗ {place}", "$text-error"), is_prose=True), *_numbered(text_lines(text), index)]
    return _numbered(json_lines("\n".join(page.lines)), index)


def _numbered(lines: Iterable[Line], document: int) -> list[Line]:
    return [Line(line.content, number, document) for number, line in enumerate(lines, 1)]


def _heading(index: int, count: int, text: str) -> Line:
    size = f"{len(text):,} of {LONGEST_DOCUMENT:,} characters"
    over = len(text) > LONGEST_DOCUMENT
    return Line(
        Content.assemble(
            (f"Document {index + 1} of {count}", "bold $text-primary"),
            ("  ", ""),
            (f"✗ {size}" if over else size, "$text-error" if over else "$foreground-muted"),
        ),
        document=index,
    )
