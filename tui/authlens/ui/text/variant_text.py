"""Which case of a file, and which environment, the form holds: one line each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from authlens.ui.text.safe_content import safe_content


def case_text(cases: Sequence[str], case: str) -> Content:
    """Its place among all of them, and its name; `none` for the request of the file itself."""
    if not case:
        return Content.styled(f"none of {len(cases):,}", "$foreground-muted")
    place = f"{cases.index(case) + 1:,}" if case in cases else "–"
    return Content.assemble((f"{place} of {len(cases):,} · ", "$foreground-muted"), safe_content(case, "bold"))


def environment_text(name: str) -> Content:
    return safe_content(name, "bold") if name else Content.styled("none", "$foreground-muted")
