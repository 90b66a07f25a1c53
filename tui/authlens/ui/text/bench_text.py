"""What the signature bench says, as text: which key fits or which mistake, the keys, the spellings, the JWT. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from textual.content import Content

from authlens.core.secrets.redaction import MASK
from authlens.core.signing.bench import Bench, KeyRow
from authlens.core.signing.keys import MINIMUM_BITS
from authlens.ui.text import page
from authlens.ui.text.page import Line
from authlens.ui.text.safe_content import prose, safe_content


def report(bench: Bench, revealed: bool) -> tuple[Line, ...]:
    """Everything about the token and signature, claims only where secrets are revealed."""
    return (*_verification(bench), *_keys(bench), *_spellings(bench, revealed), *_jwt(bench, revealed))


def _verification(bench: Bench) -> Iterator[Line]:
    glyph, style = (
        ("✓", "$text-success") if bench.fitting_key else ("✗", "$text-error") if bench.mistakes else ("–", "")
    )
    yield _prose(Content.assemble((f"{glyph} ", style), safe_content(bench.conclusion, f"bold {style}")))
    for mistake in bench.mistakes[1:]:
        yield _prose(Content.assemble("  or: ", prose(mistake.message)))
    if any(mistake.signature is not None for mistake in bench.mistakes):
        yield _prose(Content.assemble(("  F8 ", "bold $footer-key-foreground"), "fixes it"))
    yield _prose(Content(""))


def _keys(bench: Bench) -> Iterator[Line]:
    if not bench.keys:
        return
    yield _heading(f"The authorizer's public keys (AWS requires RSA, {MINIMUM_BITS} bits or more)")
    yield from map(_key, bench.keys)
    yield _prose(Content(""))


def _key(row: KeyRow) -> Line:
    size = "unreadable" if row.bits is None else f"{row.bits} bits"
    glyph, style = (
        ("✓", "$text-success") if row.fits else ("✗", "$text-error") if row.problem else ("·", "$foreground-muted")
    )
    return _prose(
        Content.assemble(
            (f"{glyph} ", style),
            safe_content(row.name, "bold"),
            (f"  {size}", "$foreground-muted"),
            (f"  {'fits' if row.fits else ''}", style),
            prose(f"  {row.problem}" if row.problem else "", "$text-error"),
        )
    )


def _spellings(bench: Bench, revealed: bool) -> Iterator[Line]:
    if not bench.spellings:
        return
    yield _heading("The signature in other spellings")
    for name, text in bench.spellings:
        yield Line(Content.assemble((f"{name}: ", "$foreground-muted"), safe_content(text if revealed else MASK)))
    yield _prose(Content(""))


def _jwt(bench: Bench, revealed: bool) -> Iterator[Line]:
    read = bench.jwt
    if read is None:
        return
    yield _heading("The token is a JWT. Decoded, not verified:")
    if bench.validity:
        style = "$text-error" if "expired" in bench.validity else ""
        yield _prose(safe_content(bench.validity, style))
    if read.can_be_signature:
        yield _prose(Content.assemble(("F7 ", "bold $footer-key-foreground"), "uses its third part as the signature"))
    elif read.signature is not None:
        yield _prose(safe_content(f"Its algorithm is {read.algorithm}; AWS IoT verifies RS256 only.", "$text-warning"))
    parts = {"header": read.header, "claims": read.claims} if revealed else {"header": read.header}
    yield from page.json_lines(json.dumps(parts, indent=2, ensure_ascii=False))
    if not revealed:
        yield _prose(Content.styled("F3 shows the claims and spellings.", "$foreground-muted"))


def _prose(content: Content) -> Line:
    return Line(content, is_prose=True)


def _heading(text: str) -> Line:
    return _prose(Content.styled(text, "bold $text-primary"))
