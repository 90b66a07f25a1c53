"""docs/devices.md says what the tables say, word for word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import devices_page

PAGE = (Path(__file__).parent.parent / "docs" / "devices.md").read_text()


@pytest.mark.parametrize("rows", [devices_page.rule_rows, devices_page.limit_rows, devices_page.print_rows])
def test_every_row_of_the_tables_is_on_the_page(rows: Callable[[], Iterator[str]]) -> None:
    assert [row for row in rows() if row not in PAGE] == []


def test_the_lines_of_each_client_are_on_the_page() -> None:
    flat = "\n".join(line.strip() for line in PAGE.splitlines())
    for block in devices_page.client_lines():
        assert "\n".join(line.strip() for line in block.splitlines()) in flat
