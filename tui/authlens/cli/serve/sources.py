"""The options for what an endpoint serves, and for values that only AWS knows.

The endpoint is imported inside functions: `--help` must not load it.
"""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.parser import given_name, given_path

if TYPE_CHECKING:
    from authlens.endpoint.projects.source import ProjectSource
    from authlens.endpoint.templates.settings import ProjectSettings


def declare_source(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what is served")
    what.add_argument(
        "--authorizers", type=given_path, metavar="FILE", help="an authorizers.yaml (see 'authlens help serve')"
    )
    what.add_argument(
        "--template",
        metavar="FILE",
        type=given_name,
        help="a SAM or CloudFormation template, a cdk.out, a zip of either, or the JSON of terraform show -json",
    )
    what.add_argument(
        "--function",
        metavar="NAME",
        help="with --template: a function's logical id; alone: a function's FILE, FILE:HANDLER or program",
    )
    values = parser.add_argument_group("values that the files do not contain (see 'authlens help projects')")
    values.add_argument(
        "--parameter", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="a parameter of the template"
    )
    values.add_argument(
        "--env", action="append", default=[], type=_variable, metavar="NAME=VALUE", help="a variable of the functions"
    )
    values.add_argument(
        "--env-file", type=given_path, metavar="FILE", help="variables of the functions, NAME=VALUE per line"
    )
    values.add_argument("--region", type=_region, help="the region of the ARNs (default: us-west-2)")
    values.add_argument("--account", type=_account, help="the account of the ARNs (default: 000000000000)")
    values.add_argument("--interpreter", metavar="PATH", help="the Python or Node.js that runs the functions")
    values.add_argument("--public-key", type=given_path, metavar="FILE", help="the key that tokens are verified with")
    values.add_argument("--token-key-name", metavar="NAME", help="the name of the token in headers and queries")


def source_of(arguments: argparse.Namespace) -> ProjectSource:
    """The source that the options name. Raises CommandError, and DefinitionError for an invalid file of variables."""
    from authlens.endpoint.projects.bare_function import split_bare
    from authlens.endpoint.projects.source import ProjectSource
    from authlens.endpoint.templates.settings import ProjectSettings

    if arguments.authorizers is not None and (arguments.template is not None or arguments.function is not None):
        raise CommandError("--template and --function are not allowed with --authorizers: give one of them")
    if arguments.authorizers is None and arguments.template is None and arguments.function is None:
        raise CommandError("give one of --authorizers FILE, --template FILE and --function FILE:HANDLER")
    settings = settings_of(arguments)
    if arguments.authorizers is not None:
        if settings.over(ProjectSettings()) != ProjectSettings():
            raise CommandError("these options are for --template and --function; write the values into the file")
        return ProjectSource(arguments.authorizers)
    if arguments.template is not None:
        return ProjectSource.named(arguments.template, settings=settings)
    if split_bare(arguments.function) is None and not os.path.exists(os.path.expanduser(arguments.function)):
        raise CommandError(
            f"--function {arguments.function}: without --template give FILE or FILE:HANDLER, such as "
            "src/app.py:handler, or a program that speaks the Runtime API"
        )
    return ProjectSource.named(arguments.function, settings=replace(settings, function=None))


def settings_of(arguments: argparse.Namespace) -> ProjectSettings:
    """Paths are relative to the working folder. Raises DefinitionError for an invalid file of variables."""
    from authlens.endpoint.templates.definitions import DefinitionError
    from authlens.endpoint.templates.settings import ProjectSettings, read_env_file

    env: dict[str, str] = {}
    if arguments.env_file is not None:
        try:
            env = read_env_file(arguments.env_file)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise DefinitionError(arguments.env_file, 0, 0, f"--env-file cannot be read: {why}") from None
    program = arguments.interpreter
    return ProjectSettings(
        parameters=dict(arguments.parameter),
        env={**env, **dict(arguments.env)},
        region=arguments.region,
        account=arguments.account,
        interpreter=os.path.abspath(os.path.expanduser(program)) if program and os.sep in program else program,
        function=arguments.function,
        token_key_name=arguments.token_key_name,
        public_key=Path(os.path.abspath(arguments.public_key)) if arguments.public_key else None,
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _variable(text: str) -> tuple[str, str]:
    from authlens.endpoint.templates.function_checks import Unfit, checked_variable

    name, value = _pair(text)
    try:
        return name, checked_variable(name, value)
    except Unfit as reason:
        raise argparse.ArgumentTypeError(str(reason)) from None


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of an AWS region, such as us-west-2")
    return text


def _account(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an account; give twelve digits")
    return text
