"""What to try before the first send."""

from __future__ import annotations

from authlens.ui.text.answer.first_steps import first_steps


def test_steps_have_the_keys_as_they_are_now() -> None:
    said = "\n".join(line.content.plain for line in first_steps({"send": "^g", "open": "^o"}, in_demo=True))
    assert "^g       Send the request in the form" in said
    assert "each sample shows" in said
    assert "F5" not in said


def test_samples_are_named_only_where_there_are_some() -> None:
    said = "\n".join(line.content.plain for line in first_steps({}, in_demo=False))
    assert "Open a saved request\n" in said
    assert "sample shows" not in said
    assert "'Start a project'" in said
    assert "authlens init . --from FILE" in said
