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
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.definitions import reported

PRIVATE_KEY = "keys/private.pem"
SCHEMA = ".authlens/request.schema.json"
SHARED = "functions/"
"""Lambda runs a function as another user, which must be able to read the package."""
AUTHORIZERS = """\
# The authorizers that `authlens serve` provides, each with its function.
region: us-west-2
account: "000000000000"
authorizers:
  SensorPassword:                # MQTT user name and password, no token
    signingDisabled: true
    codeUri: functions/sensors
    handler: app.handler
    environment: {SENSOR_PASSWORD: correct-horse}
  FleetToken:                    # a token that AWS verifies with this key before it invokes the function
    tokenKeyName: token
    tokenSigningPublicKeys: {k1: keys/public.pem}
    codeUri: functions/tokens
    handler: app.handler
# More keys of an authorizer: status, timeout, memorySize, functionName, enableCachingForHttp,
# runtime (python3.13, nodejs22.x, or provided with a command), and
# interpreter (such as .venv/bin/python, to run the function with the packages it needs).
"""
SAMPLE_FUNCTIONS = ("functions/sensors/app.py", "functions/tokens/app.py")
SAMPLE_REQUESTS = (
    "requests/1-sensor-with-its-password.yaml",
    "requests/2-vehicle-with-a-signed-token.yaml",
    "requests/3-wrong-password.yaml",
)
REFUSED = ("requests/3-wrong-password.yaml",)
"""The demo asks for it to be fixed; the suite of a project expects it to be refused."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory",
        type=Path,
        nargs="?",
        metavar="DIR",
        help="the project folder, created if it does not exist; . is this folder",
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
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
    files = project() if arguments.source is None else from_source(arguments, services)
    _refuse_existing(folder, files)
    for name, content in files.items():
        _write(folder / name, content, shared=name.startswith(SHARED))
        services.output.line(str(folder / name))
    _trust(folder, services)
    _introduce(folder, services)
    return ExitCode.DONE


def project() -> Mapping[str, bytes]:
    """The files of a new project by path, with a freshly generated key pair."""
    from authlens.core.saved.schema import request_schema
    from authlens.core.signing.keys import generate_key_pair
    from authlens.endpoint.samples.unpack import sample_content
    from authlens.store.modeline import content_of, line_to

    keys = generate_key_pair()
    return {
        "authorizers.yaml": AUTHORIZERS.encode(),
        **{name: sample_content(name) for name in SAMPLE_FUNCTIONS},
        "keys/public.pem": keys.public_pem.encode(),
        PRIVATE_KEY: keys.private_pem,
        SCHEMA: content_of(request_schema()),
        **{name: line_to(f"../{SCHEMA}") + _request(name) for name in SAMPLE_REQUESTS},
        "keys/.gitignore": b"private.pem\n",
    }


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
    found = {name: content.encode() for name, content in files.items()}
    if any(has_key(each, keys.public_pem) for each in definitions.authorizers):
        found |= {"keys/public.pem": keys.public_pem.encode(), PRIVATE_KEY: keys.private_pem}
        found |= {"keys/.gitignore": b"private.pem\n"}
    return found


def _request(name: str) -> bytes:
    """The demo's saved request, with the project's authorizers as its target; one that is refused stays refused."""
    from authlens.endpoint.samples.unpack import sample_content

    content = sample_content(name).replace(b"{local: demo}", b"{local: ../authorizers.yaml}")
    return content.replace(b"isAuthenticated: true", b"isAuthenticated: false") if name in REFUSED else content


def _refuse_existing(folder: Path, names: Iterable[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} is a file; give a folder")
    in_the_way = [str(folder / name) for name in names if os.path.lexists(folder / name)]
    if in_the_way:
        raise CommandError(
            "nothing was written, because these files exist: "
            f"{', '.join(in_the_way)}; move them away or choose another folder"
        )


def _write(path: Path, content: bytes, shared: bool) -> None:
    """Only the user can read files that are not shared, and write to any of them, whatever the umask."""
    try:
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(0o755 if shared else 0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o644 if shared else 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


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
