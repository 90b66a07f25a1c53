"""Show the event that the function receives, of a test call or of a real connection, and what differs between them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import World
from authlens.cli.inputs.saved_requests import (
    REQUEST_HELP,
    declare_authorizer,
    declare_environment,
    known_authorizer,
    read_saved_request,
    read_text,
    resolve_references,
)
from authlens.cli.inputs.signing import signed
from authlens.cli.inputs.trust import declare_trust
from authlens.core.request.request import TlsContext

if TYPE_CHECKING:
    from authlens.core.event.preview import PreviewKind
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.request.request import AuthorizerRequest
    from authlens.core.saved.saved_request import SavedRequest

_EXAMPLES = """examples:
  authlens event --request requests/sensor.yaml
  authlens event --request requests/sensor.yaml --as mqtt > lambda-test-event.json
  authlens event --request requests/sensor.yaml --as wss --differences
  authlens event --request requests/sensor.yaml --device-lines --endpoint abc-ats.iot.eu-west-1.amazonaws.com
  authlens event --read logged.txt > requests/logged.yaml

The event is a Lambda test event as it stands. References such as ${env:NAME} stay unless --resolve is given; device
lines hide secrets unless --reveal is given. The keys of --output json are listed in docs/signing.md."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", metavar="FILE", help=REQUEST_HELP)
    what.add_argument(
        "--read", metavar="FILE", help="turn a logged event (JSON, or as Python prints it) into a saved request"
    )
    parser.add_argument(
        "--as",
        dest="kind",
        choices=("test", "http", "mqtt", "wss"),
        default="test",
        help="of the test call (default), an HTTPS publish, MQTT over TLS, or MQTT over WebSocket",
    )
    show = parser.add_mutually_exclusive_group()
    show.add_argument("--differences", action="store_true", help="what a real connection has otherwise, and why")
    show.add_argument(
        "--device-lines", action="store_true", help="the same request as curl, mosquitto_pub, MQTTX, paho and SDK lines"
    )
    declare_authorizer(parser)
    declare_environment(parser)
    declare_trust(parser)
    parser.add_argument("--resolve", action="store_true", help="resolve references: the event then holds secrets")
    parser.add_argument("--reveal", action="store_true", help="write secrets into device lines")
    parser.add_argument("--endpoint", metavar="HOST", help="the account's data endpoint, for device lines")
    parser.add_argument("--topic", metavar="TOPIC", default="test/topic", help="for device lines")
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, world: World) -> ExitCode:
    if arguments.read is not None:
        return _read(arguments, world)
    saved, base = read_saved_request(arguments.request, world, arguments.environment, arguments.trust)
    authorizer = known_authorizer(arguments, world, saved, base)
    request = _request(arguments, world, saved, base, authorizer)
    if arguments.device_lines:
        _write_device_lines(arguments, world, request, authorizer, _account_endpoint(arguments, world, saved, base))
    elif arguments.differences:
        _write_differences(arguments, world, request, authorizer)
    else:
        world.output.json(_event(arguments.kind, request, authorizer, _is_resolved(arguments)))
    return ExitCode.DONE


def _request(
    arguments: argparse.Namespace, world: World, saved: SavedRequest, base: Path, authorizer: Authorizer | None
) -> AuthorizerRequest:
    """As it would be sent, as far as that needs no secret that was not asked for."""
    is_resolved = _is_resolved(arguments)
    if is_resolved:
        saved = replace(saved, request=resolve_references(saved.request, base, world))
    elif _refers(saved.request):
        narrate("references stay as they are written; --resolve puts their values in", world.stderr)
    return signed(saved, base, authorizer, world, is_resolved)


def _is_resolved(arguments: argparse.Namespace) -> bool:
    return bool(arguments.resolve or arguments.reveal)


def _refers(request: AuthorizerRequest) -> bool:
    from authlens.core.request.fields import texts
    from authlens.core.request.references import refers

    return any(refers(text) for _, text in texts(request))


def _event(
    kind: PreviewKind, request: AuthorizerRequest, authorizer: Authorizer | None, is_resolved: bool
) -> dict[str, Any]:
    from uuid import uuid4

    from authlens.core.event.preview import preview_event

    return preview_event(kind, request, authorizer, str(uuid4()), is_resolved)


def _write_differences(
    arguments: argparse.Namespace, world: World, request: AuthorizerRequest, authorizer: Authorizer | None
) -> None:
    from authlens.core.event.differences import KINDS, differences
    from authlens.core.text.visible import visible

    kinds = [kind for kind in KINDS if arguments.kind in ("test", kind)]
    is_resolved = _is_resolved(arguments)
    test = _event("test", request, authorizer, is_resolved)
    found = {kind: differences(test, _event(kind, request, authorizer, is_resolved)) for kind in kinds}
    if arguments.output == "json":
        world.output.json({kind: [_members(each) for each in those] for kind, those in found.items()})
        return
    for kind, those in found.items():
        world.output.line(f"{kind} ({KINDS[kind]}):")
        for each in those:
            world.output.line(visible(f"  {each.path}: {each.change}. {each.why}"))


def _account_endpoint(arguments: argparse.Namespace, world: World, saved: SavedRequest, base: Path) -> str:
    """The host that the account's devices connect to, where AWS may be asked and no other host is named."""
    if not arguments.describe or arguments.endpoint or (saved.request.tls_context or TlsContext()).server_name:
        return ""
    from authlens.cli.inputs.asked_of_aws import ask

    try:
        with world.sender() as sender:
            return ask("DescribeEndpoint", lambda: sender.data_endpoint(saved.target, base))
    except CommandError as error:
        narrate(f"the account's endpoint is not known: {error}", world.stderr)
        return ""


def _write_device_lines(
    arguments: argparse.Namespace,
    world: World,
    request: AuthorizerRequest,
    authorizer: Authorizer | None,
    account_endpoint: str,
) -> None:
    from authlens.core.commands.device_lines import device_lines

    lines = device_lines(
        request,
        authorizer,
        endpoint=arguments.endpoint,
        account_endpoint=account_endpoint,
        topic=arguments.topic,
        reveal=arguments.reveal,
        is_resolved=_is_resolved(arguments),
    )
    if arguments.output == "json":
        world.output.json({"lines": [_members(line) for line in lines]})
        return
    for line in lines:
        note = f"\n# {line.note}" if line.note else ""
        world.output.line(f"# {line.title}{note}\n{line.text}\n")


def _members(value: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(value)


def _read(arguments: argparse.Namespace, world: World) -> ExitCode:
    from authlens.core.event.reading import UnreadableEvent, read_event
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.core.saved.saved_request_yaml import write

    try:
        read = read_event(read_text(arguments.read, world, "a logged event"))
    except UnreadableEvent as error:
        raise CommandError(f"{arguments.read}: {error}") from error
    for note in read.notes:
        narrate(note, world.stderr)
    if arguments.output == "json":
        from authlens.core.invocation.invocation_json import request_to_json

        world.output.json({"request": request_to_json(read.request), "notes": list(read.notes)})
    else:
        world.output.write(write(SavedRequest(read.request)))
    return ExitCode.DONE
