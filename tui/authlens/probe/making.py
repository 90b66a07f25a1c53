"""Makes a probe from the chosen options and a saved request, for the command line and the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from authlens.core.commands.probe_plan import client_id_of, with_client_id
from authlens.core.commands.probe_predictions import predictions
from authlens.core.deployment.transport import DeviceEndpoint
from authlens.core.invocation.invocation import Invocation
from authlens.core.probe.plan import ProbeOptions, ProbePlan
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest
from authlens.probe.network import Unreached, tls_context
from authlens.probe.way import Probe
from authlens.user_path import NotAPath, user_path

PORT = 443


class Endpoints(Protocol):
    """Where the devices of a target connect. Raises CallFailed."""

    def __call__(self, target: Target, base: Path | None, domain_configuration: str, /) -> DeviceEndpoint: ...


Reasons = Callable[[Target, Path | None, str, datetime], tuple[str, ...]]
"""Why the target's listener was against what a client of this id did since then, in its words."""


class CannotProbe(ValueError):
    """The options cannot be used; the text says why."""


def probed_request(options: ProbeOptions, saved: SavedRequest) -> SavedRequest:
    """The saved request as the probe sends it, which is what the history keeps."""
    named = None if options.way == "https" else client_id_of(saved)
    return replace(saved, request=with_client_id(saved.request, options.client_id or named))


def probe_of(
    options: ProbeOptions,
    saved: SavedRequest,
    base: Path | None,
    endpoint: Endpoints,
    earlier: Invocation | None = None,
    announce: Callable[[ProbePlan], None] = lambda plan: None,
    reasons: Reasons = lambda target, base, client_id, since: (),
) -> Probe:
    """saved: as `probed_request` gives it. earlier: an answer whose documents say what is to be expected.

    reasons: asked if a listener of ours refused the probe or denied what it tried.
    Raises CannotProbe.
    """
    if options.problem:
        raise CannotProbe(options.problem)
    certificate = _certificate(options, saved, base)
    for file in (options.ca_file, *((certificate.path, certificate.key) if certificate else ())):
        if file is not None and not Path(file).is_file():
            raise CannotProbe(f"{file} is not a file that can be read.")
    plan = ProbePlan(
        host=options.host,
        port=options.port or PORT,
        way=options.way,
        server_name=options.server_name or None,
        version=options.version,
        client_id=saved.request.client_id or "",
        ca_file=options.ca_file,
        certificate_file=certificate.path if certificate else None,
        key_file=certificate.key if certificate else None,
        trials=options.trials,
        seconds=options.seconds,
        own_listener=options.own_listener,
    )
    if plan.ca_file is not None or plan.certificate_file is not None:
        try:
            tls_context(plan)
        except Unreached as problem:
            raise CannotProbe(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from problem
    known = earlier.authorizer.token_key_name if earlier and earlier.authorizer else None
    token_key_name = options.token_key_name or known
    # With a host, or a listener of its own, the target is not called, unless signing requires the tokenKeyName.
    reads_name = saved.sign is not None and saved.sign.place != "token" and not token_key_name
    return Probe(
        plan,
        certificate,
        token_key_name=token_key_name,
        endpoint=lambda target: endpoint(target, base, options.domain_configuration),
        needs_target=reads_name or (not options.host and saved.target.local is None),
        predictions=predictions(earlier, saved.request, options.trials) if earlier else {},
        announce=announce,
        reasons=lambda target, client_id, since: reasons(target, base, client_id, since),
    )


def _certificate(options: ProbeOptions, saved: SavedRequest, base: Path | None) -> Certificate | None:
    if options.certificate_file is not None:
        return Certificate(options.certificate_file, options.key_file)
    certificate = saved.certificate
    if certificate is not None and certificate.pem is not None:
        raise CannotProbe("The certificate is given as text: a probe needs the files of the certificate and its key.")
    if certificate is None or not certificate.path:
        return certificate
    key = _file(certificate.key, base) if certificate.key else None
    return Certificate(_file(certificate.path, base), key)


def _file(text: str, base: Path | None) -> str:
    try:
        return str(user_path(text, base))
    except NotAPath as problem:
        raise CannotProbe(f"{text}: {problem}.") from None
