"""The source of a request as one text: a file, or a file and the name of a case in it."""

from __future__ import annotations

SEPARATOR = "::"
"""Separates the two, as in `requests/sensor.yaml::wrong-password`."""


def source_of(file: str, case: str | None) -> str:
    """A file and a case in it as one text."""
    return file if case is None else f"{file}{SEPARATOR}{case}"


def split_source(source: str) -> tuple[str, str | None]:
    """The file and the case in such a text. `::` in the path of a file is left alone."""
    file, separator, case = source.rpartition(SEPARATOR)
    if not separator or not file or case.lower().endswith((".yaml", ".yml")):
        return source, None
    return file, case
