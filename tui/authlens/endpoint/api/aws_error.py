"""Errors as AWS words them on the wire: REST-JSON for IoT, Lambda's own JSON, and the Query protocol's XML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from authlens.core.contract.refusal import Refusal
from authlens.endpoint.api.call import ApiResponse

XML = "text/xml"


class AwsError(Exception):
    """A call fails with an error."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str | None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or error)
        self.status = status
        self.error = error
        self.message = message
        self.members = dict(members or {})
        """The error's members besides its message."""
        self.headers = dict(headers or {})


def refused(refusal: Refusal, headers: Mapping[str, str] | None = None) -> AwsError:
    return AwsError(refusal.http_status, refusal.error, refusal.message, headers=headers)


def malformed(message: str) -> AwsError:
    """The body or a parameter is not of the type that the service model gives it."""
    return AwsError(400, "SerializationException", message)


def error_answer(error: AwsError, service: str, request_id: str) -> ApiResponse:
    """The error in the format of the service that was called."""
    if service == "sts":
        return ApiResponse(error.status, _query_body(error, request_id), XML, error.headers, error.error)
    headers = {**error.headers, "x-amzn-errortype": error.error}
    if service == "lambda":
        body: dict[str, Any] = {"Type": "User" if error.status < 500 else "Service", "Message": error.message}
    else:
        body = {"message": error.message}
    return ApiResponse(error.status, json.dumps(body | error.members).encode(), headers=headers, note=error.error)


def _query_body(error: AwsError, request_id: str) -> bytes:
    fault = "Sender" if error.status < 500 else "Receiver"
    return (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<Error><Type>{fault}</Type><Code>{escape(error.error)}</Code>"
        f"<Message>{escape(error.message or '')}</Message></Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    ).encode("utf-8", "replace")
