"""Options as the AWS CLI's parser reads them, ours only in full."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.commands.options import OPTIONS, OptionError, Takes, read


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["--authorizer-nam", "A"], {"authorizer_name": "A"}),
        (["--token-s", "S"], {"token_signature": "S"}),
        (["--token", "T"], {"token": "T"}),
        (["--de"], {"debug": True}),
        (["--e", "http://x"], {"endpoint_url": "http://x"}),
        (["--e=http://x"], {"endpoint_url": "http://x"}),
        (["--token=-abc"], {"token": "-abc"}),
        (["--token=a=b"], {"token": "a=b"}),
        (["--token="], {"token": ""}),
        (["--token", "-1"], {"token": "-1"}),
        (["--token", "-a b"], {"token": "-a b"}),
        (["--token", "-"], {"token": "-"}),
        (["--token", "a", "--token", "b"], {"token": "b"}),
        (["--generate-cli-skeleton"], {"generate_cli_skeleton": "input"}),
        (["--g", "output"], {"generate_cli_skeleton": "output"}),
        (["--exit-code", "-h"], {"exit_code": True, "help": True}),
    ],
    ids=" ".join,
)
def test_values(words: list[str], values: dict[str, str | bool]) -> None:
    assert read(words).values == values


@pytest.mark.parametrize(
    ("words", "position", "message"),
    [
        (["--token", "-abc"], 0, "expected one argument; write --token=VALUE"),
        (["--authorizer-name", "A", "--token"], 2, "expected one argument"),
        (["--token", "--"], 0, "expected one argument"),
        (["--token", "--request=a b"], 0, "expected one argument"),
        (["--token", "--token-signature=a b"], 0, "expected one argument"),
        (["--tok"], 0, "ambiguous option: --tok could be --token, --token-signature"),
        (["--exit"], 0, "Unknown options: --exit"),
        (["--token-std"], 0, "Unknown options: --token-std"),
        (["--authorisername", "A"], 0, "did you mean --authorizer-name?"),
        (["-x"], 0, "Unknown options: -x"),
        (["--output", "xml"], 1, "Found invalid choice 'xml'"),
        (["--debug=1"], 0, "--debug takes no value"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(words: list[str], position: int, message: str) -> None:
    with pytest.raises(OptionError) as error:
        read(words)
    assert message in str(error.value)
    assert error.value.position == position


def test_an_unknown_option_does_not_quote_its_value() -> None:
    with pytest.raises(OptionError) as error:
        read(["--tokn=secret"])
    assert "secret" not in str(error.value)


def test_other_words_are_kept_apart() -> None:
    given_ = read(["iot", "--region", "r", "test-invoke-authorizer", "--", "--token"])
    assert given_.words == ("iot", "test-invoke-authorizer", "--token")
    assert given_.text("region") == "r"
    assert given_.text("token") is None
    assert not given_.flag("debug")


def _argparse() -> argparse.ArgumentParser:
    """The AWS CLI's options in the parser that the AWS CLI is built on."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    for option in OPTIONS:
        if option.ours:
            continue
        if option.takes is Takes.NOTHING:
            parser.add_argument(option.name, action="store_true", default=None)
        else:
            nargs = "?" if option.takes is Takes.CHOICE else None
            parser.add_argument(
                option.name, choices=option.choices or None, nargs=nargs, const="input" if nargs else None
            )
    return parser


_NAMES = [option.name for option in OPTIONS if not option.ours]
_WORDS = st.one_of(
    st.sampled_from(_NAMES),
    st.sampled_from(_NAMES).flatmap(lambda name: st.integers(3, len(name)).map(lambda end: name[:end])),
    st.sampled_from(
        ["json", "on", "output", "raw-in-base64-out", "a", "-1", "-1.5", "-x", "-a b", "-", "", "--x", "--a=b"]
    ),
    st.sampled_from(_NAMES).map(lambda name: f"{name}=v"),
)


@given(words=st.lists(_WORDS, max_size=6))
def test_reads_as_argparse_does(words: list[str]) -> None:
    try:
        values, others = _argparse().parse_known_args(words)
        expected = {name: value for name, value in vars(values).items() if value is not None}
        refused = bool(
            [other for other in others if other.startswith("-") and other not in ("-", "-1", "-1.5", "-a b")]
        )
    except (argparse.ArgumentError, SystemExit):
        refused = True
    try:
        given_ = read(words)
    except OptionError:
        assert refused
        return
    assert not refused
    assert given_.values == expected


def test_only_the_password_of_the_contexts_is_in_base64() -> None:
    helps = {option.name: option.help for option in OPTIONS if option.metavar == "CONTEXT"}
    assert {name: "(password in base64)" in text for name, text in helps.items()} == {
        "--http-context": False,
        "--mqtt-context": True,
        "--tls-context": False,
    }
    assert all("base64)" not in text.replace("(password in base64)", "") for text in helps.values())
    assert all(text.endswith(" - or JSON") for text in helps.values())
