"""The table of known words of single libraries, browsers and AWS's other services, each row with how it is known.

The rule: these are looked for before the words that many clients share, for they say more.
"""

from __future__ import annotations

from authlens.core.contract.pages import IAM_ACTIONS, LAMBDA_ANSWER, MQTT, PROTOCOLS
from authlens.core.contract.statement import assumed, documented
from authlens.core.verdict.device_messages import DeviceStage, Row

_OF_THE_LIBRARY = assumed(note="what the library's source says of its own code")
_CONNECT = DeviceStage.CONNECT
_UPGRADE_CAUSES = (
    "the authorizer is not named or not found, and the request is not signed with SigV4 either",
    "the host, port or certificate: a browser hides which",
    "the path is not /mqtt",
)

ROWS: tuple[Row, ...] = (
    Row(
        "caller-not-authorized",
        r"not authorized to perform: \w[\w-]*:\w+",
        "AWS IAM",
        DeviceStage.DEPLOYMENT,
        "The caller's own IAM identity may not make this call to AWS; no device and no authorizer is meant.",
        ("no policy of the caller allows the action", "a permissions boundary or an organization denies it"),
        "Whose credentials are used ('aws sts get-caller-identity'), and which policy allows them the action?",
        documented(IAM_ACTIONS),
    ),
    Row(
        "function-timed-out",
        r"Task timed out after [\d.]+ seconds|\bStatus: timeout\b",
        "the function's log",
        _CONNECT,
        "The function was ended because it took too long; AWS IoT waits 5 seconds for an authorizer.",
        ("it waits for something that it cannot reach, such as a database in a VPC", "a cold start with much to load"),
        "What does the function wait for? A longer timeout of the function does not help.",
        documented(LAMBDA_ANSWER),
    ),
    # Libraries for microcontrollers
    Row(
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
        "Which host, port, CA certificate and ALPN is the device given? ('authlens event --device-lines')",
        _OF_THE_LIBRARY,
    ),
    Row(
        "library-no-answer",
        r"\b(?:rc|state)\W{0,3}-4\b|MqttCommunicationTimedOut\w*|\bread operation timed out\b|\bsocket\.timeout\b",
        "an MQTT client",
        _CONNECT,
        "The connection was opened, but no answer came in time.",
        (
            "the port or ALPN leads to another protocol: custom authentication over MQTT needs 443 with ALPN 'mqtt'",
            "a firewall or proxy holds the connection",
            "the function takes longer than the client waits",
        ),
        "Which port and ALPN does the client use? ('authlens event --device-lines')",
        _OF_THE_LIBRARY,
    ),
    Row(
        "library-not-trusted",
        r"(?<!\w)-0x2700\b|(?<!\w)-9984\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The client does not trust the server's certificate (MBEDTLS_ERR_X509_CERT_VERIFY_FAILED).",
        ("the device lacks Amazon Root CA 1", "its clock is wrong", "it connects through another name"),
        "Which CA certificates does the device have, and what time is it there?",
        _OF_THE_LIBRARY,
    ),
    Row(
        "library-tls-alert",
        r"(?<!\w)-0x7780\b|(?<!\w)-30592\b|mbedtls_ssl_handshake returned -0x[0-9A-Fa-f]+",
        "Mbed TLS",
        DeviceStage.TLS,
        "The TLS handshake failed; code -0x7780 is an alert that the server sent.",
        (
            "the client offers an ALPN that the server does not know",
            "the client sends no SNI, which a custom domain needs",
            "the port wants a client certificate (8883), not custom authentication",
        ),
        "Which host, port, SNI and ALPN does the device send?",
        _OF_THE_LIBRARY,
    ),
    # The AWS SDKs
    Row(
        "sdk-not-connected",
        r"AWS_ERROR_MQTT_NOT_CONNECTED|OFFLINE_QUEUE_POLICY|Connection is not open, and may not be closed",
        "AWS IoT Device SDK v2",
        DeviceStage.PUBLISH,
        "Something was asked of a connection that is not open.",
        ("connecting failed before: the message before this one says why", "the program goes on after a disconnect"),
        "What was said before this, at CONNECT?",
        assumed(note="the SDK's own text"),
    ),
    Row(
        "sdk-stopped",
        r"AWS_ERROR_MQTT5_USER_REQUESTED_STOP",
        "AWS IoT Device SDK v2",
        DeviceStage.CONNECTED,
        "The program itself stopped the client.",
        ("the program called stop",),
        "Was it meant to stop here? Nothing was refused.",
        assumed(note="the SDK's own text"),
    ),
    Row(
        "sdk-protocol-error",
        r"AWS_ERROR_MQTT5?_(?:DECODE_|ENCODE_)?PROTOCOL_ERROR|AWS_ERROR_MQTT_INVALID_\w+",
        "AWS IoT Device SDK v2",
        _CONNECT,
        "What came over the connection is not what MQTT has there.",
        ("the port or ALPN leads to another protocol", "a proxy answers in the server's place"),
        "Which host, port and ALPN does the client use?",
        assumed(note="the SDK's own text"),
    ),
    # WebSockets and HTTPS
    Row(
        "browser-websocket-failed",
        r"WebSocket connection to '?[^'\n]{0,300}'? failed",
        "a browser",
        DeviceStage.UPGRADE,
        "The browser could not open the WebSocket, and keeps to itself why.",
        _UPGRADE_CAUSES,
        "Which status has the request in the browser's network tools (101 is a success, 403 a refusal)?",
        documented(PROTOCOLS),
        is_general=True,
    ),
    Row(
        "https-no-credentials",
        r"Missing Authentication Token|MissingAuthenticationToken\w*",
        "AWS over HTTPS",
        DeviceStage.PUBLISH,
        "The request carries nothing to authenticate with that AWS looks for at this address.",
        (
            "the authorizer is not named, and there is no default one",
            "the address is not that of AWS IoT's data endpoint, or the path is not /topics/TOPIC",
        ),
        "Does the request name the authorizer in a header or in the query string? ('authlens event --device-lines')",
        assumed(note="the text is that of several services of AWS"),
    ),
    Row(
        "subscribe-granted-128",
        r"granted[ _]?qos\W{0,6}128\b|\bQoS 128\b|\[\[0x80\]\]",
        "an MQTT client",
        DeviceStage.SUBSCRIBE,
        "The broker refused a subscribe (SUBACK 0x80).",
        (
            "the documents do not allow iot:Subscribe on topicfilter/… with exactly that filter",
            "they name the resource as topic/… instead of topicfilter/…",
        ),
        "Which filter is subscribed to, and do the documents allow it? ('authlens decide')",
        documented(MQTT),
    ),
)
"""What is looked for first."""
