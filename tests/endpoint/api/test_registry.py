"""Whatever is created and deleted, pages list each authorizer once and in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.registry import BadMarker, Registry

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MEMBERS = {"authorizerFunctionArn": "arn:aws:lambda:r:1:function:f"}


def registry() -> Registry:
    moments = (NOW + timedelta(seconds=number) for number in range(10**6))
    return Registry("eu-west-1", "123456789012", lambda: next(moments))


@given(
    steps=st.lists(
        st.tuples(st.sampled_from("cd"), st.sampled_from("abcdefgh"), st.sampled_from(["ACTIVE", "INACTIVE"]))
    ),
    size=st.none() | st.integers(1, 9),
    ascending=st.booleans(),
    status=st.sampled_from([None, "ACTIVE", "INACTIVE"]),
)
def test_pages(steps: list[tuple[str, str, str]], size: int | None, ascending: bool, status: str | None) -> None:
    kept = registry()
    expected: dict[str, str] = {}
    for step, name, its_status in steps:
        if step == "d" and name in expected:
            kept.delete(name)
            del expected[name]
        elif step == "c" and name not in expected:
            kept.create(name, {**MEMBERS, "status": its_status})
            expected[name] = its_status

    listed: list[str] = []
    marker = None
    while True:
        page = kept.page(status, ascending, size, marker)
        listed.extend(found.name for found in page.authorizers)
        marker = page.next_marker
        if marker is None:
            break
        assert len(page.authorizers) == size

    oldest_first = [name for name, its_status in expected.items() if status in (None, its_status)]
    assert listed == (oldest_first if ascending else oldest_first[::-1])


@pytest.mark.parametrize("marker", ["", "!", "bm8=", "MQ"])
def test_a_marker_that_no_page_gave(marker: str) -> None:
    with pytest.raises(BadMarker):
        registry().page(marker=marker)


def test_an_update_without_members_changes_nothing() -> None:
    kept = registry()
    created = kept.create("a", MEMBERS)

    assert kept.update(created, {}) == created


def test_every_change_has_its_moment() -> None:
    kept = registry()
    changed = kept.update(kept.create("a", MEMBERS), {"status": "ACTIVE"})

    assert changed.creation_date == NOW.isoformat()
    assert changed.last_modified_date == (NOW + timedelta(seconds=1)).isoformat()


def test_what_a_file_leaves_open_is_filled_in() -> None:
    kept = registry()
    kept.load(Authorizer("a"), "arn:aws:lambda:r:1:function:f")

    loaded = kept.get("a")
    assert loaded is not None
    assert (loaded.arn, loaded.function_arn, loaded.creation_date) == (
        "arn:aws:iot:eu-west-1:123456789012:authorizer/a",
        "arn:aws:lambda:r:1:function:f",
        NOW.isoformat(),
    )
