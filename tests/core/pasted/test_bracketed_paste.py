from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from authlens.core.pasted.bracketed_paste import TerminalDecoder, with_escapes

PASTED = "abc\x1b[31m\x07é\x1b[20\x1b[15~😀\x1b"
SENT = f"\x1b[A\x1b[200x\x1b[200~{PASTED}\x1b[201~\x1b[B\x1b[200~\x1b[201~\x1b"


def decoded(sent: bytes, sizes: list[int]) -> str:
    decoder, said, start = TerminalDecoder(), "", 0
    for size in (*sizes, len(sent)):
        said += decoder.decode(sent[start : start + size])
        start += size
    return said


@given(st.lists(st.integers(1, 9), max_size=40))
def test_no_key_is_found_in_a_pasted_text_however_it_is_cut_into_reads(sizes: list[int]) -> None:
    said = decoded(SENT.encode(), sizes)
    assert with_escapes(said) == SENT
    before, pasted = said.split("\x1b[200~")[:2]
    assert before == "\x1b[A\x1b[200x"
    assert pasted.removesuffix("\x1b[201~\x1b[B").count("\x1b") == 0
    assert said.endswith("\x1b[B\x1b[200~\x1b[201~\x1b")


def test_a_key_is_known_at_once_and_what_is_no_text_is_replaced() -> None:
    decoder = TerminalDecoder()
    assert [decoder.decode(each) for each in (b"\x1b", b"[", b"A", b"\xff")] == ["\x1b", "[", "A", "\ufffd"]
