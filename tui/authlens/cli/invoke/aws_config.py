"""The AWS CLI's settings for output, binary values and prompting, read without loading boto3.

The order of precedence is the AWS CLI's: option, environment, profile in the configuration files. A file that cannot be
read is left to the gateway, which names it when it looks up Region and credentials.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from enum import StrEnum

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.core.commands.options import BINARY_FORMATS, GivenOptions
from authlens.frozen import dataclass


class Prompt(StrEnum):
    """When to open the app to fill in the request, in the AWS CLI's words."""

    ON = "on"
    ON_PARTIAL = "on-partial"
    """If the command line cannot be sent as it is."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class AwsCliSettings:
    output: str
    error_format: str
    raw_password: bool
    """The password is literal, not base64."""
    prompt: Prompt


def settings(given: GivenOptions, environ: Mapping[str, str]) -> AwsCliSettings:
    profile = given.text("profile") or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    configured = _profile(profile, environ)
    return AwsCliSettings(
        output=given.text("output") or environ.get("AWS_DEFAULT_OUTPUT") or configured.get("output") or "json",
        error_format=_error_format(given, environ, configured),
        raw_password=_binary_format(given, configured) == "raw-in-base64-out",
        prompt=_prompt(given, environ.get("AWS_CLI_AUTO_PROMPT") or configured.get("cli_auto_prompt") or "off"),
    )


def _error_format(given: GivenOptions, environ: Mapping[str, str], configured: Mapping[str, str]) -> str:
    wanted = environ.get("AWS_CLI_ERROR_FORMAT") or configured.get("cli_error_format") or "enhanced"
    return given.text("cli_error_format") or wanted.lower()


def _binary_format(given: GivenOptions, configured: Mapping[str, str]) -> str:
    chosen = given.text("cli_binary_format") or configured.get("cli_binary_format") or "base64"
    if chosen not in BINARY_FORMATS:
        raise CommandError(
            f"cli_binary_format of the profile is {chosen!r}; write {' or '.join(BINARY_FORMATS)}", ExitCode.OTHER
        )
    return chosen


def _prompt(given: GivenOptions, configured: str) -> Prompt:
    if given.flag("no_cli_auto_prompt"):
        return Prompt.OFF
    if given.flag("cli_auto_prompt"):
        return Prompt.ON
    return Prompt(configured.lower()) if configured.lower() in list(Prompt) else Prompt.OFF


def _profile(name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The keys of a profile; those in the credentials file take precedence."""
    found: dict[str, str] = {}
    for variable, default in (
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ):
        path = os.path.expanduser(os.path.expandvars(environ.get(variable) or default))
        for section, keys in _sections(path):
            if _profile_name(section, plain=variable != "AWS_CONFIG_FILE") == name:
                found |= keys
    return found


def _sections(path: str) -> list[tuple[str, dict[str, str]]]:
    if not os.path.isfile(path):
        return []
    import configparser

    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return []
    return [(section, dict(parser.items(section))) for section in parser.sections()]


def _profile_name(section: str, plain: bool) -> str | None:
    """The profile of a section; in the configuration file, all but `default` are written `profile NAME`."""
    if plain or section == "default":
        return section
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    return words[1] if len(words) == 2 and words[0] == "profile" else None
