"""A client id connects at most once a second to one host; others do not wait for it."""

from __future__ import annotations

from authlens.probe.pace import INTERVAL, Pace


def test_the_second_connection_of_a_client_id_waits_and_another_does_not() -> None:
    clock = [100.0]
    waited: list[float] = []
    pace = Pace(lambda: clock[0], waited.append)

    pace.take_turn("h", "a")
    pace.take_turn("h", "b")
    pace.take_turn("other", "a")
    assert waited == []
    pace.take_turn("h", "a")
    pace.take_turn("h", "a")
    assert [round(each, 6) for each in waited] == [INTERVAL, 2 * INTERVAL]
    clock[0] += 10
    pace.take_turn("h", "a")
    assert len(waited) == 2


def test_the_second_is_counted_from_the_end_of_a_connection_that_took_long_to_begin() -> None:
    clock = [100.0]
    waited: list[float] = []
    pace = Pace(lambda: clock[0], waited.append)

    pace.take_turn("h", "a")
    clock[0] += 3
    pace.ended("h", "a")
    clock[0] += 0.25
    pace.take_turn("h", "a")
    pace.ended("h", "a")
    pace.take_turn("h", "a")
    assert [round(each, 6) for each in waited] == [round(INTERVAL - 0.25, 6), round(2 * INTERVAL - 0.25, 6)]
