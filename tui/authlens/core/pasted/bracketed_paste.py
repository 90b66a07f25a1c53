"""Decodes what a terminal sends, with the escape characters of a pasted text hidden from whoever looks for keys.

Terminals such as tmux leave them in the text, and Textual reads on from one as from keys that were pressed: a pasted
text could press Ctrl+G, and be typed into the editor that this opens.
"""

from __future__ import annotations

import codecs

_ESCAPE, _HIDDEN = "\x1b", "\udc1b"
"""What takes the place of an escape character is in no decoded text."""
_BEGINS, _ENDS = "\x1b[200~", "\x1b[201~"


def with_escapes(pasted: str) -> str:
    """The pasted text as the terminal sent it."""
    return pasted.replace(_HIDDEN, _ESCAPE)


class TerminalDecoder:
    """Bytes that are not text are replaced: they would end the thread that reads keys."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._is_pasting = False
        self._read = ""
        """The end of what was read, in which a mark may have begun; that of a pasted text is held back."""

    def decode(self, data: bytes, final: bool = False) -> str:
        text, said = self._decode(data, final), ""
        if self._is_pasting:
            text, self._read = self._read + text, ""
        while text:
            mark = _ENDS if self._is_pasting else _BEGINS
            before, found, after = (self._read + text).partition(mark)
            if not found:
                return said + self._unfinished(text)
            said += before.replace(_ESCAPE, _HIDDEN) + found if self._is_pasting else text[: len(text) - len(after)]
            text, self._read, self._is_pasting = after, "", not self._is_pasting
        return said

    def _unfinished(self, text: str) -> str:
        if not self._is_pasting:
            self._read = (self._read + text)[1 - len(_BEGINS) :]
            return text
        held = next((count for count in range(len(_ENDS) - 1, 0, -1) if text.endswith(_ENDS[:count])), 0)
        self._read = text[len(text) - held :]
        return text[: len(text) - held].replace(_ESCAPE, _HIDDEN)
