import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.compare.aligned_text import AlignedRow, Fold, RowKind, Section, align, fold, row, word_spans

LINES = st.lists(st.sampled_from(["{", "}", '  "a",', '  "a"', '  "b"', ""]), max_size=12)


def kinds(rows: tuple[AlignedRow, ...]) -> str:
    return "".join(each.kind.value for each in rows)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param([], [], "", id="nothing"),
        pytest.param(["a"], ["a"], " ", id="same"),
        pytest.param(["a"], ["b"], "~", id="changed"),
        pytest.param(["a"], ["a", "b"], " +", id="added"),
        pytest.param(["a", "b"], ["b"], "- ", id="removed"),
        pytest.param(['"x"', "]"], ['"x",', '"y"', "]"], " + ", id="a trailing comma changes no line"),
        pytest.param(["a", "b", "c"], ["a", "x", "c"], " ~ ", id="between"),
    ],
)
def test_rows(left: list[str], right: list[str], expected: str) -> None:
    assert kinds(align(left, right)) == expected


@given(LINES, LINES)
def test_rows_hold_every_line_in_order(left: list[str], right: list[str]) -> None:
    rows = align(left, right)

    assert [each.left for each in rows if each.left is not None] == left
    assert [each.right for each in rows if each.right is not None] == right


def test_spans_are_whole_words() -> None:
    left, right = word_spans('"topic/sensors/7/data"', '"topic/sensors/12/data"')

    assert left == ((15, 16),)
    assert right == ((15, 17),)


def test_spans_of_an_insertion_are_on_one_side() -> None:
    assert word_spans("iot:Publish", "iot:Publish, iot:Receive") == ((), ((11, 24),))


@given(st.text(max_size=40), st.text(max_size=40))
def test_texts_without_their_spans_are_equal(left: str, right: str) -> None:
    def rest(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        return "".join(character for place, character in enumerate(text) if not any(a <= place < b for a, b in spans))

    left_spans, right_spans = word_spans(left, right)

    assert rest(left, left_spans) == rest(right, right_spans)


def test_a_huge_difference_is_one_change() -> None:
    rows = align([f"a{n}" for n in range(3000)], [f"b{n}" for n in range(3000)])

    assert {each.kind for each in rows} == {RowKind.CHANGED}
    assert len(rows) == 3000


def rows_of(pattern: str) -> tuple[AlignedRow, ...]:
    return tuple(row("x", "x") if mark == "." else row("x", "y") for mark in pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("..........", [(0, 10)], id="all the same"),
        pytest.param("x", [], id="all changed"),
        pytest.param(".....x.....", [(0, 4), (7, 4)], id="both ends"),
        pytest.param("x..x", [], id="context covers all"),
        pytest.param("x...x", [], id="one row is not worth folding"),
        pytest.param("x....x", [(2, 2)], id="two are"),
    ],
)
def test_folds(pattern: str, expected: list[tuple[int, int]]) -> None:
    rows = rows_of(pattern)

    folded = fold(rows, context=1)

    assert [(each.start, each.count) for each in folded if isinstance(each, Fold)] == expected
    assert sum(each.count if isinstance(each, Fold) else 1 for each in folded) == len(rows)


def test_a_section_knows_whether_it_changed() -> None:
    assert Section("answer", rows_of("..x")).changed
    assert not Section("answer", rows_of("...")).changed


def test_three_rows_are_kept_around_a_change() -> None:
    rows = [AlignedRow(RowKind.SAME, str(number), str(number)) for number in range(20)]
    rows[10] = AlignedRow(RowKind.CHANGED, "a", "b")
    folded = fold(rows)
    assert [row.left for row in folded if isinstance(row, AlignedRow)] == ["7", "8", "9", "a", "11", "12", "13"]
    assert [isinstance(row, Fold) for row in folded] == [True, *[False] * 7, True]


def test_the_common_ends_of_a_huge_difference_stay() -> None:
    left, right = ([f"{side}{number}" for number in range(2001)] for side in "ab")
    assert kinds(align(["h", *left, "t"], ["h", *right, "t"])) == f" {'~' * 2001} "


@pytest.mark.parametrize(("lines", "is_matched"), [((2000, 2000), True), ((2001, 2), False), ((2, 2001), False)])
def test_up_to_two_thousand_lines_are_matched(lines: tuple[int, int], is_matched: bool) -> None:
    left, right = ([f"{side}{number}" for number in range(count)] for side, count in zip("ab", lines, strict=True))
    left[1] = right[0] = "the same"
    rows = align(["h", *left], ["h", *right])
    assert [each.left for each in rows if each.kind is RowKind.SAME] == ["h", *(["the same"] if is_matched else [])]


@pytest.mark.parametrize(("count", "start"), [(400, 1), (401, 0)])
def test_up_to_four_hundred_words_are_matched(count: int, start: int) -> None:
    spans = word_spans("x" + "," * (count - 1), ";" * (count - 1) + "x")
    assert spans == (((start, count),), ((0, count - start),))


def test_lines_that_are_repeated_often_are_matched_too() -> None:
    left = [line for number in range(150) for line in ("},", f"a{number}")]
    right = ["first", *(line.replace("a", "b") for line in left)]
    rows = align(left, right)
    assert [each.left for each in rows if each.kind is RowKind.SAME] == ["},"] * 150
