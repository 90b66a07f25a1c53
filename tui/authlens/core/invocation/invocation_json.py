"""Converts an invocation to JSON values and back, with the keys documented in docs/files.md.

The rule: absent values are omitted, bytes are `{"base64": …}`, and `from_json` is the exact inverse of `to_json`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation import local_run
from authlens.core.invocation.deployment_json import deployment_from_json, deployment_to_json
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, Wire
from authlens.core.invocation.local_run import LocalRun
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import MEMBERS, SHAPE, Member, MemberKind, Shape
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Identity, Target
from authlens.core.request.token_place import Place
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import Sign
from authlens.core.text.json_limits import MOST_OF_ONE, load_bounded
from authlens.core.text.json_members import Members

if TYPE_CHECKING:
    from authlens.core.mqtt.connection import DeviceConnection

_PLACES = ("token", "username", "queryString", "headers")
MOST_LINES = 1_000
"""How many lines of an export are read to tell what it is."""


def exported_numbers(text: str) -> list[int]:
    """The numbers of the first invocations in an export of the history, one per line; empty if the text is not one."""
    lines = [line for line in text.splitlines() if line.strip()][:MOST_LINES]
    if len(lines) < 2 or _exported_number(lines[0]) is None:
        return []
    return [number for line in lines if (number := _exported_number(line)) is not None]


def _exported_number(line: str) -> int | None:
    try:
        value = load_bounded(line, MOST_OF_ONE)
    except ValueError:
        return None
    number = value.get("id") if isinstance(value, dict) and "startedAt" in value else None
    return number if isinstance(number, int) else None


def to_json(invocation: Invocation) -> dict[str, Any]:
    """The invocation as JSON values, in reading order."""
    return _present(
        id=invocation.number,
        startedAt=invocation.started_at.astimezone(UTC).isoformat(),
        duration=invocation.duration,
        source=invocation.source,
        target=_target(invocation.target),
        request=request_to_json(invocation.request),
        sign=invocation.sign and _sign(invocation.sign),
        outcome=invocation.outcome and outcome_to_json(invocation.outcome),
        failure=invocation.failure and _failure(invocation.failure),
        authorizer=invocation.authorizer and _authorizer(invocation.authorizer),
        identity=invocation.identity and _identity(invocation.identity),
        functionLog=invocation.function_log,
        localRun=invocation.local_run and local_run.to_json(invocation.local_run),
        certificate=invocation.certificate and _certificate(invocation.certificate),
        variables={name: list(values) for name, values in invocation.variables} or None,
        deployment=invocation.deployment and deployment_to_json(invocation.deployment),
        wire=invocation.wire and _wire(invocation.wire),
        device=invocation.device and _device_to_json(invocation.device),
        via=invocation.via or None,
    )


def request_to_json(request: AuthorizerRequest) -> dict[str, Any]:
    """The members by API name; a binary password as base64, headers with repeated names as pairs."""
    members = request.as_written()
    for member in MEMBERS:
        place = members.get(member.context, {}) if member.context else members
        value = request.value(member)
        if isinstance(value, bytes):
            place[member.name] = _bytes(value)
        elif member.kind is MemberKind.MAP and len(dict(value or ())) < len(value or ()):
            place[member.name] = [list(pair) for pair in value]
    return members


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as AWS returns it, without absent members."""
    return _present(
        isAuthenticated=outcome.is_authenticated,
        principalId=outcome.principal_id,
        policyDocuments=list(outcome.policy_documents),
        refreshAfterInSeconds=outcome.refresh_after_in_seconds,
        disconnectAfterInSeconds=outcome.disconnect_after_in_seconds,
    )


def _target(target: Target) -> dict[str, Any]:
    return _present(
        profile=target.profile,
        region=target.region,
        endpointUrl=None if target.local else target.endpoint_url,
        local=target.local,
        verifySsl=None if target.verify_ssl else False,
        caBundle=target.ca_bundle,
        signRequest=None if target.sign_request else False,
        connectTimeout=target.connect_timeout,
        readTimeout=target.read_timeout,
    )


def _sign(sign: Sign) -> dict[str, Any]:
    return _present(key=sign.key, passphrase=sign.passphrase, place=sign.place)


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return _present(
        file=certificate.file, key=certificate.key, thingName=certificate.thing_name, attached=certificate.attached
    )


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "kind": failure.kind.value,
        "error": failure.error,
        "message": failure.message,
        **_present(httpStatus=failure.http_status, requestId=failure.request_id, advice=failure.advice),
    }


def _authorizer(authorizer: Authorizer) -> dict[str, Any]:
    return _present(
        authorizerName=authorizer.name,
        authorizerArn=authorizer.arn,
        authorizerFunctionArn=authorizer.function_arn,
        status=authorizer.status,
        signingDisabled=authorizer.signing_disabled,
        tokenKeyName=authorizer.token_key_name,
        tokenSigningPublicKeys=dict(authorizer.token_signing_public_keys),
        enableCachingForHttp=authorizer.enable_caching_for_http,
        creationDate=authorizer.creation_date,
        lastModifiedDate=authorizer.last_modified_date,
    )


def _identity(identity: Identity) -> dict[str, Any]:
    return {"account": identity.account, "arn": identity.arn, "region": identity.region}


def _wire(wire: Wire) -> dict[str, Any]:
    return _present(
        method=wire.method,
        url=wire.url,
        requestHeaders=[list(pair) for pair in wire.request_headers],
        requestBody=_bytes(wire.request_body),
        status=wire.status,
        responseHeaders=[list(pair) for pair in wire.response_headers],
        responseBody=_bytes(wire.response_body),
    )


def _bytes(content: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(content).decode("ascii")}


def _present(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def from_json(value: Any) -> Invocation:
    """The inverse of `to_json`; unknown keys are ignored. Raises ValueError with a complete sentence."""
    members = Members(value, "an invocation")
    authorizer = _read_authorizer(members.members("authorizer"))
    return Invocation(
        request=request_from_json(members.required("request")),
        target=_read_target(members.members("target") or Members({}, "target")),
        result=_read_result(members),
        started_at=_read_time(members.required_text("startedAt")),
        duration=members.number("duration") or 0.0,
        number=members.integer("id"),
        source=members.text("source"),
        sign=_read_sign(members.members("sign")),
        authorizer=authorizer,
        identity=_read_identity(members.members("identity")),
        wire=_read_wire(members.members("wire")),
        function_log=members.text("functionLog"),
        local_run=_read_local_run(members),
        device=_read_device(members.members("device")),
        certificate=_read_certificate(members.members("certificate")),
        variables=_read_variables(members.members("variables"), value.get("variables")),
        deployment=_read_deployment(members, authorizer),
        via=members.text("via") or "",
    )


def read_outcome(value: Any) -> Outcome:
    """The outcome in an invocation's JSON, or in the output of `aws iot test-invoke-authorizer` or `invoke
    --decode`."""
    members = Members(value, "an outcome")
    if isinstance(value.get("failure"), Mapping):
        raise ValueError("this invocation has no outcome: it failed")
    return _read_outcome(members.members("outcome") or members)


def request_from_json(value: Any) -> AuthorizerRequest:
    """The inverse of `request_to_json`."""
    return AuthorizerRequest.from_api(_read_members(Members(value, "request"), SHAPE))


def _read_members(members: Members, shape: Shape) -> dict[str, Any]:
    return {name: _read_member(members, name, row) for name, row in shape.items()}


def _read_member(members: Members, name: str, row: Member | Shape) -> Any:
    if not isinstance(row, Member):
        inner = members.members(name)
        return None if inner is None else _read_members(inner, row)
    read = {MemberKind.TEXT: members.text, MemberKind.BLOB: members.text_or_bytes, MemberKind.MAP: members.pairs}[
        row.kind
    ]
    return read(name)


def _read_local_run(members: Members) -> LocalRun | None:
    value = members.value("localRun")
    return None if value is None else local_run.from_json(value)


def _read_result(members: Members) -> Outcome | Failure:
    if (failure := members.members("failure")) is not None:
        return _read_failure(failure)
    if (outcome := members.members("outcome")) is not None:
        return _read_outcome(outcome)
    raise ValueError("an invocation needs an outcome or a failure")


def _read_outcome(members: Members) -> Outcome:
    is_authenticated = members.boolean("isAuthenticated")
    if is_authenticated is None:
        raise ValueError("an outcome needs isAuthenticated, true or false")
    return Outcome(
        is_authenticated=is_authenticated,
        principal_id=members.text("principalId"),
        policy_documents=tuple(map(_document, members.items("policyDocuments"))),
        refresh_after_in_seconds=members.integer("refreshAfterInSeconds"),
        disconnect_after_in_seconds=members.integer("disconnectAfterInSeconds"),
    )


def _document(document: Any) -> str:
    """A document as text: AWS returns text, `invoke --decode` prints the document itself."""
    return document if isinstance(document, str) else json.dumps(document)


def _read_failure(members: Members) -> Failure:
    kind = members.required_text("kind")
    if kind not in {known.value for known in FailureKind}:
        raise ValueError("the kind of failure is unknown to authlens")
    return Failure(
        kind=FailureKind(kind),
        error=members.required_text("error"),
        message=members.text("message"),
        http_status=members.integer("httpStatus"),
        request_id=members.text("requestId"),
        advice=members.text("advice"),
    )


def _read_time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("startedAt is not a time such as 2026-11-23T08:00:00+00:00") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _read_target(members: Members) -> Target:
    verify, sign = members.boolean("verifySsl"), members.boolean("signRequest")
    return Target(
        profile=members.text("profile"),
        region=members.text("region"),
        endpoint_url=members.text("endpointUrl"),
        local=members.text("local"),
        verify_ssl=verify is not False,
        ca_bundle=members.text("caBundle"),
        sign_request=sign is not False,
        connect_timeout=members.number("connectTimeout"),
        read_timeout=members.number("readTimeout"),
    )


def _read_sign(members: Members | None) -> Sign | None:
    if members is None:
        return None
    place = members.text("place") or "token"
    if place not in _PLACES:
        raise ValueError(f"the place of a signature must be one of: {', '.join(_PLACES)}")
    return Sign(members.required_text("key"), members.text("passphrase"), cast(Place, place))


def _read_authorizer(members: Members | None) -> Authorizer | None:
    if members is None:
        return None
    return Authorizer(
        name=members.required_text("authorizerName"),
        arn=members.text("authorizerArn") or "",
        function_arn=members.text("authorizerFunctionArn") or "",
        status=members.text("status") or "ACTIVE",
        signing_disabled=bool(members.boolean("signingDisabled")),
        token_key_name=members.text("tokenKeyName"),
        token_signing_public_keys=members.pairs("tokenSigningPublicKeys") or (),
        enable_caching_for_http=bool(members.boolean("enableCachingForHttp")),
        creation_date=members.text("creationDate"),
        last_modified_date=members.text("lastModifiedDate"),
    )


def _read_certificate(members: Members | None) -> Certificate | None:
    return members and Certificate(
        members.text("file"), members.text("key"), members.text("thingName"), members.boolean("attached")
    )


def _read_variables(members: Members | None, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if members is None:
        return ()
    return tuple((str(name), tuple(map(str, members.items(name)))) for name in value)


def _read_deployment(members: Members, authorizer: Authorizer | None) -> Deployment | None:
    """The deployment, if the authorizer that it was read for is present."""
    found = members.members("deployment")
    return (
        None
        if found is None or authorizer is None
        else deployment_from_json(members.required("deployment"), authorizer)
    )


def _read_identity(members: Members | None) -> Identity | None:
    return members and Identity(*map(members.required_text, ("account", "arn", "region")))


def _device_to_json(device: DeviceConnection) -> Any:
    from authlens.core.mqtt import connection_json  # the MQTT tables, which a test call does not need

    return connection_json.to_json(device)


def _read_device(members: Members | None) -> DeviceConnection | None:
    if members is None:
        return None
    from authlens.core.mqtt import connection_json  # the MQTT tables, which a test call does not need

    return connection_json.from_json(members)


def _read_wire(members: Members | None) -> Wire | None:
    return members and Wire(
        method=members.required_text("method"),
        url=members.required_text("url"),
        request_headers=members.pairs("requestHeaders") or (),
        request_body=members.content("requestBody"),
        status=members.integer("status"),
        response_headers=members.pairs("responseHeaders") or (),
        response_body=members.content("responseBody"),
    )
