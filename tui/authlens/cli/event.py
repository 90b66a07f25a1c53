"""Show the event that the function receives in a test call or a real connection, and how the two differ."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import given_name
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.saved_requests import (
    REQUEST_HELP,
    declare_authorizer,
    declare_environment,
    known_deployment,
    read_saved_request,
    read_text,
    resolve_references,
)
from authlens.cli.inputs.signing import signed
from authlens.cli.inputs.trust import declare_trust
from authlens.core.commands.device import host_of
from authlens.core.deployment.transport import transport_of
from authlens.core.request.references import refers
from authlens.core.request.request import TlsContext, texts
from authlens.core.text.visible import visible
from authlens.frozen import dataclass
from authlens.store.certificates import found_from_here, presented_by

if TYPE_CHECKING:
    from authlens.core.deployment.deployment import Deployment
    from authlens.core.deployment.transport import DeviceTransport
    from authlens.core.event.event import Presented
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
  authlens event --read - < curl-line.txt

The event can be used as a Lambda test event. References such as ${env:NAME} are not resolved without --resolve, and
device lines mask secrets without --reveal. For the keys of --output json, see: authlens help signing."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", metavar="FILE", type=given_name, help=REQUEST_HELP)
    what.add_argument(
        "--read",
        metavar="FILE",
        type=given_name,
        help="turn a logged event (JSON, or as Python prints it), or a line of curl, mosquitto_pub, MQTTX or the AWS "
        "CLI, into a saved request; - is standard input",
    )
    parser.add_argument(
        "--as",
        dest="kind",
        choices=("test", "https", "http", "mqtt", "wss"),
        default="test",
        help="the test call (default), an HTTPS publish, MQTT over TLS, or MQTT over WebSocket",
    )
    show = parser.add_mutually_exclusive_group()
    show.add_argument("--differences", action="store_true", help="show how a real connection's event differs, and why")
    show.add_argument(
        "--device-lines",
        action="store_true",
        help="show the same request as curl, mosquitto_pub, MQTTX, paho and SDK lines",
    )
    declare_authorizer(parser)
    declare_environment(parser)
    declare_trust(parser)
    parser.add_argument("--resolve", action="store_true", help="resolve references; the event then contains secrets")
    parser.add_argument("--reveal", action="store_true", help="show secrets in device lines")
    parser.add_argument("--endpoint", metavar="HOST", help="the account's data endpoint, for device lines")
    parser.add_argument(
        "--deployment",
        action="store_true",
        help="read the host's domain configuration, which decides ALPN and whether a device must name the authorizer",
    )
    parser.add_argument("--topic", metavar="TOPIC", default="test/topic", help="the topic for device lines")
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    if arguments.read is not None:
        return _read(arguments, services)
    if arguments.kind == "https":
        arguments.kind = "http"
    endpoint = _endpoint(arguments, services)
    saved, base = read_saved_request(arguments.request, services, arguments.environment, arguments.trust)
    authorizer, deployment = known_deployment(arguments, services, saved, base)
    request = _request(arguments, services, saved, base, authorizer)
    asked = _Asked(request, authorizer, _is_resolved(arguments), _presented(saved, base, services))
    if arguments.device_lines:
        account = _account_endpoint(arguments, services, saved, base, deployment)
        host = endpoint or (request.tls_context or TlsContext()).server_name or account
        transport = transport_of(
            deployment.domain_of(host) if deployment is not None else None,
            request.authorizer_name or "",
            found_from_here(saved.certificate, base),
        )
        _write_device_lines(arguments, services, asked, host, transport)
    elif arguments.differences:
        _write_differences(arguments, services, asked)
    else:
        if arguments.kind == "wss" and saved.certificate is not None:
            narrate(_NO_WEBSOCKET, services.stderr)
        services.output.json(asked.event(arguments.kind))
    return ExitCode.DONE


_NO_WEBSOCKET = (
    "a domain that authenticates with CUSTOM_AUTH_X509 carries MQTT and HTTPS, and no WebSocket: no device causes this "
    "event"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to build the events from."""

    request: AuthorizerRequest
    authorizer: Authorizer | None
    is_resolved: bool
    presented: Presented | None

    def event(self, kind: PreviewKind) -> dict[str, Any]:
        from uuid import uuid4

        from authlens.core.event.preview import preview_event

        return preview_event(kind, self.request, self.authorizer, str(uuid4()), self.is_resolved, self.presented)


def _endpoint(arguments: argparse.Namespace, services: CliServices) -> str:
    """The host of --endpoint, without scheme, port or path. Raises CommandError."""
    if arguments.endpoint is None:
        return ""
    host = host_of(arguments.endpoint)
    if host is None:
        raise CommandError(f"--endpoint {arguments.endpoint!r} has no host name; give one such as abc.example.com")
    if host != arguments.endpoint:
        narrate(f"--endpoint: the host name is {host}; scheme, port and path are ignored", services.stderr)
    return host


def _presented(saved: SavedRequest, base: Path, services: CliServices) -> Presented | None:
    """The device's certificate, if the saved request names one that can be read."""
    if saved.certificate is None or saved.certificate.file is None:
        return None

    try:
        return presented_by(saved.certificate, base)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        narrate(
            f"the certificate {saved.certificate.path or 'of the saved request'} cannot be used: {why}", services.stderr
        )
        return None


def _request(
    arguments: argparse.Namespace, services: CliServices, saved: SavedRequest, base: Path, authorizer: Authorizer | None
) -> AuthorizerRequest:
    """The request as it would be sent; references and signatures are resolved only on request."""
    is_resolved = _is_resolved(arguments)
    if is_resolved:
        saved = replace(saved, request=resolve_references(saved.request, base, services))
    elif any(refers(text) for _, text in texts(saved.request)):
        narrate("references are not resolved; --resolve replaces them with their values", services.stderr)
    return signed(saved, base, authorizer, services, is_resolved)


def _is_resolved(arguments: argparse.Namespace) -> bool:
    return bool(arguments.resolve or arguments.reveal)


def _write_differences(arguments: argparse.Namespace, services: CliServices, asked: _Asked) -> None:
    from authlens.core.event.differences import KINDS, differences

    kinds = [kind for kind in KINDS if arguments.kind in ("test", kind)]
    test = asked.event("test")
    found = {kind: differences(test, asked.event(kind)) for kind in kinds}
    if arguments.output == "json":
        services.output.json({kind: [asdict(each) for each in those] for kind, those in found.items()})
        return
    for kind, those in found.items():
        services.output.line(f"{kind} ({KINDS[kind]}):")
        for each in those:
            services.output.line(visible(f"  {each.path}: {each.change}. {each.why}"))


def _account_endpoint(
    arguments: argparse.Namespace, services: CliServices, saved: SavedRequest, base: Path, deployment: Deployment | None
) -> str:
    """The account's data endpoint, if AWS may be asked and no other host is given."""
    if deployment is not None:
        return deployment.data_endpoint if isinstance(deployment.data_endpoint, str) else ""
    if not arguments.describe or arguments.endpoint or (saved.request.tls_context or TlsContext()).server_name:
        return ""
    from authlens.cli.inputs.asked_of_aws import ask

    try:
        with services.sender() as sender:
            return ask("DescribeEndpoint", lambda: sender.data_endpoint(saved.target, base))
    except CommandError as error:
        narrate(f"cannot determine the account's endpoint: {error}", services.stderr)
        return ""


def _write_device_lines(
    arguments: argparse.Namespace, services: CliServices, asked: _Asked, host: str, transport: DeviceTransport
) -> None:
    from authlens.core.commands.device_lines import device_lines

    lines = device_lines(
        asked.request,
        asked.authorizer,
        endpoint=host,
        topic=arguments.topic,
        transport=transport,
        reveal=arguments.reveal,
        is_resolved=asked.is_resolved,
    )
    if arguments.output == "json":
        services.output.json({"lines": [asdict(line) for line in lines]})
        return
    for line in lines:
        note = f"\n# {line.note}" if line.note else ""
        services.output.line(f"# {line.title}{note}\n{line.text}\n")


def _read(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.core.pasted.kinds import UnreadablePaste, read_request
    from authlens.core.saved.saved_request_yaml import write

    try:
        read = read_request(read_text(arguments.read, services, "a logged event or a client's command"))
    except UnreadablePaste as error:
        raise CommandError(f"{arguments.read}: {error}") from error
    assert read.saved is not None
    for note in read.notes:
        narrate(note, services.stderr)
    if arguments.output == "json":
        from authlens.core.invocation.invocation_json import request_to_json

        certificate = None if read.presented is None else read.presented.members
        request = request_to_json(read.saved.request)
        services.output.json({"request": request, "certificate": certificate, "notes": list(read.notes)})
    else:
        services.output.write(write(read.saved))
    return ExitCode.DONE
