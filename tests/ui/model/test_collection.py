from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from authlens.store.history.record import HistoryRow
from authlens.store.requests import Entry
from authlens.ui.model.collection import filtered, latest_of, tree

FOLDER = Path("/r")


def row(number: int, source: str | None) -> HistoryRow:
    return HistoryRow(number, datetime(2026, 11, 23, tzinfo=UTC), "A", "AUTHENTICATED", None, None, 0.1, "demo", source)


ENTRIES = [
    Entry(FOLDER / "ops/bad.yaml", error="line 1"),
    Entry(FOLDER / "ops/deep/car.yaml", "a car", "A"),
    Entry(FOLDER / "sensor.yaml", "the sensor", "A", cases=("right", "wrong")),
]


def test_a_folder_is_a_tree_with_the_last_verdict_of_each() -> None:
    latest = latest_of([row(3, "/r/sensor.yaml::wrong"), row(2, None), row(1, "/r/sensor.yaml::wrong")])
    nodes = tree(ENTRIES, FOLDER, latest)
    assert [(node.name, node.depth) for node in nodes] == [
        ("ops/", 0),
        ("bad", 1),
        ("deep/", 1),
        ("car", 2),
        ("sensor", 0),
        ("right", 1),
        ("wrong", 1),
    ]
    assert [node.last.number for node in nodes if node.last is not None] == [3]
    assert nodes[-1].source == "/r/sensor.yaml::wrong"


def test_a_filter_keeps_what_is_above_a_hit() -> None:
    nodes = tree(ENTRIES, FOLDER, {})
    assert [node.name for node in filtered(nodes, "CAR")] == ["ops/", "deep/", "car"]
    assert [node.name for node in filtered(nodes, "sensor wrong")] == ["sensor", "wrong"]
    assert filtered(nodes, " ") == nodes
    assert filtered(nodes, "nothing") == ()


def test_folders_of_the_same_name_are_kept_apart() -> None:
    nodes = tree([Entry(FOLDER / "a/x/one.yaml"), Entry(FOLDER / "b/x/one.yaml")], FOLDER, {})
    assert filtered(nodes, "one") == nodes
