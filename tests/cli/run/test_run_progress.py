from __future__ import annotations

import io

import pytest

from authlens.cli.run.run_progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_overwrites_and_erases_its_own_line() -> None:
    terminal = Terminal()
    progress = Progress(10, terminal, {})

    progress.show(9)
    progress.show(10)
    progress.clear()
    progress.clear()

    assert terminal.getvalue() == "\r9/10\r10/10\r     \r"


def test_without_a_total_it_counts() -> None:
    terminal = Terminal()

    Progress(None, terminal, {}).show(3)

    assert terminal.getvalue() == "\r3"


@pytest.mark.parametrize(
    ("stream", "environ"),
    [(io.StringIO(), {}), (Terminal(), {"CI": "true"}), (Terminal(), {"TERM": "dumb"})],
    ids=["no terminal", "CI", "dumb terminal"],
)
def test_it_is_silent_without_a_terminal(stream: io.StringIO, environ: dict[str, str]) -> None:
    progress = Progress(10, stream, environ)

    progress.show(1)
    progress.clear()

    assert stream.getvalue() == ""


def test_a_closed_terminal_does_not_end_the_run() -> None:
    terminal = Terminal()
    progress = Progress(10, terminal, {})
    terminal.close()

    progress.show(1)
    progress.show(2)
