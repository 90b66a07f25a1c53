"""Connect as a device would, with a saved request or an earlier one, and report each stage."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, complain, narrate
from authlens.cli.console.parser import given_name, whole_number
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.endpoint import given_endpoint
from authlens.cli.inputs.saved_requests import (
    REQUEST_HELP,
    STDIN,
    declare_environment,
    file_and_case,
    read_saved_request,
)
from authlens.cli.inputs.trust import check_trust, declare_trust
from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.plan import LARGEST_PORT, WAYS, ProbeOptions, ProbePlan, trials
from authlens.core.saved.source import source_of
from authlens.core.text.visible import visible
from authlens.user_path import user_path

if TYPE_CHECKING:
    from authlens.core.expect.check import Judgement
    from authlens.core.invocation.invocation import Invocation
    from authlens.core.mqtt.connection import DeviceConnection
    from authlens.core.probe.report import ProbeReport
    from authlens.core.saved.saved_request import SavedRequest

_EXAMPLES = """examples:
  authlens connect --request requests/sensor.yaml
  authlens connect --request requests/sensor.yaml --mqtt 3 --publish sensors/7/data='{"t": 21}' --subscribe sensors/7/#
  authlens connect --history 12 --as wss
  authlens connect --request requests/sensor.yaml --endpoint localhost --port 8883 --ca-file ca.pem
  authlens connect --request requests/sensor.yaml --endpoint 10.0.3.7 --server-name abc-ats.iot.eu-west-1.amazonaws.com
  authlens connect --request requests/sensor.yaml --domain-configuration shop

A probe takes over the client id: a device that is connected with it is disconnected. Connecting is all that is tried
unless --publish or --subscribe is given. Without --endpoint, the account's data endpoint is looked up; for a local
target, its device listener is started. Exit code: 0 connected, and everything that was tried was allowed; 1 refused or
denied; 255 no protocol answer."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", metavar="FILE", type=given_name, help=REQUEST_HELP)
    what.add_argument("--history", metavar="ID", type=whole_number, help="an invocation from the history")
    parser.add_argument("--as", dest="way", choices=WAYS, help="MQTT over TLS (default), WebSocket, HTTPS")
    parser.add_argument("--mqtt", choices=("3", "5"), help="MQTT 3.1.1 or 5 (default)")
    parser.add_argument("--endpoint", metavar="HOST", help="connect there; no target, region or credentials are needed")
    parser.add_argument(
        "--domain-configuration",
        metavar="NAME",
        help="connect to the host of this domain configuration, with its protocol",
    )
    parser.add_argument("--port", metavar="N", type=_port, help="the port (default 443)")
    parser.add_argument(
        "--server-name",
        metavar="NAME",
        help="the TLS server name (SNI) to send, if it is not the host: for an IP address or a VPC endpoint",
    )
    parser.add_argument(
        "--ca-file", metavar="FILE", type=given_name, help="PEM certificates to trust instead of the system's"
    )
    parser.add_argument("--client-id", metavar="ID", help="connect with this id instead of the request's")
    parser.add_argument(
        "--cert", metavar="FILE", type=given_name, help="the device's certificate, for CUSTOM_AUTH_X509"
    )
    parser.add_argument("--key", metavar="FILE", type=given_name, help="its private key")
    parser.add_argument(
        "--token-key-name", metavar="NAME", help="the authorizer's tokenKeyName, if it is not looked up"
    )
    parser.add_argument("--publish", metavar="TOPIC[=PAYLOAD]", action="append", default=[], help="publish with QoS 1")
    parser.add_argument("--subscribe", metavar="FILTER", action="append", default=[], help="subscribe with QoS 1")
    parser.add_argument("--no-history", action="store_true", help="do not record the connection in the history")
    declare_environment(parser)
    declare_trust(parser)
    parser.add_argument("--output", choices=("text", "json"), default="text")


def _port(text: str) -> int:
    """Of the right form; the plan knows the limits."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_PORT)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give one from 1 to {LARGEST_PORT}")
    return int(text)


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.probe.making import CannotProbe, probe_of, probed_request
    from authlens.sending import left_behind

    saved, base, earlier, file = _subject(arguments, services)
    options = _options(arguments, earlier)
    if not options.host:
        check_trust([(saved.target, base, file)], arguments.trust, services)
        if arguments.port is not None and saved.target.local is not None:
            raise CommandError("--port has no effect here: the target's own listener says on which port it listens")
    saved = probed_request(options, saved)
    with services.sender() as sender:
        try:
            probe = probe_of(
                options,
                saved,
                base,
                sender.device_endpoint,
                earlier,
                announce=lambda made: _announce(made, services),
                reasons=sender.reasons_against,
            )
        except CannotProbe as problem:
            raise CommandError(str(problem)) from problem
        source, began = _source(arguments, earlier, file), services.now()
        try:
            invocation = sender.send(saved, base, source, way=probe)
        except KeyboardInterrupt:
            if probe.doubt and not arguments.no_history:
                seconds = (services.now() - began).total_seconds()
                _record(left_behind(saved, source, began, seconds, "You stopped waiting.", probe.doubt), services)
            raise
    if not arguments.no_history:
        _record(invocation, services)
    if probe.report is None:
        return _not_sent(invocation, services)
    return _write(arguments, probe.report, _judged(saved, invocation), services)


def _subject(
    arguments: argparse.Namespace, services: CliServices
) -> tuple[SavedRequest, Path | None, Invocation | None, Path | None]:
    """The saved request, the folder that its paths are relative to, the earlier invocation, and the file it is from."""
    if arguments.history is None:
        saved, folder = read_saved_request(arguments.request, services, arguments.environment, arguments.trust)
        file, _ = file_and_case(arguments.request)
        return saved, folder, None, None if file == STDIN else user_path(file)
    from authlens.cli.inputs.of_history import noted_origin, of_history

    invocation = of_history(arguments.history, services)
    base, origin = noted_origin(invocation, arguments.trust, services)
    return invocation.saved, base, invocation, origin


def _source(arguments: argparse.Namespace, earlier: Invocation | None, file: Path | None) -> str | None:
    if earlier is not None:
        return earlier.source
    return source_of(str(file), file_and_case(arguments.request)[1]) if file else None


def _options(arguments: argparse.Namespace, earlier: Invocation | None) -> ProbeOptions:
    """The options given, and for an earlier probe how and where it connected. Raises CommandError."""
    if arguments.endpoint and arguments.domain_configuration:
        raise CommandError("--endpoint and --domain-configuration both say where to connect; give one of them")
    if arguments.way == "https" and (len(arguments.publish) != 1 or arguments.subscribe):
        raise CommandError("HTTPS can only publish; give one --publish TOPIC, and no --subscribe")
    if arguments.key and not arguments.cert:
        raise CommandError("--key is the key of a certificate; give --cert too")
    if arguments.client_id == "":
        raise CommandError("--client-id is empty; leave it out to connect with the request's client id")
    host, port = given_endpoint(arguments.endpoint)
    options = ProbeOptions(
        way=arguments.way or "mqtt",
        version=V3 if arguments.mqtt == "3" else V5,
        host=host,
        port=port if arguments.port is None else arguments.port,
        domain_configuration=arguments.domain_configuration or "",
        server_name=arguments.server_name,
        ca_file=arguments.ca_file,
        client_id=arguments.client_id,
        certificate_file=arguments.cert,
        key_file=arguments.key,
        token_key_name=arguments.token_key_name,
        trials=trials(arguments.subscribe, arguments.publish),
    )
    if earlier is not None and earlier.device is not None and earlier.device.is_probe:
        return _as_before(options, arguments, earlier.device)
    return options


def _as_before(options: ProbeOptions, arguments: argparse.Namespace, device: DeviceConnection) -> ProbeOptions:
    """How an earlier probe connected, unless options say otherwise. Its publishes are not repeated."""
    from authlens.core.commands.probe_plan import recorded_options

    before = recorded_options(device)
    if arguments.way is None:
        options = replace(options, way=before.way)
    if arguments.mqtt is None:
        options = replace(options, version=before.version)
    if not options.host and not options.domain_configuration:
        options = replace(options, host=before.host, port=before.port if options.port is None else options.port)
        if options.server_name is None:
            options = replace(options, server_name=before.server_name)
        if options.ca_file is None:
            options = replace(options, ca_file=before.ca_file)
    return options


def _announce(plan: ProbePlan, services: CliServices) -> None:
    from authlens.core.probe.words import announcement

    narrate(f"authlens: {announcement(plan)}", services.stderr)


def _record(invocation: Invocation, services: CliServices) -> None:
    with services.open_history() as history:
        history.record(invocation)
        if history.problem:
            narrate(f"authlens: history: {history.problem}", services.stderr)


def _not_sent(invocation: Invocation, services: CliServices) -> ExitCode:
    from authlens.core.invocation.invocation import FailureKind

    failure = invocation.failure
    if failure is None:
        return ExitCode.OTHER
    message = failure.message or failure.error
    ended = message if not failure.advice or message.endswith((".", "!", "?")) else f"{message}."
    complain(" ".join(filter(None, (ended, failure.advice))), services.stderr)
    return {
        FailureKind.NOT_TRUSTED: ExitCode.USAGE,
        FailureKind.REFERENCE: ExitCode.USAGE,
        FailureKind.LOCAL: ExitCode.USAGE,
        FailureKind.CREDENTIALS: ExitCode.CONFIGURATION,
        FailureKind.CONFIGURATION: ExitCode.CONFIGURATION,
        FailureKind.AWS: ExitCode.SERVICE,
    }.get(failure.kind, ExitCode.OTHER)


def _judged(saved: SavedRequest, invocation: Invocation) -> Judgement | None:
    """Whether the connection meets what the request expects; `None` if it expects nothing of a connection."""
    if saved.expect is None:
        return None
    from authlens.core.expect.connection_check import judge_connection

    return judge_connection(saved.expect, invocation)


def _write(
    arguments: argparse.Namespace, report: ProbeReport, judgement: Judgement | None, services: CliServices
) -> ExitCode:
    from authlens.core.probe.report import ProbeVerdict

    if arguments.output == "json":
        services.output.json(_json(report, judgement))
    else:
        for line in _lines(report, judgement):
            services.output.line(line)
    if report.verdict is ProbeVerdict.UNREACHED:
        complain(report.problem, services.stderr)
        return ExitCode.OTHER
    is_broken = judgement is not None and bool(judgement.broken)
    return ExitCode.DONE if report.is_yes and not is_broken else ExitCode.NO


def _lines(report: ProbeReport, judgement: Judgement | None) -> Iterator[str]:
    from authlens.core.probe.report import ProbeVerdict
    from authlens.core.probe.words import causes, headline, prediction_words, trial_words

    if report.verdict is not ProbeVerdict.UNREACHED:
        yield visible(headline(report))
    for each in report.tried:
        yield visible(trial_words(each, report.version))
    yield from map(visible, prediction_words(report))
    if judgement is not None and report.verdict is not ProbeVerdict.UNREACHED:
        yield from map(visible, _expectation_lines(judgement))
    for step in report.steps:
        yield f"{'✓' if step.passed else '✗'} {step.stage:9} {step.seconds * 1000:6.0f} ms  {visible(step.detail)}"
    if report.listener_reasons:
        yield from (f"the device listener's reason: {visible(reason)}" for reason in report.listener_reasons)
    elif found := causes(report):
        yield "usual causes, the likeliest first:"
        yield from (f"  {number}. {cause}" for number, cause in enumerate(found, 1))


def _expectation_lines(judgement: Judgement) -> Iterator[str]:
    from authlens.core.expect.check import JudgementState
    from authlens.core.expect.judgement_text import sentence

    if judgement.state is JudgementState.KEPT:
        yield "as the request expects of a connection"
    if judgement.state is JudgementState.UNJUDGED:
        yield f"not compared with what the request expects: {judgement.reason}"
    for each in judgement.broken:
        yield f"not as the request expects: {sentence(each)}"
    yield from judgement.notes


def _expectation_json(judgement: Judgement | None) -> dict[str, Any] | None:
    if judgement is None:
        return None
    from authlens.core.expect.judgement_text import WORDS

    return {
        "result": WORDS[judgement.state],
        "reason": judgement.reason or None,
        "broken": [
            {"key": each.key, "expected": each.expected, "got": each.got, "difference": each.difference or None}
            for each in judgement.broken
        ],
        "notes": list(judgement.notes),
    }


def _json(report: ProbeReport, judgement: Judgement | None) -> dict[str, Any]:
    from authlens.core.probe.observations import observations
    from authlens.core.probe.report import ProbeVerdict
    from authlens.core.probe.words import causes, headline, prediction_words

    answer = report.answer
    return {
        "connected": report.verdict is ProbeVerdict.CONNECTED,
        "verdict": report.verdict.value,
        "sentence": headline(report),
        "address": report.address,
        "clientId": report.client_id,
        "mqtt": report.version,
        "steps": [
            {"stage": step.stage.value, "passed": step.passed, "seconds": round(step.seconds, 4), "detail": step.detail}
            for step in report.steps
        ],
        "answer": None if answer is None else _answer_json(answer),
        "tried": [
            {
                "action": each.trial.action,
                "topic": each.trial.topic,
                "allowed": each.is_allowed,
                "result": each.result(report.version).value,
                "unacknowledged": each.is_unacknowledged(report.version),
                "answer": None if each.answer is None else _answer_json(each.answer),
                "predicted": each.predicted,
                "agrees": each.agrees(report.version),
            }
            for each in report.tried
        ],
        "received": report.received,
        "predicted": report.predicted,
        "agrees": report.connect_agrees,
        "expectation": _expectation_json(judgement),
        "differences": list(prediction_words(report)),
        "causes": list(causes(report)),
        "listenerReasons": list(report.listener_reasons),
        "observations": [each.to_json() for each in observations(report)],
    }


def _answer_json(answer: Any) -> dict[str, Any]:
    return {
        "packet": answer.packet,
        "code": answer.code,
        "reason": answer.reason,
        "closed": answer.closed and answer.closed.value,
        "properties": [{"name": name, "value": value} for name, value in answer.properties],
    }
