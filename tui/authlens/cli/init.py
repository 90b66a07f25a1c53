"""Create a starter project: functions, authorizers.yaml, a new key pair, and saved requests.

The project works at once, entirely on this machine. Existing files are never overwritten.

examples:
  authlens init my-authorizer
  authlens my-authorizer              open the app on the project's saved requests
  authlens run my-authorizer          run the saved requests as a suite
  authlens run my-authorizer --negative my-authorizer/requests/refused
  authlens serve --authorizers my-authorizer/authorizers.yaml
  authlens init try --from template.yaml
  authlens init try --from cdk.out --function AuthFunction
  authlens init try --from src/app.py
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import given_name, given_path
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.definitions import reported
from authlens.endpoint.projects.starter import PRIVATE_KEY, NotWritten, project, write_project


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory",
        type=given_path,
        nargs="?",
        metavar="DIR",
        help="the project folder, created if it does not exist; . is this folder",
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        type=given_name,
        help="create it for a template, a cdk.out, the output of terraform show -json, or FILE[:HANDLER] of a function",
    )
    parser.add_argument(
        "--function", metavar="NAME", help="with --from: the function to serve if the file declares no authorizer"
    )


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    folder: Path | None = arguments.directory
    if folder is None:
        raise CommandError(
            "the following arguments are required: DIR, the project folder; write 'authlens init .' for this folder, "
            "or 'authlens init my-authorizer' for a new one"
        )
    if arguments.function and not arguments.source:
        raise CommandError("--function needs --from FILE")
    files = new_project() if arguments.source is None else from_source(arguments, services)
    try:
        for path in write_project(folder, files):
            services.output.line(str(path))
    except NotWritten as error:
        raise CommandError(str(error)) from None
    _trust(folder, services)
    _introduce(folder, services)
    return ExitCode.DONE


def new_project() -> Mapping[str, bytes]:
    from authlens.core.saved.schema import request_schema
    from authlens.store.modeline import content_of, line_to

    return project(content_of(request_schema()), line_to)


def from_source(arguments: argparse.Namespace, services: CliServices) -> Mapping[str, bytes]:
    """The files of a project for existing code. Raises CommandError."""
    from authlens.core.signing.keys import generate_key_pair
    from authlens.endpoint.projects.draft import drafted
    from authlens.endpoint.projects.made_key import has_key, read_with_key
    from authlens.endpoint.projects.source import ProjectSource
    from authlens.endpoint.templates.settings import ProjectSettings
    from authlens.endpoint.templates.unpack import Cache

    source = ProjectSource.named(arguments.source, settings=ProjectSettings(function=arguments.function))
    keys = generate_key_pair()
    cache = Cache(services.places().cache / "unpacked")
    definitions = reported(lambda: read_with_key(source, cache, keys.public_pem), services)
    files = drafted(definitions, source.path, arguments.directory, arguments.function, keys.public_pem)
    try:
        found = {name: content.encode() for name, content in files.items()}
    except UnicodeEncodeError:
        raise CommandError(
            f"{source.path}: a path that is not UTF-8 cannot be written into a file; rename it"
        ) from None
    if any(has_key(each, keys.public_pem) for each in definitions.authorizers):
        found |= {"keys/public.pem": keys.public_pem.encode(), PRIVATE_KEY: keys.private_pem}
        found |= {"keys/.gitignore": b"private.pem\n"}
    return found


def _trust(folder: Path, services: CliServices) -> None:
    """Creating a project trusts its code. If the trust list cannot be written, trust is asked for when it is needed."""
    from authlens.store.trust import TrustList, TrustNotKept

    try:
        TrustList(services.places().trust).add([folder], services.now())
    except TrustNotKept as error:
        narrate(f"authlens: {error}", services.stderr)


def _introduce(folder: Path, services: CliServices) -> None:
    from shlex import quote

    here = quote(str(folder))
    narrate(f"Open it with 'authlens {here}', or run its saved requests with 'authlens run {here}'.", services.stderr)
