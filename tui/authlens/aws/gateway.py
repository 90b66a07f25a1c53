"""The Gateway over boto3. It treats a local endpoint and AWS alike."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from authlens.aws.answers import read_answer, read_function_answer
from authlens.aws.deployment_reading import data_endpoint, read_deployment, read_domain
from authlens.aws.failures import failure_of
from authlens.aws.log_reading import read_log
from authlens.aws.sessions import Clients, Retries, has_neighbours
from authlens.aws.wire_capture import Exchange, WireTap
from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Domain
from authlens.core.invocation.cloud_log import LogLine, LogQuery
from authlens.core.invocation.gateway import CallFailed, Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.local_run import HEADER as LOCAL_RUN
from authlens.core.invocation.local_run import LocalRun, from_header
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target

Value = TypeVar("Value")

_LOG_HEADER = "x-amz-log-result"
"""Lambda's header for what a function printed; a local endpoint sends it with TestInvokeAuthorizer too."""

_LONGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of a function's answer that are read; Lambda allows 6 MB."""
_NOT_ASKED = Failure(FailureKind.CONFIGURATION, "not asked: the endpoint URL is that of AWS IoT alone", None)


class BotoGateway:
    """`core.gateway.Gateway` over boto3."""

    def __init__(
        self, retries: Retries = "once", mfa_code: Callable[[str], str] | None = None, cache: Path | None = None
    ) -> None:
        self._clients = Clients(retries, mfa_code, cache)
        self._tap = WireTap()

    def prepare(self) -> None:
        self._clients.prepare()

    def seeks_credentials(self) -> bool:
        return self._clients.is_making or self._tap.is_signing

    def invoke(self, request: AuthorizerRequest, target: Target) -> Reply:
        started = time.perf_counter()
        with self._tap.listening() as exchange:
            result = self._judged(request, target, exchange)
            duration = time.perf_counter() - started
            log = _function_log(exchange.header(_LOG_HEADER))
            return Reply(result, duration, exchange.wire(), log, _local_run(exchange, target))

    def describe(self, name: str, target: Target) -> Authorizer:
        def described(client: Any) -> Authorizer:
            answer = client.describe_authorizer(authorizerName=name) if name else client.describe_default_authorizer()
            return Authorizer.from_api(answer["authorizerDescription"])

        return self._call("iot", target, described)

    def authorizer_names(self, target: Target) -> tuple[str, ...]:
        def every_page(client: Any) -> list[str]:
            pages = client.get_paginator("list_authorizers").paginate()
            return [authorizer["authorizerName"] for page in pages for authorizer in page.get("authorizers", ())]

        return tuple(sorted(self._call("iot", target, every_page)))

    def configured(self, target: Target) -> Configured:
        with self._tap.listening() as exchange:
            try:
                return self._clients.configured(target)
            except Exception as error:
                raise CallFailed(failure_of(error, exchange, target)) from error

    def identity(self, target: Target) -> Identity:
        def identified(client: Any) -> Identity:
            answer = client.get_caller_identity()
            return Identity(answer["Account"], answer["Arn"], self._clients.region(target) or "")

        return self._call("sts", target, identified)

    def deployment(self, authorizer: Authorizer, target: Target) -> Deployment:
        def ask(service: str, call: Callable[[Any], Value]) -> Value:
            if service != "iot" and not has_neighbours(target.endpoint_url):
                raise CallFailed(_NOT_ASKED)
            return self._call(service, target, call)

        return read_deployment(authorizer, ask)

    def data_endpoint(self, target: Target) -> str:
        return self._call("iot", target, data_endpoint)

    def domain(self, name: str, target: Target) -> Domain:
        return self._call("iot", target, partial(read_domain, name))

    def call_function(self, function: str, version: str, payload: bytes, target: Target) -> Reply:
        if not has_neighbours(target.endpoint_url):
            return Reply(_NOT_ASKED, 0.0)
        wanted = {"FunctionName": function, "LogType": "Tail", "Payload": payload}
        if version:
            wanted["Qualifier"] = version
        started = time.perf_counter()
        with self._tap.listening() as exchange:
            try:
                client = self._clients.client("lambda", target, self._tap.attach)
                answer = client.invoke(**wanted)
                exchange.body = answer["Payload"].read(_LONGEST_ANSWER)
                result = read_function_answer(exchange.body or b"", answer.get("FunctionError"))
            except Exception as error:  # noqa: BLE001  botocore lets plain builtins through
                result = failure_of(error, exchange, target, "lambda")
            duration = time.perf_counter() - started
            log = _function_log(exchange.header(_LOG_HEADER))
            return Reply(result, duration, exchange.wire(), log, _local_run(exchange, target))

    def log(self, query: LogQuery, target: Target) -> tuple[LogLine, ...]:
        return self._call("logs", target, lambda client: read_log(client, query))

    def _judged(self, request: AuthorizerRequest, target: Target, exchange: Exchange) -> Outcome | Failure:
        try:
            client = self._clients.client("iot", target, self._tap.attach)
            client.test_invoke_authorizer(**request.to_api())
        except Exception as error:  # noqa: BLE001  botocore lets plain builtins through, and each must become a Failure
            if exchange.status == 200:
                return read_answer(exchange.body or b"", exchange.header("content-length"))
            return failure_of(error, exchange, target)
        return read_answer(exchange.body or b"", exchange.header("content-length"))

    def _call(self, service: str, target: Target, call: Callable[[Any], Value]) -> Value:
        """What `call` reads of an answer, which may be a login page with status 200: what it misses is a failure."""
        with self._tap.listening() as exchange:
            try:
                answer = call(self._clients.client(service, target, self._tap.attach))
            except Exception as error:
                raise CallFailed(failure_of(error, exchange, target, service)) from error
            return answer


def _local_run(exchange: Exchange, target: Target) -> LocalRun | None:
    return from_header(exchange.header(LOCAL_RUN)) if target.endpoint_url else None


def _function_log(header: str | None) -> str | None:
    if header is None:
        return None
    try:
        return base64.b64decode(header, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return None
