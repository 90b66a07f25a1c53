"""Removes the secrets from an invocation for everything that leaves the user's own files: exports, logs, reports.

The rule: secrets as typed and the values of references are both removed, also where an answer repeats them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, Invocation, Wire
from authlens.core.invocation.invocation_json import request_from_json
from authlens.core.invocation.local_run import LocalRun, Unresolved
from authlens.core.request.members import MEMBERS, MemberKind
from authlens.core.request.request import AuthorizerRequest
from authlens.core.secrets.redaction import MASK, Redactor, masked, redact_request, referred_secrets, secrets_of

if TYPE_CHECKING:
    from authlens.core.mqtt.connection import DeviceConnection


def redact_invocation(invocation: Invocation, secrets: Iterable[str | bytes] = ()) -> Invocation:
    """The invocation without its own secrets and those given, as it may leave the user's own files."""
    redactor = redactor_of(invocation, secrets)
    sign, target = invocation.sign, invocation.target
    return replace(
        _answer_redacted(invocation, redactor),
        request=redact_request(invocation.request, invocation.authorizer),
        target=replace(target, endpoint_url=_text(redactor, target.endpoint_url), credentials=None),
        sign=sign and replace(sign, passphrase=masked(sign.passphrase)),
    )


def redactor_of(invocation: Invocation, secrets: Iterable[str | bytes] = (), *, certain: bool = False) -> Redactor:
    """A redactor for the secrets of the invocation and those given. `certain` as in `secrets_of`."""
    return Redactor([*secrets, *invocation_secrets(invocation, certain=certain)])


def invocation_secrets(invocation: Invocation, *, certain: bool = False) -> tuple[str | bytes, ...]:
    """The secrets of the invocation, as typed and as sent, with references resolved and the signature."""
    written, sent = invocation.request, _sent_request(invocation.wire)
    own = (each for request in (written, sent) for each in secrets_of(request, invocation.authorizer, certain=certain))
    return (*own, *referred_secrets(written, sent))


def without_resolved(invocation: Invocation, sent_request: AuthorizerRequest | None = None) -> Invocation:
    """The invocation as stored in a full history: without the values of references, but with what was typed.

    sent_request: the request with its references resolved; `None` takes it from the wire.
    """
    referred = referred_secrets(invocation.request, sent_request or _sent_request(invocation.wire))
    return _answer_redacted(invocation, Redactor(referred)) if referred else invocation


def redact_outcome(outcome: Outcome, redactor: Redactor) -> Outcome:
    """Redact an answer, which may repeat secrets of the request."""
    return replace(
        outcome,
        principal_id=_text(redactor, outcome.principal_id),
        policy_documents=tuple(map(redactor.text, outcome.policy_documents)),
    )


def _answer_redacted(invocation: Invocation, redactor: Redactor) -> Invocation:
    """The invocation with everything but the request redacted."""
    result = invocation.result
    return replace(
        invocation,
        result=redact_outcome(result, redactor) if isinstance(result, Outcome) else _failure(result, redactor),
        wire=invocation.wire and _wire(invocation.wire, redactor),
        function_log=_text(redactor, invocation.function_log),
        local_run=invocation.local_run and _local_run(invocation.local_run, redactor),
        device=invocation.device and _device(invocation.device, redactor),
    )


def _local_run(run: LocalRun, redactor: Redactor) -> LocalRun:
    """Redact a local run, whose paths and names may repeat a secret."""
    unresolved = tuple(
        Unresolved(*map(redactor.text, (each.what, each.why, each.place, each.next_step))) for each in run.unresolved
    )
    differs = tuple(map(redactor.text, run.differs))
    return replace(
        run,
        ran_on=redactor.text(run.ran_on),
        differs=differs,
        unresolved=unresolved,
        advice=redactor.text(run.advice),
        returned=redactor.text(run.returned),
        problem=redactor.text(run.problem),
        code_files=tuple((redactor.text(name), digest) for name, digest in run.code_files),
    )


def _device(device: DeviceConnection, redactor: Redactor) -> DeviceConnection:
    """Redact a connection: the event repeats what was sent, and a reason may do so."""
    steps = tuple(replace(step, detail=redactor.text(step.detail)) for step in device.steps)
    decisions = tuple(
        replace(each, topic=redactor.text(each.topic), detail=redactor.text(each.detail)) for each in device.decisions
    )
    reason, event = redactor.text(device.reason), _text(redactor, device.event)
    return replace(device, steps=steps, decisions=decisions, reason=reason, event=event)


def _failure(failure: Failure, redactor: Redactor) -> Failure:
    return replace(failure, message=_text(redactor, failure.message), advice=_text(redactor, failure.advice))


def _wire(wire: Wire, redactor: Redactor) -> Wire:
    return replace(
        wire,
        url=redactor.text(wire.url),
        request_headers=_wire_headers(wire.request_headers, redactor),
        request_body=redactor.content(wire.request_body),
        response_headers=_wire_headers(wire.response_headers, redactor),
        response_body=redactor.content(wire.response_body),
    )


def _wire_headers(headers: tuple[tuple[str, str], ...], redactor: Redactor) -> tuple[tuple[str, str], ...]:
    """The headers of the AWS call itself, whose names show which ones are secret."""
    secret = ("authorization", "x-amz-security-token", "cookie", "set-cookie", "proxy-authorization")
    return tuple((name, MASK if name.lower() in secret else redactor.text(value)) for name, value in headers)


def _sent_request(wire: Wire | None) -> AuthorizerRequest:
    """The request on the wire, with references resolved and signatures, as far as it can be read."""
    try:
        return _from_wire(json.loads(wire.request_body)) if wire else AuthorizerRequest()
    except (ValueError, RecursionError):
        return AuthorizerRequest()


def _from_wire(members: Any) -> AuthorizerRequest:
    """The request from the wire format, where a blob is plain base64."""
    for member in MEMBERS:
        context = members.get(member.context) if isinstance(members, dict) else None
        if member.kind is MemberKind.BLOB and isinstance(context, dict) and member.name in context:
            context[member.name] = {"base64": context[member.name]}
    return request_from_json(members)


def _text(redactor: Redactor, text: str | None) -> str | None:
    return None if text is None else redactor.text(text)
