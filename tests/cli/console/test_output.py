"""Standard output: unchanged in a pipe, harmless on a terminal, and never a reason to fail."""

from __future__ import annotations

import io

import pytest

from authlens.cli.console.output import Output


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("utf-8", "plain → ünïcode", "plain → ünïcode".encode()),
        ("utf-8", "\x1b[31m raw", b"\x1b[31m raw"),
        ("utf-8", "lone \ud800", rb"lone \ud800"),
        ("ascii", "a → b", rb"a \u2192 b"),
    ],
)
def test_a_pipe_gets_the_text_as_far_as_it_can_be_encoded(encoding: str, text: str, written: bytes) -> None:
    held = io.BytesIO()
    stream = io.TextIOWrapper(held, encoding=encoding)
    Output(stream).write(text)
    assert held.getvalue() == written
    stream.close()


def test_a_terminal_gets_no_control_characters() -> None:
    held = io.BytesIO()
    stream = Terminal(held, encoding="utf-8")
    Output(stream).line("\x1b]0;title\x07 → \u202e")
    assert held.getvalue().decode() == "␛]0;title␇ → ⟨U+202E⟩\n"
    stream.close()
