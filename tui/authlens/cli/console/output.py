"""The only writer of standard output. Control characters are neutralised on a terminal and unchanged in a pipe."""

from __future__ import annotations

import json
from io import TextIOWrapper
from typing import Any, TextIO

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.core.text.visible import visible_lines


class OutputLost(CommandError):
    """Writing to standard output failed, for example on a full disk. A closed pipe is a BrokenPipeError instead."""


class Output:
    """Standard output. Nothing is bound at import: the stream is that of the current run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()

    def can_write(self, text: str) -> bool:
        """Whether the stream's encoding can represent these characters."""
        try:
            text.encode(self._stream.encoding or "utf-8")
        except (LookupError, UnicodeEncodeError):
            return False
        return True

    @property
    def stream(self) -> TextIO:
        """For a writer that must not block on a reader that does not read."""
        return self._stream

    def encode_as(self, encoding: str) -> None:
        """Use this encoding from now on. Raises LookupError if it does not exist."""
        if isinstance(self._stream, TextIOWrapper):
            self._stream.reconfigure(encoding=encoding)

    def write(self, text: str) -> None:
        """Write the text, neutralised on a terminal; no newline is added."""
        self.styled(visible_lines(text) if self.is_terminal else text)

    def styled(self, text: str) -> None:
        """Write text with our own escape sequences: the caller must have made all outside text visible."""
        encoding = self._stream.encoding or "utf-8"
        # What the stream cannot encode (a lone surrogate, or an arrow in an ASCII locale) is written as an escape.
        try:
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = error.strerror or "the stream is closed"
            raise OutputLost(f"standard output cannot be written: {reason}", ExitCode.OTHER) from error

    def line(self, text: str = "") -> None:
        self.write(text + "\n")

    def json(self, value: Any) -> None:
        """One JSON object, as `--output json` promises."""
        self.line(json.dumps(value, indent=4))
