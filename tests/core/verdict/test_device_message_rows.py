from __future__ import annotations

from authlens.core.verdict.device_message_rows import ROWS


def test_general_words_come_after_the_particular_ones_of_their_kind() -> None:
    ids = [row.id for row in ROWS]
    assert ids.index("connack-not-authorized") < ids.index("not-authorized")
    assert ids.index("mosquitto-lost") < ids.index("closed-without-a-word")
    assert {row.id for row in ROWS if row.is_general} >= {"not-authorized", "unspecified", "closed-without-a-word"}
