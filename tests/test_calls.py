"""Work on daemon threads: its answer, its error, its deadline."""

from __future__ import annotations

import threading

import pytest

from authlens.calls import Attempt, TooLate, start, within


def test_an_answer_comes_back_also_when_it_is_none() -> None:
    assert within(5, lambda: 7) == 7
    assert within(5, lambda: None) is None


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), TimeoutError()])
def test_whatever_the_work_raises_is_raised_where_it_is_awaited(error: BaseException) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        within(5, work)
    assert Attempt(work).error is error


def test_work_that_takes_too_long_is_left_behind_on_a_daemon_thread() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(10)
        ended.set()

    with pytest.raises(TooLate):
        within(0.01, work)
    go_on.set()
    assert ended.wait(5)


def test_the_end_is_reported_on_the_thread_of_the_work() -> None:
    reported: list[tuple[int, threading.Thread]] = []
    thread = start(lambda: 7, lambda attempt: reported.append((attempt.answer(), threading.current_thread())))
    thread.join(5)
    assert reported == [(7, thread)]
    assert thread.daemon
