"""The only writer of standard output. On a terminal, text from outside cannot act on it; a pipe gets it as it is."""

from __future__ import annotations

import json
from io import TextIOWrapper
from typing import Any, TextIO

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.core.text.visible import visible_lines


class OutputLost(CommandError):
    """Standard output took no more: a full disk, say. A reader that went away is a BrokenPipeError instead."""


class Output:
    """Standard output. Resolves nothing at import: the stream is the one of this run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()

    def can_write(self, text: str) -> bool:
        """Whether the encoding of the stream has these characters."""
        try:
            text.encode(self._stream.encoding or "utf-8")
        except (LookupError, UnicodeEncodeError):
            return False
        return True

    @property
    def stream(self) -> TextIO:
        """For a writer that must not be held up by a reader who does not read."""
        return self._stream

    def encode_as(self, encoding: str) -> None:
        """Write in this encoding from now on. Raises LookupError for one that does not exist."""
        if isinstance(self._stream, TextIOWrapper):
            self._stream.reconfigure(encoding=encoding)

    def write(self, text: str) -> None:
        """Write the text as it is, neutralised on a terminal; no line end is added."""
        self.styled(visible_lines(text) if self.is_terminal else text)

    def styled(self, text: str) -> None:
        """Write text whose escapes are ours: whoever calls this has made everything from outside visible."""
        encoding = self._stream.encoding or "utf-8"
        # What the stream cannot hold (a lone surrogate, or an arrow in an ASCII locale) is written as an escape.
        try:
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = error.strerror or "it is closed"
            raise OutputLost(f"standard output cannot be written: {reason}", ExitCode.OTHER) from error

    def line(self, text: str = "") -> None:
        self.write(text + "\n")

    def json(self, value: Any) -> None:
        """One JSON object, as `--output json` promises."""
        self.line(json.dumps(value, indent=4))
