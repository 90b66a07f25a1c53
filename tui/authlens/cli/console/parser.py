"""The command table and the parser of everything before a command's own options."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from authlens import __version__
from authlens.cli.console.diagnostics import CommandError
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    summary: str
    is_family: bool = False
    """Whether the command is a package of modules, of which `command` is the first."""

    @property
    def module(self) -> str:
        return f"authlens.cli.{self.name}.command" if self.is_family else f"authlens.cli.{self.name}"


COMMANDS = (
    Command("demo", "open the app on the embedded endpoint with samples"),
    Command("init", "write a function, authorizers.yaml, keys and saved requests to start a project"),
    Command("invoke", "call an authorizer, with the options of `aws iot test-invoke-authorizer`", is_family=True),
    Command("serve", "run the local endpoint with your own functions", is_family=True),
    Command("explain", "say at which stage a request or an answer fails, why, and what to do", is_family=True),
    Command("logs", "show what the deployed function logged, from CloudWatch Logs"),
    Command("connect", "connect as a device would, and report each stage"),
    Command("decide", "say what policies allow, and why", is_family=True),
    Command("lint", "check policy documents"),
    Command("sign", "sign a token"),
    Command("verify", "find the key that a token signature fits"),
    Command("event", "show the event that the function receives"),
    Command("diff", "compare two invocations, outcomes or files"),
    Command("run", "run saved requests as a suite", is_family=True),
    Command("trust", "let the files of a folder run local code and name endpoints"),
    Command("history", "list, show, export or clear the history", is_family=True),
    Command("config", "show where settings, history and saved requests live"),
    Command("schema", "print the JSON Schema of a saved request or an authorizers.yaml"),
    Command("help", "show a page of the guide, offline"),
)

BY_NAME = {command.name: command for command in COMMANDS}

COMPLETION = ("--install-completion", "--print-completion")
"""Options that stand alone and name a shell: bash, zsh or fish."""

VALUES = "--complete"
"""What completion scripts ask: the profiles, authorizers or environments that there are. In no help."""

_EXAMPLES = """\
examples:
  authlens
  authlens requests/sensor.yaml
  authlens requests/ --profile dev --region eu-west-1
  authlens demo"""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of exiting, with options given in full."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # passes through what argparse declares

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message} (see '{self.prog} --help')")


def app_parser() -> Parser:
    """The parser of `authlens [FILE|FOLDER]` and its connection options."""
    commands = "\n".join(f"  {command.name:9} {command.summary}" for command in COMMANDS)
    parser = Parser(
        prog="authlens",
        description="An interactive terminal debugger for AWS IoT Core custom authorizers.\n"
        "Without a command the app opens, on a saved request or a folder of them when one is named.",
        epilog=f"commands:\n{commands}\n\n{_EXAMPLES}\n\n'authlens COMMAND --help' shows a command's options.",
    )
    parser.add_argument("path", nargs="?", metavar="FILE|FOLDER", help="a saved request, or a folder of them")
    add_app_options(parser)
    for option, summary in zip(COMPLETION, ("install tab completion for a shell", "print it"), strict=True):
        parser.add_argument(option, choices=("bash", "zsh", "fish"), default=argparse.SUPPRESS, help=summary)
    parser.add_argument("--version", action="version", version=f"authlens {__version__}")
    return parser


def add_app_options(parser: argparse.ArgumentParser) -> None:
    """Those of the app: `--watch`, and the AWS CLI's own for reaching a service, with its meanings."""
    parser.add_argument("--watch", action="store_true", help="send again whenever the function's code changes")
    group = parser.add_argument_group("connection, as in the AWS CLI")

    def option(name: str, help_text: str, **settings: Any) -> None:
        group.add_argument(name, help=help_text, **settings)

    option("--profile", "the profile of the AWS configuration", metavar="NAME")
    option("--region", "the region", metavar="REGION")
    option("--endpoint-url", "where to send it instead", metavar="URL")
    option("--no-verify-ssl", "accept any server certificate", dest="verify_ssl", action="store_false")
    option("--ca-bundle", "certificates of the authorities to trust", metavar="FILE")
    seconds: Any = {"type": float, "metavar": "SECONDS"}
    option("--cli-read-timeout", "seconds to wait for bytes, 0 for ever (default 30)", dest="read_timeout", **seconds)
    option("--cli-connect-timeout", "seconds to wait for the connection (default 5)", dest="connect_timeout", **seconds)
    option("--no-sign-request", "send without AWS credentials", dest="sign_request", action="store_false")
