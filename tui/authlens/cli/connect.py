"""Connect as a device would, with a saved request or an earlier one, and report each stage."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, complain, narrate
from authlens.cli.console.services import World
from authlens.cli.inputs.saved_requests import REQUEST_HELP, declare_environment, read_saved_request
from authlens.cli.inputs.trust import declare_trust, note_source
from authlens.core.probe.plan import WAYS, ProbePlan, Trial

if TYPE_CHECKING:
    from authlens.core.invocation.invocation import Invocation
    from authlens.core.probe.report import ProbeReport
    from authlens.core.saved.saved_request import SavedRequest

_EXAMPLES = """examples:
  authlens connect --request requests/sensor.yaml
  authlens connect --request requests/sensor.yaml --mqtt 3 --publish sensors/7/data='{"t": 21}' --subscribe sensors/7/#
  authlens connect --history 12 --as wss
  authlens connect --request requests/sensor.yaml --endpoint localhost --port 8883 --ca-file ca.pem

A probe takes the client id over: a device that is connected with it is disconnected. Connecting is all that is tried
unless --publish or --subscribe is given. Without --endpoint the account's data endpoint is asked for. Exit code: 0
connected, and all that was tried was allowed; 1 refused or denied; 255 no answer of the protocol."""
_PORTS = {"mqtt": 443, "wss": 443, "https": 443}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", metavar="FILE", help=REQUEST_HELP)
    what.add_argument("--history", metavar="ID", type=int, help="an invocation of the history")
    parser.add_argument(
        "--as", dest="way", choices=WAYS, default="mqtt", help="MQTT over TLS (default), WebSocket, HTTPS"
    )
    parser.add_argument("--mqtt", choices=("3", "5"), default="5", help="MQTT 3.1.1 or 5 (default)")
    parser.add_argument("--endpoint", metavar="HOST", help="connect there; no target, region or credentials are needed")
    parser.add_argument("--port", metavar="N", type=int, help="default 443")
    parser.add_argument("--ca-file", metavar="FILE", help="PEM certificates to trust in place of the system's")
    parser.add_argument("--client-id", metavar="ID", help="connect with this id in place of the request's")
    parser.add_argument("--cert", metavar="FILE", help="the device's certificate, for CUSTOM_AUTH_X509")
    parser.add_argument("--key", metavar="FILE", help="its private key")
    parser.add_argument(
        "--token-key-name", metavar="NAME", help="the authorizer's tokenKeyName, where it is not asked for"
    )
    parser.add_argument("--publish", metavar="TOPIC[=PAYLOAD]", action="append", default=[], help="publish with QoS 1")
    parser.add_argument("--subscribe", metavar="FILTER", action="append", default=[], help="subscribe with QoS 1")
    parser.add_argument("--no-history", action="store_true", help="do not keep the connection in the history")
    declare_environment(parser)
    declare_trust(parser)
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, world: World) -> ExitCode:
    from authlens.probe.way import Probe

    saved, base, earlier = _subject(arguments, world)
    plan = _plan(arguments, saved, base)
    with world.sender() as sender:
        probe = Probe(
            plan,
            _transport(arguments, saved),
            token_key_name=arguments.token_key_name or _known_key_name(earlier),
            data_endpoint=lambda target: sender.data_endpoint(target, base),
            predictions=_predictions(arguments, plan, earlier, saved),
            announce=lambda made: _announce(made, world),
        )
        invocation = sender.send(saved, base, _source(arguments, earlier), way=probe)
    if not arguments.no_history:
        _record(invocation, world)
    if probe.report is None:
        return _not_sent(invocation, world)
    return _write(arguments, probe.report, world)


def _subject(arguments: argparse.Namespace, world: World) -> tuple[SavedRequest, Path | None, Invocation | None]:
    if arguments.history is None:
        return (*read_saved_request(arguments.request, world, arguments.environment, arguments.trust), None)
    from authlens.cli.inputs.stored_answer import of_history
    from authlens.core.saved.source import split_source

    invocation = of_history(arguments.history, world)
    path = Path(split_source(invocation.source)[0]) if invocation.source else None
    base = path.parent if path else None
    note_source(invocation.target, base, path, arguments.trust, world)
    return invocation.saved, base, invocation


def _source(arguments: argparse.Namespace, earlier: Invocation | None) -> str | None:
    return earlier.source if earlier else None if arguments.request == "-" else arguments.request


def _plan(arguments: argparse.Namespace, saved: SavedRequest, base: Path | None) -> ProbePlan:
    """Raises CommandError."""
    from authlens.core.mqtt.packets import V3, V5
    from authlens.user_path import user_path

    trials = (
        *(Trial("subscribe", _topic(topic, "--subscribe")) for topic in arguments.subscribe),
        *(_publish(given) for given in arguments.publish),
    )
    if arguments.way == "https" and (len(arguments.publish) != 1 or arguments.subscribe):
        raise CommandError("HTTPS can do nothing but publish: give one --publish TOPIC, and no --subscribe")
    if arguments.key and not arguments.cert:
        raise CommandError("--key is the key of a certificate: give --cert too")
    certificate = saved.certificate
    cert, key = arguments.cert, arguments.key
    if cert is None and certificate is not None and certificate.path:
        cert = str(user_path(certificate.path, base))
        key = str(user_path(certificate.key, base)) if certificate.key else None
    for option, name in (("--ca-file", arguments.ca_file), ("--cert", cert), ("--key", key)):
        if name is not None and not Path(name).is_file():
            raise CommandError(f"{option} {name} is not a file that can be read")
    return ProbePlan(
        host=_host(arguments.endpoint),
        port=arguments.port or _port(arguments.endpoint) or _PORTS[arguments.way],
        way=arguments.way,
        version=V3 if arguments.mqtt == "3" else V5,
        client_id=arguments.client_id or "",
        ca_file=arguments.ca_file,
        certificate_file=cert,
        key_file=key,
        trials=trials,
    )


def _host(endpoint: str | None) -> str:
    from authlens.core.commands.device import host_of

    if endpoint is None:
        return ""
    host = host_of(endpoint)
    if host is None:
        raise CommandError(f"--endpoint {endpoint!r} has no host name; give one such as abc.example.com")
    return host


def _port(endpoint: str | None) -> int | None:
    """A port that was given with the host, as in `localhost:8883`."""
    import re

    found = re.search(r":(\d{1,5})(?:/|$)", endpoint or "")
    return int(found[1]) if found else None


def _publish(given: str) -> Trial:
    topic, _, payload = given.partition("=")
    return Trial("publish", _topic(topic, "--publish"), payload.encode("utf-8", "surrogateescape"))


def _topic(topic: str, option: str) -> str:
    if not topic:
        raise CommandError(f"{option} needs a topic")
    if "\0" in topic or len(topic.encode("utf-8", "surrogateescape")) > 65_535:
        raise CommandError(f"{option}: this text cannot be a topic of MQTT")
    return topic


def _transport(arguments: argparse.Namespace, saved: SavedRequest) -> Any:
    from authlens.core.deployment.transport import transport_of
    from authlens.core.saved.certificate import Certificate

    certificate = saved.certificate or (Certificate(arguments.cert, arguments.key) if arguments.cert else None)
    return transport_of(None, saved.request.authorizer_name or "", certificate)


def _known_key_name(earlier: Invocation | None) -> str | None:
    return earlier.authorizer.token_key_name if earlier and earlier.authorizer else None


def _predictions(
    arguments: argparse.Namespace, plan: ProbePlan, earlier: Invocation | None, saved: SavedRequest
) -> dict[tuple[str, str], str]:
    """What the documents of the earlier answer say of all that is tried, for the client id that is used."""
    outcome = earlier.outcome if earlier else None
    if earlier is None or outcome is None or not outcome.policy_documents:
        return {}
    from authlens.core.invocation.access import AccessQuestions
    from authlens.core.request.request import MqttContext
    from authlens.core.saved.expectation import Question

    mqtt = saved.request.mqtt_context or MqttContext()
    client_id = arguments.client_id or mqtt.client_id or ""
    request = replace(saved.request, mqtt_context=replace(mqtt, client_id=client_id))
    access = AccessQuestions(outcome, request, dict(earlier.variables))
    asked = [("iot:Connect", client_id, f"client/{client_id}")]
    asked += [
        (trial.action, trial.topic, f"{'topicfilter' if trial.kind == 'subscribe' else 'topic'}/{trial.topic}")
        for trial in plan.trials
    ]
    return {(action, name): str(access.word(Question(action, resource))) for action, name, resource in asked}


def _announce(plan: ProbePlan, world: World) -> None:
    who = f" as client id {plan.client_id}" if plan.client_id else ""
    takes = f"; a device that is connected as {plan.client_id} will be disconnected" if plan.client_id else ""
    narrate(f"authlens: connecting to {plan.address}{who}{takes}", world.stderr)


def _record(invocation: Invocation, world: World) -> None:
    history = world.open_history()
    try:
        history.record(invocation)
        if history.problem:
            narrate(f"authlens: history: {history.problem}", world.stderr)
    finally:
        history.close()


def _not_sent(invocation: Invocation, world: World) -> ExitCode:
    from authlens.core.invocation.invocation import FailureKind

    failure = invocation.failure
    if failure is None:
        return ExitCode.OTHER
    complain(" ".join(filter(None, (failure.message, failure.advice))), world.stderr)
    return {
        FailureKind.NOT_TRUSTED: ExitCode.USAGE,
        FailureKind.REFERENCE: ExitCode.USAGE,
        FailureKind.LOCAL: ExitCode.USAGE,
        FailureKind.CREDENTIALS: ExitCode.CONFIGURATION,
        FailureKind.CONFIGURATION: ExitCode.CONFIGURATION,
        FailureKind.AWS: ExitCode.SERVICE,
    }.get(failure.kind, ExitCode.OTHER)


def _write(arguments: argparse.Namespace, report: ProbeReport, world: World) -> ExitCode:
    from authlens.core.probe.report import Verdict

    if arguments.output == "json":
        world.output.json(_json(report))
    else:
        for line in _lines(report):
            world.output.line(line)
    if report.verdict is Verdict.UNREACHED:
        complain(report.problem, world.stderr)
        return ExitCode.OTHER
    return ExitCode.DONE if report.is_yes else ExitCode.NO


def _lines(report: ProbeReport) -> Iterator[str]:
    from authlens.core.probe.report import Verdict
    from authlens.core.probe.words import causes, headline, prediction_words, trial_words
    from authlens.core.text.visible import visible

    if report.verdict is not Verdict.UNREACHED:
        yield visible(headline(report))
    for each in report.tried:
        yield visible(trial_words(each, report.version or 5))
    yield from map(visible, prediction_words(report))
    for step in report.steps:
        yield f"{'✓' if step.passed else '✗'} {step.stage:9} {step.seconds * 1000:6.0f} ms  {visible(step.detail)}"
    found = causes(report)
    if found:
        yield "usual causes, the likeliest first:"
        yield from (f"  {number}. {cause}" for number, cause in enumerate(found, 1))


def _json(report: ProbeReport) -> dict[str, Any]:
    from authlens.core.probe.observations import observations
    from authlens.core.probe.report import Verdict
    from authlens.core.probe.words import causes, headline, prediction_words

    answer = report.answer
    return {
        "connected": report.verdict is Verdict.CONNECTED,
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
                "answer": None if each.answer is None else _answer_json(each.answer),
                "predicted": each.predicted,
            }
            for each in report.tried
        ],
        "received": report.received,
        "predicted": report.predicted,
        "differences": list(prediction_words(report)),
        "causes": list(causes(report)),
        "observations": [each.to_json() for each in observations(report)],
    }


def _answer_json(answer: Any) -> dict[str, Any]:
    return {
        "packet": answer.packet,
        "code": answer.code,
        "reason": answer.reason,
        "closed": answer.closed and answer.closed.value,
    }
