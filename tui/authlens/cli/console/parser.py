"""The command table and the parser of everything before a command's own options."""

from __future__ import annotations

import argparse
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any, NoReturn

from authlens import __version__
from authlens.cli.console.diagnostics import CommandError
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    summary: str
    is_family: bool = False
    """Whether the command is a package, with its entry point in the module `command`."""

    @property
    def module(self) -> str:
        return f"authlens.cli.{self.name}.command" if self.is_family else f"authlens.cli.{self.name}"


COMMANDS = (
    Command("demo", "open the app on the embedded endpoint with samples"),
    Command("init", "write a function, authorizers.yaml, keys and saved requests to start a project"),
    Command("invoke", "call an authorizer, with the options of `aws iot test-invoke-authorizer`", is_family=True),
    Command("serve", "run the local endpoint with your own functions", is_family=True),
    Command("explain", "show at which stage a request or an answer fails, why, and what to do", is_family=True),
    Command("logs", "show what the deployed function logged, from CloudWatch Logs"),
    Command("connect", "connect as a device would, and report each stage"),
    Command("decide", "decide what policies allow, and explain why", is_family=True),
    Command("lint", "check policies, answers, saved requests and authorizers"),
    Command("sign", "sign a token"),
    Command("verify", "find the key that verifies a token signature"),
    Command("event", "show the event that the function receives"),
    Command("diff", "compare two invocations, outcomes or files"),
    Command("run", "run saved requests as a suite", is_family=True),
    Command("trust", "allow files in a folder to run local code and name endpoints"),
    Command("history", "list, show, export or clear the history", is_family=True),
    Command("config", "show where settings, history and saved requests live"),
    Command("schema", "print the JSON Schema of a saved request or an authorizers.yaml"),
    Command("help", "show a page of the guide, offline"),
)

BY_NAME = {command.name: command for command in COMMANDS}

COMPLETION = ("--install-completion", "--print-completion")
"""Options that are used alone, with the name of a shell."""
SHELLS = ("bash", "zsh", "fish")

_DIGITS = 19
"""As many as a number in the database may have, all of them 9."""
_LONGEST = 2.0**31
"""In seconds."""
VALUES = "--complete"
"""How completion scripts ask for profiles, authorizers and environments. Not shown in any help."""

_EXAMPLES = """\
examples:
  authlens
  authlens requests/sensor.yaml
  authlens requests/ --profile dev --region eu-west-1
  authlens demo"""


class HelpText(argparse.HelpFormatter):
    """Fills paragraphs to the terminal's width; indented lines, which are examples and tables, stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        import textwrap

        lines: list[str] = []
        for is_prose, group in groupby(text.splitlines(), lambda line: line[:1].strip() != ""):
            block = list(group)
            lines += textwrap.wrap(" ".join(block), width, break_on_hyphens=False) if is_prose else block
        return "\n".join(lines)


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of exiting and does not accept abbreviated options."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", HelpText)
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # passes argparse's own arguments through

    def words(self, words: Sequence[str]) -> argparse.Namespace:
        """What the words say.

        argparse gives the option in `--option=--` an empty list instead of a text.
        """
        for word in takewhile(lambda each: each != "--", words):
            option, _, value = word.partition("=")
            if option.startswith("-") and value == "--":
                self.error(f"argument {option}: '--' is not a value")
        return self.parse_args(words)

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message} (see '{self.prog} --help')")


def given_name(text: str) -> str:
    """`type=` of an argument that names a file or a folder.

    `~` is the home folder after `--option=` too, where shells leave it. An empty name, which is an unset variable's,
    would otherwise be the working folder.
    """
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; is a variable in it not set? For this folder write .")
    if not text.startswith("~"):
        return text
    from authlens.user_path import NotAPath, user_path

    try:
        return str(user_path(text))
    except NotAPath as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None


def given_path(text: str) -> Path:
    from pathlib import Path

    return Path(given_name(text))


def whole_number(text: str) -> int:
    """`type=` of a count or of an id in the history."""
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    if len(text) >= _DIGITS:
        raise argparse.ArgumentTypeError(f"{text} is too large a number")
    return int(text)


def seconds(text: str) -> float:
    """`type=` of a time-out."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return number


def app_parser() -> Parser:
    """The parser of `authlens [FILE|FOLDER]` and its connection options."""
    commands = "\n".join(f"  {command.name:9} {command.summary}" for command in COMMANDS)
    parser = Parser(
        prog="authlens",
        description="An interactive terminal debugger for AWS IoT Core custom authorizers.\n"
        "Without a command, opens the app, optionally on a saved request or a folder of saved requests.",
        epilog=f"commands:\n{commands}\n\n{_EXAMPLES}\n\n'authlens COMMAND --help' shows a command's options.",
    )
    parser.add_argument(
        "path",
        nargs="?",
        type=given_name,
        metavar="FILE|FOLDER",
        help="a saved request, a folder of them, a function, or a file that defines authorizers",
    )
    add_app_options(parser)
    for option, summary in zip(COMPLETION, ("install tab completion", "print the completion script"), strict=True):
        of_shell = f"{summary} for a shell (default: that of $SHELL)"
        parser.add_argument(option, nargs="?", choices=SHELLS, default=argparse.SUPPRESS, help=of_shell)
    parser.add_argument("--version", action="version", version=f"authlens {__version__}")
    return parser


def add_app_options(parser: argparse.ArgumentParser) -> None:
    """The app's options: `--watch`, and the AWS CLI's connection options with the AWS CLI's meanings."""
    parser.add_argument("--watch", action="store_true", help="send again whenever the function's code changes")
    group = parser.add_argument_group("connection options, as in the AWS CLI")

    def option(name: str, help_text: str, **settings: Any) -> None:
        group.add_argument(name, help=help_text, **settings)

    option("--profile", "the profile from your AWS configuration", metavar="NAME")
    option("--region", "the AWS Region", metavar="REGION")
    option("--endpoint-url", "send to this URL instead of the service's own endpoint", metavar="URL")
    option("--no-verify-ssl", "do not verify the server's certificate", dest="verify_ssl", action="store_false")
    option("--ca-bundle", "the CA certificates to trust", metavar="FILE")
    of_time: Any = {"type": seconds, "metavar": "SECONDS"}
    option(
        "--cli-read-timeout", "seconds to wait for data, 0 for no limit (default 30)", dest="read_timeout", **of_time
    )
    option("--cli-connect-timeout", "seconds to wait for a connection (default 5)", dest="connect_timeout", **of_time)
    option(
        "--no-sign-request", "do not sign the request with AWS credentials", dest="sign_request", action="store_false"
    )
