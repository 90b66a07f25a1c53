"""Splits a pasted POSIX command line into words: quotes, `$'…'`, comments, continued lines, a prompt before it.

The rule: nothing is run. A variable becomes the reference `${env:NAME}`, `$(cat FILE)` becomes `${file:FILE}`, and any
other substitution is refused at its position. Literal text stays literal: in a word, a reference is represented by a
private-use character, which `Words.written` replaces.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from authlens.core.request.references import literal
from authlens.frozen import dataclass

_PROMPT = re.compile(r"\s*(?:[\w.@:~/-]*[$%\u276f\u279c>]\s+)?")
_CONTINUED = re.compile(r"[ \t]*[\\^`]\r?\n(?:[ \t]*>[ \t]+)?|[ \t]*(?:[\\^`][ \t]+)?\r?\n(?=[ \t]+--[a-z])")
"""The end of a continued line: `\\` of POSIX, `^` of cmd, the backtick of PowerShell; then the prompt `> `. If copying
lost it, or added a space after it, an indented option on the next line shows the continuation."""
_DASHES = "\u2013\u2014"
_CLOSING = {"\u2018": "\u2019", "\u201c": "\u201d"}
"""What word processors turn `--` and quotes into."""
_SINGLE_QUOTED = re.compile(r"'[^']*'")
_POWERSHELL = re.compile(r"`[ \t]*\r?\n")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_WITH_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w*)(:-(?:\\[\\\"$`]|[^}\\\"$`])*)\}")
"""Between double quotes, where the default is neither split nor expanded."""
_ANSI = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|.)", re.DOTALL)
_ANSI_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ENDS = re.compile(r"[|;&<>]|[12]>")


class WordsError(ValueError):
    """The text cannot be split. `index` is the position of the error."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


@dataclass(frozen=True, slots=True)
class ShellWord:
    text: str
    start: int
    """The position in the pasted text."""


@dataclass(frozen=True, slots=True)
class Words:
    words: tuple[ShellWord, ...]
    references: dict[str, str]
    """The references by the private-use character that represents each."""

    def written(self, value: Any) -> Any:
        """Text, or the texts in a list or dict, as written in a saved request: with literal `${` escaped and references
        inserted."""
        if isinstance(value, str):
            return "".join(self.references.get(character, character) for character in literal(value))
        if isinstance(value, dict):
            return {name: self.written(inner) for name, inner in value.items()}
        return value

    def refers(self, text: str) -> bool:
        return any(character in self.references for character in text)


def split(text: str, start: int = 0, in_parentheses: bool = False) -> Words:
    """Split the first command, up to its end, a pipe or a redirection. Raises WordsError.

    in_parentheses: the command is inside `$(…)`, so a closing parenthesis also ends it.
    """
    return _Splitter(text, start, in_parentheses).split()


class _Splitter:
    def __init__(self, text: str, start: int, in_parentheses: bool) -> None:
        self._text = text
        prompt = _PROMPT.match(text, start)
        self._at = prompt.end() if prompt else start
        self._in_parentheses = in_parentheses
        # In PowerShell a backslash before a quote passes the quote to the program, even in single quotes.
        self._powershell = _POWERSHELL.search(_SINGLE_QUOTED.sub("", text)) is not None
        self._words: list[ShellWord] = []
        self._word: list[str] | None = None
        self._start = 0
        self._references: dict[str, str] = {}
        self._private = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)

    def split(self) -> Words:
        while self._at < len(self._text):
            if not _CONTINUED.match(self._text, self._at) and self._at_end():
                break
            self._step()
        self._finish()
        return Words(tuple(self._words), self._references)

    def _at_end(self) -> bool:
        """Whether the command ends here; a pipe or a redirection also ends it."""
        if self._text[self._at] == "\n":
            return bool(self._words or self._word is not None)
        if self._in_parentheses and self._text[self._at] == ")":
            return True
        return _ENDS.match(self._text, self._at) is not None and (
            self._word is None or self._text[self._at] not in "12"
        )

    def _step(self) -> None:
        character = self._text[self._at]
        if continued := _CONTINUED.match(self._text, self._at):
            if self._text[self._at] in " \t\r\n":
                self._finish()
            self._at = continued.end()
        elif character.isspace():
            self._finish()
            self._at += 1
        elif character == "#" and self._word is None:
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
        else:
            self._part(character)

    def _part(self, character: str) -> None:
        """Read the next part of the current word."""
        if self._word is None:
            self._word, self._start = [], self._at
        if character in _DASHES and not self._word:
            self._word.append("--")
            self._at += 1
        elif character in "'\u2018\u201c":
            self._word.append(self._single_quoted(_CLOSING.get(character, character)))
        elif character == '"':
            self._double_quoted(self._word)
        elif self._text.startswith("$'", self._at):
            self._word.append(self._ansi_quoted())
        elif self._text.startswith('$"', self._at):
            self._at += 1
        elif character == "$":
            self._word.append(self._substitution())
        elif character == "`":
            raise WordsError("commands in backticks are not run; replace it by its result", self._at)
        else:
            self._at += character == "\\"
            self._word.append(self._text[self._at : self._at + 1])
            self._at += 1

    def _finish(self) -> None:
        if self._word is not None:
            self._words.append(ShellWord("".join(self._word), self._start))
            self._word = None

    def _single_quoted(self, closing: str) -> str:
        end = self._text.find(closing, self._at + 1)
        if end < 0:
            raise WordsError("unclosed quote", self._at)
        quoted = self._text[self._at + 1 : end]
        self._at = end + 1
        return quoted.replace('\\"', '"') if self._powershell else quoted

    def _double_quoted(self, word: list[str]) -> None:
        opened = self._at
        self._at += 1
        while self._text[self._at : self._at + 1] != '"':
            if self._at >= len(self._text):
                raise WordsError("unclosed quote", opened)
            word.append(self._in_double_quotes())
        self._at += 1

    def _in_double_quotes(self) -> str:
        character = self._text[self._at]
        if with_default := _WITH_DEFAULT.match(self._text, self._at):
            self._at = with_default.end()
            default = re.sub(r"\\(.)", r"\1", with_default[2])
            return self._reference(f"${{env:{with_default[1]}{default}}}")
        if character == "$":
            return self._substitution()
        if character == "`":
            raise WordsError("commands in backticks are not run; replace it by its result", self._at)
        following = self._text[self._at + 1 : self._at + 2]
        if character == "\\" and following and following in '$`"\\\n':
            self._at += 2
            return "" if following == "\n" else following
        self._at += 1
        return character

    def _ansi_quoted(self) -> str:
        body = re.compile(r"\$'((?:\\.|[^'\\])*)'", re.DOTALL).match(self._text, self._at)
        if body is None:
            raise WordsError("unclosed quote", self._at)
        self._at = body.end()
        return _ANSI.sub(_ansi_character, body[1]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _substitution(self) -> str:
        if variable := _VARIABLE.match(self._text, self._at):
            self._at = variable.end()
            return self._reference(f"${{env:{variable[1] or variable[2]}}}")
        if self._text.startswith("$(", self._at):
            return self._command()
        if self._text[self._at + 1 : self._at + 2] in ("{", "(", "[", "*", "@", "#", "?", "!", "-"):
            raise WordsError("this substitution is not supported; replace it by its result", self._at)
        self._at += 1
        return "$"

    def _command(self) -> str:
        end = self._text.find(")", self._at)
        try:
            words = shlex.split(self._text[self._at + 2 : end]) if end != -1 else []
        except ValueError:
            words = []
        match words:
            case ["cat", path]:
                reference = f"${{file:{path}}}"
            case ["keyring", "get", service, user]:
                reference = f"${{keyring:{service}/{user}}}"
            case _:
                raise WordsError("commands are not run; replace it by its result", self._at)
        self._at = end + 1
        return self._reference(reference)

    def _reference(self, reference: str) -> str:
        character = next(self._private)
        self._references[character] = reference
        return character


def _ansi_character(escape: re.Match[str]) -> str:
    code = escape[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else escape[0]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    return _ANSI_LETTERS.get(code, code if code in "\\'\"?" else escape[0])
