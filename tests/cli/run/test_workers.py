from __future__ import annotations

import threading

import pytest

from authlens.cli.run.workers import Workers


@pytest.mark.parametrize("concurrency", [1, 3, 50])
def test_results_come_in_the_order_of_the_jobs(concurrency: int) -> None:
    turn = [threading.Event() for _ in range(3)]

    def work(job: int) -> int:
        """If all jobs run at once, the last one ends first."""
        if concurrency >= 3:
            if job < 2:
                turn[job + 1].wait(10)
            turn[job].set()
        return job * 10

    assert list(Workers(work, concurrency).run(range(3))) == [0, 10, 20]


def test_no_more_jobs_run_at_once_than_allowed() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def work(job: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    list(Workers(work, 2).run(range(100)))

    assert most <= 2


def test_an_error_is_raised_in_place_of_its_result() -> None:
    def work(job: int) -> int:
        return 10 // job

    results = Workers(work, 2).run([5, 0])

    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_leaving_early_starts_no_more_jobs() -> None:
    started: list[int] = []
    go = threading.Event()

    def work(job: int) -> int:
        started.append(job)
        if job:
            go.wait(10)
        return job

    results = Workers(work, 1).run(range(100))
    assert next(results) == 0
    results.close()
    go.set()

    assert len(started) <= 2


def test_nothing_to_do() -> None:
    assert list(Workers(lambda job: job, 4).run([])) == []
