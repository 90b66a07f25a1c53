"""The table of known messages of individual libraries, browsers and other AWS services, each with its source.

The rule: these are matched before messages that many clients share, because they are more specific.
"""

from __future__ import annotations

from authlens.core.contract.pages import IAM_ACTIONS, LAMBDA_ANSWER, MQTT, PROTOCOLS
from authlens.core.contract.statement import assumed, documented
from authlens.core.verdict.device_message_rows import ASK_PORT, FILTER_DENIED, NO_ANSWER, SDK
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

_OF_THE_LIBRARY = assumed(note="according to the library's source code")
_OF_THE_SDK = assumed(note="the SDK's own text")
_CONNECT = DeviceStage.CONNECT
_UPGRADE_CAUSES = (
    "the authorizer is not named or not found, and the request is not signed with SigV4 either",
    "the host, port or certificate: a browser hides which",
    "the path is not /mqtt",
)

ROWS: tuple[MessageRow, ...] = (
    MessageRow(
        "caller-not-authorized",
        r"not authorized to perform: \w[\w-]*:\w+",
        "AWS IAM",
        DeviceStage.DEPLOYMENT,
        "The caller's own IAM identity is not allowed to make this AWS call; this is not about a device or an "
        "authorizer.",
        ("no policy of the caller allows the action", "a permissions boundary or an organization policy denies it"),
        "Whose credentials are used ('aws sts get-caller-identity'), and which policy allows them the action?",
        documented(IAM_ACTIONS),
    ),
    MessageRow(
        "function-timed-out",
        r"Task timed out after [\d.]+ seconds|\bStatus: timeout\b",
        "the function's log",
        _CONNECT,
        "The function was ended because it took too long; AWS IoT waits 5 seconds for an authorizer.",
        ("it waits for something it cannot reach, such as a database in a VPC", "a cold start with much to load"),
        "What does the function wait for? A longer timeout of the function does not help.",
        documented(LAMBDA_ANSWER),
    ),
    # Libraries for microcontrollers
    MessageRow(
        "library-no-connection",
        r"\b(?:rc|state)\W{0,3}-2\b|Failed to open a new connection|Error transport connect",
        "PubSubClient, Tasmota or ESP-IDF",
        DeviceStage.NETWORK,
        "The client could not open the connection: name, TCP or TLS failed, before any MQTT.",
        (
            "the device does not trust the server's certificate, or its clock is wrong",
            "the port or the ALPN is wrong: custom authentication over MQTT needs 443 with ALPN 'mqtt'",
            "the host name is wrong or not found",
        ),
        "Which host, port, CA certificate and ALPN does the device use? ('authlens event --device-lines')",
        _OF_THE_LIBRARY,
    ),
    MessageRow(
        "library-no-answer",
        r"\b(?:rc|state)\W{0,3}-4\b|MqttCommunicationTimedOut\w*|\bread operation timed out\b|\bsocket\.timeout\b",
        "an MQTT client",
        _CONNECT,
        "The connection was opened, but no answer came in time.",
        NO_ANSWER,
        ASK_PORT,
        _OF_THE_LIBRARY,
    ),
    MessageRow(
        "library-not-trusted",
        r"(?<!\w)-0x2700\b|(?<!\w)-9984\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The client does not trust the server's certificate (MBEDTLS_ERR_X509_CERT_VERIFY_FAILED).",
        ("the device lacks Amazon Root CA 1", "its clock is wrong", "it connects through another name"),
        "Which CA certificates does the device have, and what time is it there?",
        _OF_THE_LIBRARY,
    ),
    MessageRow(
        "library-tls-alert",
        r"(?<!\w)-0x7780\b|(?<!\w)-30592\b|mbedtls_ssl_handshake returned -0x[0-9A-Fa-f]+",
        "Mbed TLS",
        DeviceStage.TLS,
        "The TLS handshake failed; code -0x7780 is an alert that the server sent.",
        (
            "the client offers an ALPN that the server does not know",
            "the client sends no SNI, which a custom domain needs",
            "the port requires a client certificate (8883), not custom authentication",
        ),
        "Which host, port, SNI and ALPN does the device send?",
        _OF_THE_LIBRARY,
    ),
    # The AWS SDKs
    MessageRow(
        "sdk-not-connected",
        r"AWS_ERROR_MQTT_NOT_CONNECTED|OFFLINE_QUEUE_POLICY|Connection is not open, and may not be closed",
        SDK,
        DeviceStage.PUBLISH,
        "An operation was attempted on a connection that is not open.",
        ("connecting failed earlier: the previous message says why", "the program continues after a disconnect"),
        "What was logged before this, at CONNECT?",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-stopped",
        r"AWS_ERROR_MQTT5_USER_REQUESTED_STOP",
        SDK,
        DeviceStage.CONNECTED,
        "The program itself stopped the client.",
        ("the program called stop",),
        "Was it intended to stop here? Nothing was refused.",
        _OF_THE_SDK,
    ),
    MessageRow(
        "sdk-protocol-error",
        r"AWS_ERROR_MQTT5?_(?:DECODE_|ENCODE_)?PROTOCOL_ERROR|AWS_ERROR_MQTT_INVALID_\w+",
        SDK,
        _CONNECT,
        "The data received on the connection is not valid MQTT.",
        ("the port or ALPN leads to another protocol", "a proxy answers instead of the server"),
        "Which host, port and ALPN does the client use?",
        _OF_THE_SDK,
    ),
    # WebSockets and HTTPS
    MessageRow(
        "browser-websocket-failed",
        r"WebSocket connection to '?[^'\n]{0,300}'? failed",
        "a browser",
        DeviceStage.UPGRADE,
        "The browser could not open the WebSocket, and does not say why.",
        _UPGRADE_CAUSES,
        "What is the status of the request in the browser's network tools (101 is a success, 403 a refusal)?",
        documented(PROTOCOLS),
        is_general=True,
    ),
    MessageRow(
        "https-no-credentials",
        r"Missing Authentication Token|MissingAuthenticationToken\w*",
        "AWS over HTTPS",
        DeviceStage.PUBLISH,
        "The request contains no authentication that AWS looks for at this address.",
        (
            "the authorizer is not named, and there is no default one",
            "the address is not that of AWS IoT's data endpoint, or the path is not /topics/TOPIC",
        ),
        "Does the request name the authorizer in a header or in the query string? ('authlens event --device-lines')",
        assumed(note="several AWS services use this text"),
    ),
    MessageRow(
        "subscribe-granted-128",
        r"granted[ _]?qos\W{0,6}128\b|\bQoS 128\b|\[\[0x80\]\]",
        "an MQTT client",
        DeviceStage.SUBSCRIBE,
        "The broker refused a subscribe (SUBACK 0x80).",
        FILTER_DENIED,
        "Which filter is subscribed to, and do the documents allow it? ('authlens decide')",
        documented(MQTT),
    ),
)
"""The rows that are matched first."""
