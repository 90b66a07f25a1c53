"""The table of known messages of individual libraries, browsers and other AWS services, each with its source.

The rule: these are matched before messages that many clients share, because they are more specific.
"""

from __future__ import annotations

from authlens.core.contract.pages import (
    ACTION_REPORT,
    ALPN_REPORT,
    EMULATOR_REPORT,
    IAM_ACTIONS,
    MALFORMED_REPORT,
    MQTT,
    NO_CONNACK_REPORT,
    PROTOCOLS,
    RECORD_REPORT,
    TROUBLESHOOTING,
)
from authlens.core.contract.statement import assumed, documented, reported
from authlens.core.verdict.device_message_rows import (
    ASK_POLICY,
    ASK_PORT,
    ASK_TEST,
    DENIED_ACTION,
    FILTER_DENIED,
    NO_ANSWER,
    REFUSED,
    hangup,
)
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

_OF_THE_LIBRARY = assumed(note="according to the library's source code")
_CONNECT = DeviceStage.CONNECT
_UPGRADE_CAUSES = (
    "the authorizer is not named or not found, and the request is not signed with SigV4 either",
    "the host, port or certificate: a browser hides which",
    "the path is not /mqtt",
)

CALLER_NOT_AUTHORIZED = MessageRow(
    "caller-not-authorized",
    r"not authorized to perform:? (?!mqtt)\w[\w-]*:\w+",
    "AWS IAM",
    DeviceStage.DEPLOYMENT,
    "The IAM identity that made this AWS call is not allowed to make it; this is not about a device's policies.",
    (
        "no policy of the identity allows the action (an assumed-role may be that of the function)",
        "the call names a role that the caller may not pass on (iam:PassRole)",
        "a permissions boundary or an organization policy denies it",
    ),
    "Whose identity is in the message ('aws sts get-caller-identity' shows your own), and which policy allows it?",
    documented(IAM_ACTIONS),
)

ROWS: tuple[MessageRow, ...] = (
    CALLER_NOT_AUTHORIZED,
    MessageRow(
        "emulator-lacks-call",
        r"The \w*authorizer action has not been implemented"
        r"|API (?:action|for service) '[\w.]+' (?:for service '\w+' )?not (?:yet )?implemented",
        "an emulator of AWS",
        DeviceStage.DEPLOYMENT,
        "The emulator does not know this call.",
        ("the emulator has no custom authorizers",),
        "Can the local endpoint be used instead? ('authlens serve' supports these calls)",
        reported(EMULATOR_REPORT),
    ),
    MessageRow(
        "malformed-policy",
        r"MalformedPolicy\w*|(?<!constraint: )Policy document is Malformed|policy failed legacy parsing"
        r"|Syntax errors in policy",
        "AWS",
        DeviceStage.DEPLOYMENT,
        "AWS does not accept the policy document of this call.",
        (
            "it is not JSON, or its keys are not spelled Version, Statement, Effect, Action and Resource",
            "an Action or a Resource is invalid",
            "its file is named without file:// in front, so that the path was sent instead",
        ),
        "What does 'authlens lint FILE' say of it? (For an IAM policy other rules apply.)",
        reported(MALFORMED_REPORT),
    ),
    MessageRow(
        "function-timed-out",
        r"Task timed out after \d+\.\d+ seconds|\bREPORT\b[^\n]{0,400}\bStatus: timeout\b",
        "the function's log",
        _CONNECT,
        "The function was ended because it took too long; AWS IoT waits 5 seconds for an authorizer.",
        ("it waits for something it cannot reach, such as a database in a VPC", "a cold start with much to load"),
        "What does the function wait for? A timeout of the function over 5 seconds does not help.",
        documented(TROUBLESHOOTING),
    ),
    # Libraries for microcontrollers: a number is known by its exact value, because its neighbours mean something else
    MessageRow(
        "library-no-connection",
        r"Failed to open a new connection|Error transport connect|LWMQTT_NETWORK_FAILED_CONNECT",
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
        codes=r"\b(?:rc|state)\W{0,3}-2\b|\blastError\W{1,4}-3\b",
    ),
    MessageRow(
        "library-no-answer",
        r"MqttCommunicationTimedOut\w*|\bread operation timed out\b|\bsocket\.timeout\b|LWMQTT_NETWORK_TIMEOUT",
        "an MQTT client",
        _CONNECT,
        "The connection was opened, but no answer came in time.",
        NO_ANSWER,
        ASK_PORT,
        _OF_THE_LIBRARY,
        codes=r"\b(?:rc|state)\W{0,3}-4\b|\blastError\W{1,4}-(?:4|13)\b",
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
        r"(?<!\w)-0x7780\b|(?<!\w)-30592\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The TLS handshake failed: the server sent an alert (MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE).",
        (
            "the client offers an ALPN that the server does not know",
            "the client sends no SNI, which a custom domain needs",
            "the port requires a client certificate (8883), not custom authentication",
        ),
        "Which host, port, SNI and ALPN does the device send?",
        _OF_THE_LIBRARY,
    ),
    MessageRow(
        "mbedtls-timeout",
        r"(?<!\w)-0x6800\b|(?<!\w)-26624\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The TLS handshake got no answer in time (MBEDTLS_ERR_SSL_TIMEOUT).",
        (
            "the network is slow or loses packets, or a firewall drops them",
            "the device's own time limit for the handshake is too short",
        ),
        "Does it succeed from another network, or with a longer limit?",
        _OF_THE_LIBRARY,
    ),
    MessageRow(
        "mbedtls-record",
        r"(?<!\w)-0x7200\b|(?<!\w)-29184\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "A TLS record is invalid or does not fit the device's buffer (MBEDTLS_ERR_SSL_INVALID_RECORD).",
        (
            "Mbed TLS is built with input buffers of less than 16,384 bytes",
            "the port does not speak TLS",
        ),
        "How large is MBEDTLS_SSL_IN_CONTENT_LEN? AWS IoT needs 16384.",
        reported(RECORD_REPORT),
    ),
    MessageRow(
        "mbedtls-memory",
        r"(?<!\w)-0x7F00\b|(?<!\w)-32512\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The device has too little free memory for TLS (MBEDTLS_ERR_SSL_ALLOC_FAILED).",
        ("other buffers, tasks or connections take it",),
        "How much heap is free before it connects? Nothing was refused.",
        _OF_THE_LIBRARY,
    ),
    MessageRow(
        "mbedtls-reset",
        r"mbedtls_\w+ returned -0x(?:50|4C)\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The connection was reset during the TLS handshake (MBEDTLS_ERR_NET_CONN_RESET or _RECV_FAILED).",
        (
            "a firewall or proxy blocks the connection",
            "the port does not speak TLS, or expects another ALPN",
        ),
        "Which host, port and ALPN does the device use, and does another network behave the same?",
        _OF_THE_LIBRARY,
    ),
    hangup(
        "mbedtls-closed",
        r"(?<!\w)-0x7880\b|(?<!\w)-30848\b|peer notified us that the connection is going to be closed"
        r"|LWMQTT_NETWORK_FAILED_READ",
        "Mbed TLS or lwmqtt",
        _OF_THE_LIBRARY,
        is_general=False,
        codes=r"\blastError\W{1,4}-5\b",
    ),
    MessageRow(
        "mbedtls-handshake",
        r"mbedtls_ssl_handshake returned -0x[0-9A-Fa-f]+|Error\(-(?:4|6|17)\) connecting to|\bSSL_CONNECTION_ERROR\b",
        "Mbed TLS",
        DeviceStage.TLS,
        "The TLS handshake failed on the device; the number is an error code of its TLS library.",
        ("the CA, the clock, the host name, the port or the ALPN of the device",),
        "What does the code mean in mbedtls/ssl.h and x509.h, and what was logged just before?",
        _OF_THE_LIBRARY,
        is_general=True,
    ),
    MessageRow(
        "bearssl-no-trust",
        r"BSSL: ?Connection \*will\* fail, no authentication method is setup",
        "BearSSL",
        DeviceStage.TLS,
        "The program gave the TLS client no way to check the server.",
        ("it sets no CA (setTrustAnchors), no fingerprint and not setInsecure",),
        "Does the program load Amazon Root CA 1 before it connects?",
        _OF_THE_LIBRARY,
    ),
    # WebSockets and HTTPS
    MessageRow(
        "browser-websocket-failed",
        r"WebSocket connection to '?[^'\n]{0,300}'? failed|AMQJS0007E",
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
        "http-instead-of-mqtt",
        "",
        "a server over HTTPS",
        _CONNECT,
        "The server answered with HTTP 400: it took what the client sent for HTTP.",
        (
            "the client sends MQTT to port 443 without the ALPN 'mqtt', where AWS IoT expects HTTP",
            "the upgrade to WebSocket lacks the path /mqtt or the subprotocol mqtt",
        ),
        ASK_PORT,
        reported(ALPN_REPORT),
        codes=r"TTP/1\.[01] 400\b",
    ),
    MessageRow(
        "no-connack",
        r"M2Mqtt\S{0,40}MqttCommunicationException"
        r"|Missing Connection Acknowledge?ment|did not acknowledge the connection attempt|AMQJS0001E"
        r"|(?<!\w)connectTimeoutException|CONNACK recv failed|(?:broker|connection) failed[^\n]{0,20}MQTTRecvFailed"
        r"|Error\(-(?:27|28|36|12)\) connecting to|MQTT_(?:CONNECT|REQUEST)_TIMEOUT_ERROR"
        r"|mqtt_?core - ERROR ?- connect timeout"
        r"|Timed out waiting for a response from the server \(32000\)",
        "an MQTT client",
        _CONNECT,
        "No CONNACK arrived: AWS IoT closes without one at every refusal with MQTT 3.1.1, or nothing answered.",
        (*REFUSED, *NO_ANSWER[:2]),
        f"{ASK_TEST} With MQTT 5 AWS sends a code.",
        reported(NO_CONNACK_REPORT),
    ),
    MessageRow(
        "action-ended-connection",
        r"(?:subscribe|publish)TimeoutException|Error (?:subscribing|publishing) ?: ?-1[123]\b"
        r"|failed to receive ACK packet|receiveSingleIteration failed\W+Status ?= ?MQTTRecvFailed",
        "an MQTT client",
        DeviceStage.PUBLISH,
        "A publish or subscribe got no answer, or the connection ended during it.",
        (DENIED_ACTION, "the network was lost", "another device connected with the same client id"),
        ASK_POLICY,
        reported(ACTION_REPORT),
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
