"""Where a pasted command begins, and that searching for it stays quick."""

from __future__ import annotations

import time

import pytest

from authlens.core.commands.start import CommandStart, find

_AWS = "aws iot test-invoke-authorizer"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\n  ",
        "$ ",
        "me@host:~/x$ ",
        "[me@host x]$ ",
        "(venv) me@host % ",
        "PS C:\\Users\\me> ",
        "C:\\Users\\me>",
        "# the login with aws iot\n",
        "#!/bin/sh\nset -e\n",
        "```sh\n",
        "time ",
        "sudo -E ",
        "aws-vault exec dev -- ",
        "docker run --rm ",
        "see the docs of aws, then run\n",
    ],
)
def test_what_precedes_the_program_is_ignored(before: str) -> None:
    assert find(before + _AWS) == CommandStart(len(before))


def test_variables_before_it_are_kept() -> None:
    assert find(f"$ env AWS_PROFILE='my dev' A=b sudo {_AWS}") == CommandStart(6)
    lines = f"export AWS_PROFILE=dev\nset AWS_REGION=r-1\n$Env:A = 'x'\n{_AWS}"
    assert find(lines) == CommandStart(
        lines.index("aws iot"), exported={"AWS_PROFILE": "dev", "AWS_REGION": "r-1", "A": "x"}
    )


def test_a_substitution_ends_with_its_parenthesis() -> None:
    assert find(f"ANSWER=$({_AWS})") == CommandStart(9, in_parentheses=True)


@pytest.mark.parametrize(
    "text",
    ["", "a token", "aws iot list-authorizers", "authlens decide", '{"test-invoke-authorizer": 1}', f"# as {_AWS}"],
)
def test_other_text_holds_no_command(text: str) -> None:
    assert find(text) is None


def test_a_hash_alone_is_the_prompt_of_root() -> None:
    assert find(f"# {_AWS}") == CommandStart(2)


@pytest.mark.parametrize("piece", ["aws iot ", "aws -", "A=b ", "::::", "/a/", "python -m ", "\n", " "])
def test_a_long_paste_is_searched_quickly(piece: str) -> None:
    text = piece * (200_000 // len(piece)) + "x test-invoke-authorizer"
    began = time.process_time()
    find(text)
    assert time.process_time() - began < 2
