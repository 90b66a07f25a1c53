"""The table of AWS IoT's log and lifecycle events, by the reason of a record or by its event and status.

The rule: a reason that means something else with another event or authentication type has a row for each.
"""

from __future__ import annotations

from authlens.core.contract.pages import LIFECYCLE_EVENTS, LOG_ENTRIES
from authlens.core.contract.statement import documented
from authlens.core.verdict.device_message_rows import ASK_POLICY, DENIED_ACTION, FILTER_DENIED
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

_CONNECT, _CONNECTED = DeviceStage.CONNECT, DeviceStage.CONNECTED


def _logged(id_: str, stage: DeviceStage, meaning: str, causes: tuple[str, ...], ask: str) -> MessageRow:
    return MessageRow(id_, "", "AWS IoT's log", stage, meaning, causes, ask, documented(LOG_ENTRIES))


def _lifecycle(id_: str, meaning: str, causes: tuple[str, ...], ask: str) -> MessageRow:
    return MessageRow(id_, "", "AWS IoT's log", _CONNECTED, meaning, causes, ask, documented(LIFECYCLE_EVENTS))


_SAME_CLIENT = _lifecycle(
    "log-duplicate-client-id",
    "Another connection with the same client id took over.",
    ("two devices or programs share a client id", "the client reconnects before its old connection is gone"),
    "Who else connects with this client id?",
)

_OF_CONNECT = dict.fromkeys(("Connect", "Connection.AuthNError", "connect_failed"), _CONNECT)
STAGES = {**_OF_CONNECT, "Publish-In": DeviceStage.PUBLISH, "Subscribe": DeviceStage.SUBSCRIBE}
"""The stage at which an event fails, whatever the reason."""

_CERTIFICATES = ("DEVICE_CERTIFICATE_INACTIVE", "DEVICE_CERTIFICATE_NOT_REGISTERED", "DEVICE_CERTIFICATE_REVOKED")
_BAD_CERTIFICATE = "The client certificate is not active, not registered or revoked."
_FAILURE_OF_AWS = (
    "log-server-error",
    "An unexpected failure on AWS's side.",
    ("an internal failure of AWS IoT",),
    "Does it succeed if the client connects again?",
)


def _ended(meaning: str, cause: str, ask: str) -> MessageRow:
    return _lifecycle("log-disconnect", meaning, (cause,), ask)


def _of_domain(meaning: str, *causes: str) -> MessageRow:
    ask = "Which domain configuration has that host? ('authlens explain --deployment')"
    return _logged("log-domain", DeviceStage.TLS, meaning, causes, ask)


def _of_certificate(meaning: str) -> MessageRow:
    return _logged(
        "log-certificate",
        DeviceStage.TLS,
        meaning,
        (
            "the connection authenticates with X.509: port 8883 or ALPN x-amzn-mqtt-ca",
            "the certificate belongs to another device or account",
        ),
        "Is X.509 intended? Custom authentication over MQTT needs port 443 with ALPN 'mqtt'.",
    )


LOG_ROWS: dict[str, MessageRow] = {
    "AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        _CONNECTED,
        "The policies do not allow what the eventType of this record names.",
        (
            "of a device: the function's documents do not allow it for this client id, topic or thing",
            "of a call to AWS's API (protocol HTTP): the policies of its caller do not allow it",
        ),
        "Which eventType, protocol and topic does the record have? ('authlens decide' answers for a device)",
    ),
    "Connect AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        _CONNECT,
        "The policies do not allow the action of this record; at Connect that is iot:Connect for the client id.",
        (
            "the function's documents do not allow it for this client id, topic or filter",
            "the client connects with a client id other than the one in the documents",
        ),
        "Do the documents allow it? Ask with the client id of the record ('authlens decide').",
    ),
    "Publish-In AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        DeviceStage.PUBLISH,
        "The policies do not allow this client to publish to the topic of the record.",
        (
            "the function's documents do not allow iot:Publish on topic/… with exactly that topic",
            "the message is retained and iot:RetainPublish is not allowed",
        ),
        "Do the documents allow it? Ask with the topic and client id of the record ('authlens decide').",
    ),
    "Publish-Out AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        DeviceStage.SUBSCRIBE,
        "The policies do not allow this client to receive from the topic of the record.",
        ("the function's documents do not allow iot:Receive on topic/… with exactly that topic",),
        "Do the documents allow iot:Receive? Ask with the topic and client id of the record ('authlens decide').",
    ),
    "Subscribe AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        DeviceStage.SUBSCRIBE,
        "The policies do not allow this client to subscribe to the filter of the record.",
        FILTER_DENIED,
        "Do the documents allow it? Ask with the filter and client id of the record ('authlens decide').",
    ),
    "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR": _logged(
        "log-lambda-execution-error",
        _CONNECT,
        "The authorizer's function could not be invoked, or failed.",
        (
            "AWS IoT is not allowed to invoke it: its resource policy lacks iot.amazonaws.com with the "
            "authorizer's ARN",
            "it raised, took over 5 seconds or returned an invalid answer",
        ),
        "Is there an invocation in the function's log? ('authlens logs', 'authlens explain --deployment')",
    ),
    "CUSTOM_AUTHORIZER_NOT_FOUND": _logged(
        "log-authorizer-not-found",
        _CONNECT,
        "The authorizer that the device names does not exist, or none is named and there is no default.",
        ("the name is misspelled or of another region or account", "the device names none"),
        "Which name does the device send under x-amz-customauthorizer-name?",
    ),
    "CUSTOM_AUTHORIZER_PARAMETER_INVALID": _logged(
        "log-parameter-invalid",
        _CONNECT,
        "A parameter of custom authentication is invalid.",
        (
            "the signature is missing, not base64 or not URL-encoded",
            "token or name are not encoded where they must be",
        ),
        "What is in the username or query string? ('authlens explain --request' shows the problem)",
    ),
    "NOT_AUTHENTICATED": _logged(
        "log-not-authenticated",
        _CONNECT,
        "The credentials were not accepted.",
        ("the function returned isAuthenticated false", "the signature fits no key of the authorizer"),
        "Does a test call with the same token or password pass?",
    ),
    **dict.fromkeys(
        (
            "AWS_SIGV4 NOT_AUTHENTICATED",
            "SECURITY_TOKEN_EXPIRED",
            "SECURITY_TOKEN_INVALID",
            "SECURITY_TOKEN_SIGNATURE_MISMATCH",
        ),
        _logged(
            "log-sigv4",
            _CONNECT,
            "AWS did not accept the AWS credentials that the client signed its connection with (SigV4).",
            ("they have expired, are of another account, or the device's clock is wrong",),
            "Is SigV4 intended? With custom authentication the client names the authorizer instead of signing.",
        ),
    ),
    "AWS_X509 NOT_AUTHENTICATED": _of_certificate("The client certificate was not accepted."),
    **dict.fromkeys(_CERTIFICATES, _of_certificate(_BAD_CERTIFICATE)),
    **dict.fromkeys(
        tuple(f"CUSTOM_AUTH_X509 {reason}" for reason in _CERTIFICATES),
        _logged(
            "log-certificate",
            DeviceStage.TLS,
            f"{_BAD_CERTIFICATE} This domain requires one before the authorizer runs.",
            ("it was never registered or activated in this account and region", "the device sends another one"),
            "Is it there, and ACTIVE? (aws iot list-certificates)",
        ),
    ),
    "DOMAIN_CONFIGURATION_DISABLED": _of_domain(
        "The server name (SNI) is that of a domain configuration that is disabled.",
        "the domain configuration is DISABLED",
    ),
    "DOMAIN_CONFIGURATION_INVALID": _of_domain(
        "The server name (SNI) is that of a domain configuration with an invalid endpoint type.",
        "the domain configuration is not for devices' data (its service type is not DATA)",
    ),
    "SNI_MISUSED": _of_domain(
        "The server name (SNI) is not associated with this account.",
        "the host belongs to another account",
    ),
    **dict.fromkeys(("DUPLICATE_CLIENT_ID", "DUPLICATE_CLIENTID"), _SAME_CLIENT),
    "AUTH_ERROR": _lifecycle(
        "log-auth-error",
        "The client could not be authenticated, or attempted something that it is not allowed to do.",
        (DENIED_ACTION, "the function refused when the policies were refreshed"),
        ASK_POLICY,
    ),
    "FORBIDDEN_ACCESS": _lifecycle(
        "log-forbidden",
        "The client is not allowed to be connected, for example from its IP address.",
        ("a policy denies iot:Connect, or allows it under a condition that is not met, such as on aws:SourceIp",),
        "Which address does the client have, and which conditions do the documents have?",
    ),
    "CLIENT_ERROR": _lifecycle(
        "log-client-error",
        "The client did something that is not allowed in the protocol.",
        ("a packet over 128 KB, a second CONNECT, QoS 2 or a topic with too many slashes", "a broken packet"),
        "Which packet came last?",
    ),
    "CONNECTION_LOST": _lifecycle(
        "log-connection-lost",
        "The network connection was lost.",
        ("the network", "the device was switched off"),
        "Does it reconnect?",
    ),
    "CUSTOMAUTH_TTL_EXPIRATION": _lifecycle(
        "log-ttl",
        "disconnectAfterInSeconds has elapsed.",
        ("the function returns a short disconnectAfterInSeconds",),
        "How many seconds does the function return?",
    ),
    "MQTT_KEEP_ALIVE_TIMEOUT": _lifecycle(
        "log-keep-alive",
        "The client sent nothing for one and a half times its keep alive.",
        ("the network was lost", "the device slept or was too busy to send a ping"),
        "Which keep alive does the client request?",
    ),
    "WEBSOCKET_TTL_EXPIRATION": _lifecycle(
        "log-websocket-ttl",
        "A WebSocket connection lasts at most 24 hours.",
        ("24 hours have elapsed",),
        "Does it reconnect?",
    ),
    "THROTTLED": _lifecycle(
        "log-throttled",
        "A quota was exceeded.",
        ("too many publishes or connects per second",),
        "How often does it send?",
    ),
    "CLIENT_INITIATED_DISCONNECT": _ended(
        "The client ended the connection deliberately.",
        "the program disconnected or ended",
        "Was it meant to end?",
    ),
    "SERVER_INITIATED_DISCONNECT": _ended(
        "AWS IoT ended the connection deliberately, for operational reasons.",
        "AWS moves connections now and then",
        "Does the client connect again by itself?",
    ),
    "API_INITIATED_DISCONNECT": _ended(
        "The connection was ended by a call of the API.",
        "DeleteConnection was called for this client id",
        "Who calls DeleteConnection? (CloudTrail and the log's DeleteConnection records)",
    ),
    **dict.fromkeys(("SERVER_ERROR", "INTERNAL_SERVER_ERROR"), _lifecycle(*_FAILURE_OF_AWS)),
    "AUTHORIZATION_FAILED": MessageRow(
        "log-connect-failed",
        "",
        "AWS IoT's log",
        _CONNECT,
        "CONNECT was refused: the client is not allowed to connect, or to publish to the topic of its last will.",
        (
            "the documents do not allow iot:Connect for this client id",
            "they do not allow iot:Publish on the topic of the will, or iot:RetainPublish for a retained one",
            "the function refused or failed",
        ),
        "May this client id connect, and does it have a will? ('authlens decide')",
        documented(LIFECYCLE_EVENTS),
    ),
    **dict.fromkeys(
        ("Connect Success", "connected"),
        _logged(
            "log-connected",
            _CONNECTED,
            "The device connected: authenticated, and iot:Connect is allowed.",
            ("what fails comes later: publish, subscribe, receive or a disconnect",),
            "Which record follows for this client id?",
        ),
    ),
    "Subscribe refused": _logged(
        "log-filter-refused",
        DeviceStage.SUBSCRIBE,
        "AWS IoT refused a filter of this subscribe: its reasonCode is 128 or more.",
        (
            "135: the documents do not allow iot:Subscribe on topicfilter/… with exactly that filter",
            "143: the filter is not allowed, such as a reserved one that starts with $",
            "151: a quota, such as 50 subscriptions on one connection",
        ),
        "Which filter has that code? ('authlens decide' answers for the documents)",
    ),
}
"""By the reason of a record, or by its event and reason or status."""

SUCCESS = _logged(
    "log-success",
    _CONNECTED,
    "AWS IoT did what this record names; nothing was refused.",
    ("what fails is in another record",),
    "Which other records are there for the same client id?",
)
"""Any event that succeeded and has no reason."""

UNKNOWN_RECORD = _logged(
    "log-record",
    _CONNECTED,
    "A record of AWS IoT's log that authlens does not know.",
    ("its reason and details are all that is known",),
    "Which other records are there for the same client id?",
)
