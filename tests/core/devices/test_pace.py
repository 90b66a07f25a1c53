"""The rate of a connection: a second's worth at once, and no more than the rate over any longer time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from authlens.core.devices.pace import ByteBucket


def test_one_seconds_bytes_may_go_at_once_and_the_rest_waits() -> None:
    pace = ByteBucket(100)
    assert pace.spend(100, 5.0) == 0
    assert pace.spend(50, 5.0) == 0.5
    assert pace.spend(0, 5.25) == 0.25
    assert pace.spend(0, 6.0) == 0


def test_a_quiet_connection_saves_up_no_more_than_a_second() -> None:
    pace = ByteBucket(100)
    pace.spend(100, 0.0)
    assert pace.spend(150, 1000.0) == 0.5


@given(st.lists(st.integers(1, 500), min_size=1, max_size=50))
def test_waiting_as_long_as_it_says_keeps_to_the_rate(sizes: list[int]) -> None:
    pace, now = ByteBucket(100), 0.0
    for size in sizes:
        now += pace.spend(size, now)
    assert sum(sizes) <= 100 + now * 100 + 1e-6
