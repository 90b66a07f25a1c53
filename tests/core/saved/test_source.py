"""A file and a case in it, written as one text and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.saved.source import source_of, split_source


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("requests/a.yaml", ("requests/a.yaml", None)),
        ("requests/a.yaml::wrong password", ("requests/a.yaml", "wrong password")),
        ("odd::folder/a.yaml", ("odd::folder/a.yaml", None)),
        ("odd::folder/a.yaml::x", ("odd::folder/a.yaml", "x")),
        ("::x", ("::x", None)),
    ],
)
def test_the_file_and_the_case(text: str, parts: tuple[str, str | None]) -> None:
    assert split_source(text) == parts


@given(st.text(alphabet="ab: ", min_size=1).filter(lambda name: "::" not in name and not name.startswith(":")))
def test_what_is_written_is_read_back(case: str) -> None:
    assert split_source(source_of("requests/a.yaml", case)) == ("requests/a.yaml", case)
