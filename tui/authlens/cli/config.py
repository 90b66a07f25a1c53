"""Where settings, themes, history and saved requests live, and which settings are in effect."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import ExitCode, narrate

if TYPE_CHECKING:
    from authlens.cli.console.services import CliServices

_EXAMPLES = """examples:
  authlens config path
  authlens config path --output json
  authlens config show

XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME are honoured on every platform. Saved requests are read
from requests/ in the working folder if it exists, otherwise from the data folder."""

_ACTION_EXAMPLES = """examples:
  authlens config {0}
  authlens config {0} --output json"""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    actions = parser.add_subparsers(dest="action", required=True, metavar="path|show")
    for name, summary in (("path", "the files and folders"), ("show", "the settings, with the defaults")):
        whole = f"{summary.capitalize()}."
        action = actions.add_parser(name, help=summary, description=whole, epilog=_ACTION_EXAMPLES.format(name))
        action.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    facts = _paths(services) if arguments.action == "path" else _settings(services)
    if arguments.output == "json":
        services.output.json(facts)
        return ExitCode.DONE
    if arguments.action == "path":
        width = max(map(len, facts))
        for name, path in facts.items():
            services.output.line(f"{name.ljust(width)}  {path}")
    else:
        from authlens.core.text.yaml_writer import dump

        services.output.write(dump(facts))
    return ExitCode.DONE


def _paths(services: CliServices) -> dict[str, str]:
    places = services.places()
    return {
        "settings": str(places.settings),
        "themes": str(places.themes),
        "history": str(places.history),
        "requests": str(places.requests),
    }


def _settings(services: CliServices) -> dict[str, Any]:
    """The settings in the file, and defaults for the rest. Errors in the file are reported on standard error."""
    from authlens.store.settings import as_document, load_settings

    settings = load_settings(services.places().settings)
    for problem in settings.problems:
        narrate(f"authlens: warning: {problem}", services.stderr)
    return as_document(settings)
