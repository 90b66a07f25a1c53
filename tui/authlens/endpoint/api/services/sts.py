"""STS's GetCallerIdentity, over the Query protocol: who every caller of a local endpoint is."""

from __future__ import annotations

import re
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from authlens.endpoint.api.aws_error import XML, AwsError
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation
from authlens.endpoint.api.state import Endpoint


async def query(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """Any action of the Query protocol; only GetCallerIdentity is served."""
    form = parse_qs(incoming.body.decode("utf-8", "replace"))
    action = form.get("Action", [incoming.query.get("Action", "")])[0]
    if action == "GetCallerIdentity":
        return ApiResponse(200, _identity(endpoint, incoming.request_id), XML)
    if not action:
        raise AwsError(400, "MissingAction", "The request names no Action.")
    version = form.get("Version", [incoming.query.get("Version", "")])[0]
    raise AwsError(400, "InvalidAction", f"Could not find operation {action} for version {version}")


def _identity(endpoint: Endpoint, request_id: str) -> bytes:
    account = escape(endpoint.account)
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/authlens</Arn>"
        f"<UserId>AIDAAUTHLENSLOCAL0000</UserId><Account>{account}</Account></GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    ).encode()


CALLS = (
    Operation("sts", "GetCallerIdentity", "POST", re.compile("/?"), query),
    Operation("sts", "GetCallerIdentity", "GET", re.compile("/?"), query),
)
