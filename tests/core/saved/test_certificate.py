from __future__ import annotations

from authlens.core.saved.certificate import Certificate


def test_nothing_is_known_of_it_until_it_is_said() -> None:
    assert Certificate() == Certificate(None, None, None, None)
