"""Text from outside made safe to show: control, bidi, zero-width, tag and surrogate characters become visible."""

from __future__ import annotations

from bisect import bisect_right

# In ascending order. Includes Unicode's default-ignorable code points, which have no width, so text can hide in them.
_SHOWN_AS_CODE = (
    range(0x80, 0xA0),
    range(0xAD, 0xAE),
    range(0x34F, 0x350),
    range(0x61C, 0x61D),
    range(0x115F, 0x1161),
    range(0x17B4, 0x17B6),
    range(0x180B, 0x1810),
    range(0x200B, 0x2010),
    range(0x2028, 0x202F),
    range(0x2060, 0x2070),
    range(0x3164, 0x3165),
    range(0xD800, 0xE000),
    range(0xFE00, 0xFE10),
    range(0xFEFF, 0xFF00),
    range(0xFFA0, 0xFFA1),
    range(0xFFF0, 0xFFFC),
    range(0x13430, 0x13441),
    range(0x1BCA0, 0x1BCA4),
    range(0x1D173, 0x1D17B),
    range(0xE0000, 0xE1000),
)

_STARTS = [codes.start for codes in _SHOWN_AS_CODE]
_MOST_KEPT = 10_000
"""Characters that a table remembers: more than any real text uses, and a bound for hostile ones."""


class _Table(dict[int, "int | str"]):
    """The replacements for `str.translate`, each computed when its character is first seen."""

    def __missing__(self, code: int) -> int | str:
        shown = _replacement(code)
        if len(self) < _MOST_KEPT:
            self[code] = shown
        return shown


def _replacement(code: int) -> int | str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    nearest = _SHOWN_AS_CODE[bisect_right(_STARTS, code) - 1]
    return f"\u27e8U+{code:04X}\u27e9" if code in nearest else code


_ONE_LINE = _Table()
_LINES = _Table({0x09: 0x09, 0x0A: 0x0A})


def visible(text: str) -> str:
    """The text on one line, without anything a terminal would act on: ESC becomes `␛`, U+202E `⟨U+202E⟩`."""
    return text.translate(_ONE_LINE)


def visible_lines(text: str) -> str:
    """Like `visible`, but keeps line feeds and turns tabs into four spaces; CR LF counts as a line feed."""
    return text.replace("\r\n", "\n").translate(_LINES).replace("\t", "    ")


def is_visible(text: str) -> bool:
    """Whether `visible` would leave the text unchanged."""
    return visible(text) == text
