"""Print the JSON Schema of a saved request or an authorizers.yaml, for completion and checks in an editor.

--write writes it to .authlens/ in the working folder, where the first line of saved requests points.

examples:
  authlens schema request
  authlens schema request --write
  authlens schema authorizers > authorizers.schema.json
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", choices=("request", "authorizers"), metavar="request|authorizers", help="the kind of file"
    )
    parser.add_argument("--write", action="store_true", help="write .authlens/KIND.schema.json and print its path")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    schema = schema_of(arguments.kind)
    if not arguments.write:
        services.output.json(schema)
        return ExitCode.DONE
    from authlens.store.files import write_whole
    from authlens.store.modeline import FOLDER, content_of

    path = Path(FOLDER, f"{arguments.kind}.schema.json")
    try:
        write_whole(path, content_of(schema))
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from error
    services.output.line(str(path))
    return ExitCode.DONE


def schema_of(kind: str) -> dict[str, Any]:
    """Each kind imports only its own reader."""
    if kind == "request":
        from authlens.core.saved.schema import request_schema

        return request_schema()
    from authlens.endpoint.templates.schema import authorizers_schema

    return authorizers_schema()
