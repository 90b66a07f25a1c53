"""The table of known messages of clients and brokers, each with its source.

The rule: more specific rows come first, because the first row that matches a part of the text claims it.
"""

from __future__ import annotations

from authlens.core.contract.pages import (
    EMULATOR,
    MQTT,
    MQTT_5,
)
from authlens.core.contract.statement import Source, documented, measured
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

ON_LOOPBACK = measured(note="observed from the client on loopback")
_V3_REFUSAL = measured(EMULATOR, "over WebSocket, MQTT 3.1.1 closes without CONNACK")

REFUSED = (
    "the function was not invoked: the authorizer is INACTIVE, not named or not found, or the signature is wrong",
    "the function refused, raised or returned an invalid answer",
    "its documents do not allow iot:Connect for this client id, or there are none",
)
NO_ANSWER = (
    "the port or ALPN leads to another protocol: custom authentication over MQTT needs 443 with ALPN 'mqtt'",
    "a firewall or proxy blocks the connection",
    "the function takes longer than the client's timeout",
)
FILTER_DENIED = (
    "the documents do not allow iot:Subscribe on topicfilter/… with exactly that filter",
    "they name the resource as topic/… instead of topicfilter/…",
)
DENIED_ACTION = "the documents do not allow the device's last action (Publish, Subscribe or Receive)"
ASK_TEST = "Does a test call with the same contexts pass, and may this client id connect?"
ASK_PORT = "Which port and ALPN does the client use? ('authlens event --device-lines')"
ASK_POLICY = "Which action and topic came just before, and do the documents allow it? ('authlens decide')"
WAS_INVOKED = "Was the function invoked? Look at its log and at AWS IoT's ('authlens logs --connections')."

_CONNECT, _CONNECTED = DeviceStage.CONNECT, DeviceStage.CONNECTED
_NO_ID = r"(?:(?!\bmid\b|\b(?:packet[ _]?)?id\b|mqtt|version|protocol|after|within|\bin\b)\D){0,40}?"
"""Between the name of a packet and its code: nothing that makes the number something else."""


def hangup(
    id_: str, pattern: str, origin: str, source: Source = ON_LOOPBACK, is_general: bool = True, codes: str = ""
) -> MessageRow:
    """A connection closed without a reason, as with every refusal in MQTT 3.1.1. Any broker's client says this."""
    causes = (*REFUSED, DENIED_ACTION, "another device connected with the same client id")
    meaning = "The connection was closed without a reason, as AWS IoT does for every refusal with MQTT 3.1.1."
    return MessageRow(
        id_,
        pattern,
        origin,
        _CONNECT,
        meaning,
        causes,
        f"{ASK_TEST} With MQTT 5 AWS sends a code.",
        source,
        is_general,
        codes,
    )


ROWS: tuple[MessageRow, ...] = (
    # MQTT 5 reason strings and codes
    MessageRow(
        "reason-disconnect-denied",
        r"DISCONNECT:Client is not authenticated/authorized to send the message|DISCONNECT \(135\)"
        r"|ReasonCode\(Disconnect, 'Not authorized|DisconnectReasonCode\.NOT_AUTHORIZED",
        "AWS IoT",
        DeviceStage.PUBLISH,
        "The connection was ended as not authorized, as AWS IoT does at a publish of QoS 0 that is not allowed.",
        ("the documents do not allow iot:Publish on that topic", "iot:RetainPublish is missing for a retained one"),
        ASK_POLICY,
        measured(EMULATOR, "MQTT 5, with the policies of X.509 certificates"),
    ),
    MessageRow(
        "reason-connack-denied",
        r"CONNACK:Client is not authenticated/authorized to send the message",
        "AWS IoT",
        _CONNECT,
        "AWS IoT refused CONNECT (reason code 0x87).",
        REFUSED,
        f"{ASK_TEST} {WAS_INVOKED}",
        measured(EMULATOR, "over WebSocket, MQTT 5"),
    ),
    MessageRow(
        "session-taken-over",
        r"session[ _]taken[ _]over|DUPLICATE_?CLIENT_?ID|DISCONNECT \(142\)",
        "AWS IoT",
        _CONNECTED,
        "Another connection took over: it used the same client id.",
        ("two devices or programs share a client id", "the client reconnects before its old connection is gone"),
        "Who else connects with this client id? Give every device its own.",
        documented(MQTT),
        codes=r"(?<!-)\b0x8E\b|(?:reason|code)\D{0,12}\b142\b",
    ),
    MessageRow(
        "connect-too-fast",
        "",
        "AWS IoT",
        _CONNECT,
        "A quota was exceeded; at CONNECT it is one per second for each client id.",
        ("the client reconnects faster than once a second", "another quota of the connection"),
        "How often does the client retry? Make it wait longer each time.",
        measured(EMULATOR, "over WebSocket, MQTT 5"),
        codes=r"(?<!-)\b0x97\b|(?:reason|code|rc)\D{0,12}\b151\b|quota exceeded",
    ),
    MessageRow(
        "keep-alive",
        r"keep[ -]?alive timeout(?!\W{0,3}\d)|MQTT_KEEP_ALIVE_TIMEOUT|MQTT_ERR_KEEPALIVE"
        r"|ReasonCode\.KEEP_ALIVE_TIMEOUT|DISCONNECT \(141\)"
        r"|MQTTKeepAliveTimeout|AMQJS0004E",
        "AWS IoT or the client",
        _CONNECTED,
        "The keep alive ran out: AWS IoT ends a connection after one and a half times of it without a packet, a client "
        "one whose ping is not answered.",
        ("the network was lost", "the device slept or was too busy to send a ping", "the keep alive is under 30 s"),
        "Which keep alive does the client request, and is its loop running?",
        documented(MQTT),
        codes=r"(?<!-)\b0x8D\b|(?:reason|code)\D{0,12}\b141\b",
    ),
    MessageRow(
        "qos-not-supported",
        r"qos not supported",
        "AWS IoT",
        _CONNECT,
        "QoS 2 is not supported.",
        ("a publish, a subscribe or the will asks for QoS 2",),
        "Which QoS does the client request? Use 0 or 1.",
        documented(MQTT),
        codes=r"(?<!-)\b0x9B\b|(?:reason|code)\D{0,12}\b155\b",
    ),
    MessageRow(
        "client-id-refused",
        r"(?:identifier|client[ _-]?id(?:entifier)?)[ _](?:is )?(?:rejected|not[ _]valid|invalid)"
        r"|unacceptable client identifier",
        "the broker",
        _CONNECT,
        "The client id was refused.",
        ("it is longer than 128 bytes", "it starts with '$'", "it is empty in MQTT 3.1.1"),
        "Which client id does the device send?",
        documented(MQTT),
        codes=r"(?<!-)\b0x85\b|(?:reason|code)\D{0,12}\b133\b",
    ),
    MessageRow(
        "bad-credentials",
        r"bad[ _]?user[ _]?name[ _]?(?:or[ _]?)?password|CONNECTIONREFUSED_BAD_USERNAME",
        "the broker",
        _CONNECT,
        "The broker reports a wrong username or password; AWS IoT would answer 'not authorized' instead.",
        ("the client is connected to a broker other than AWS IoT", "its library reports every refusal like this"),
        "Which host does the client connect to?",
        documented(MQTT),
        codes=r"(?<!-)\b0x86\b|(?:reason|code)\D{0,12}\b134\b",
    ),
    MessageRow(
        "publish-not-authorized",
        r"publish(?:ing)? (?:\d+ )?(?:failed|error)[:,]? *not authori[sz]ed"
        rf"|puback(?:{_NO_ID}(?:135\b|0x87\b|not[ _]authori[sz]ed)|[^\n]{{0,40}}\brc ?[:=] ?135\b)",
        "an MQTT client",
        DeviceStage.PUBLISH,
        "The broker refused a publish; AWS IoT keeps the connection open with MQTT 5.",
        ("the documents do not allow iot:Publish on that topic", "iot:RetainPublish is missing for a retained one"),
        ASK_POLICY,
        ON_LOOPBACK,
    ),
    MessageRow(
        "subscribe-denied",
        r"all subscription requests were denied"
        r"|subscri\w+ (?:failed|error)[:,]? *(?:not authori[sz]ed|unspecified error)"
        rf"|suback(?:packet: unspecified error|{_NO_ID}(?:128\b|135\b|0x80\b|0x87\b|not[ _]authori[sz]ed|unspecified))",
        "an MQTT client",
        DeviceStage.SUBSCRIBE,
        "The broker refused a subscribe.",
        FILTER_DENIED,
        ASK_POLICY,
        ON_LOOPBACK,
    ),
    MessageRow(
        "connack-not-authorized",
        r"connection ?refused[:,(-]* *(?:not[ _]?authori[sz]ed|code (?:5|135)\b)"
        rf"|connack{_NO_ID}(?:\b5\b(?! ?(?:[mµ]?s|sec\w*|milli\w*)\b)|135\b|0x87\b)"
        r"|conn ?ack[^\n]{0,80}not[ _]?authori[sz]ed|server failed \(NotAuthorized",
        "the broker",
        _CONNECT,
        "CONNECT was refused as not authorized.",
        REFUSED,
        f"{ASK_TEST} {WAS_INVOKED}",
        measured(
            EMULATOR, "MQTT 5 code 0x87; in 3.1.1 AWS IoT closes without one, so code 5 comes from another broker"
        ),
        codes=r"(?:return|reason|result)[ _]?code\D{0,6}\b(?:5|135)\b|connect failed with code:? 5\b"
        r"|(?<!publish )\brc ?[=:]? ?(?:5|135)\b"
        r"|\bMQTTException\W{1,3}5\b",
    ),
    MessageRow(
        "server-unavailable",
        r"(?:server|broker) unavailable|connection refused[:,-]* *unavailable",
        "the broker",
        _CONNECT,
        "The broker is not available.",
        ("AWS IoT is busy or has an internal failure", "the client is connected to another broker"),
        "Does it succeed a little later?",
        documented(MQTT_5),
        codes=r"(?<!-)\b0x88\b|(?:reason|code)\D{0,12}\b136\b",
    ),
    MessageRow(
        "protocol-version",
        r"unacceptable protocol version|unsupported protocol version",
        "the broker",
        _CONNECT,
        "The broker does not support the MQTT version that the client requests.",
        ("the client requests a version other than 3.1.1 or 5",),
        "Which version is the client set to?",
        documented(MQTT),
        codes=r"(?<!-)\b0x84\b",
    ),
    hangup("mosquitto-lost", r"the connection was lost", "mosquitto or paho"),
    hangup(
        "closed-without-a-word",
        r"connection (?:was )?closed (?:by (?:the )?(?:remote|peer|server|broker)|unexpectedly|before)"
        r"|unexpected disconnect\w*|MQTT_ERR_CONN_LOST|connection (?:is )?lost\b(?!: The server closed)"
        r"|Socket error on client local\.\S+, disconnecting"
        r"|disconnected with result code 7|\bError: \W{0,2}connection closed|closed connection without DISCONNECT"
        r"|web ?socket closed[^\n]{0,20}\b100[056]\b|closing with code 100[056]\b|close(?:d|code)?\W{1,3}100[56]\b"
        r"|network error : EOF|\bMQTT connect failed\b(?! with code)"
        r"|ERR_CONNECTION_CLOSED|socket hang up|read ECONNRESET|connection reset by peer"
        r"|MqttCommunicationClosedGracefully\w*|AMQJS0008I|BSSL:read: Not connected|alert read:warning:close notify",
        "an MQTT client",
        _V3_REFUSAL,
        codes=r"\brc ?[=:] ?7\b|\b(?:rc|state)\W{0,3}-3\b",
    ),
    # Only if nothing more specific matched
    MessageRow(
        "not-authorized",
        r"not[ _]?authori[sz]ed\b(?! (?:to (?!connect|publish|subscribe|receive|send)|by\b|on \w+ to\b))",
        "an MQTT client",
        _CONNECT,
        "'Not authorized' is what AWS IoT answers with 0x87: at CONNECT to the connection, later to a single action.",
        (*REFUSED, DENIED_ACTION),
        f"Was it the answer to CONNECT, PUBLISH or SUBSCRIBE? {ASK_TEST}",
        measured(EMULATOR, "MQTT 5"),
        is_general=True,
        codes=r"(?<!-)\b0x87\b|\b(?:reason|code)\D{0,12}\b135\b|exit(?:ed)?(?: (?:code|status|with))* 135\b",
    ),
    hangup("unspecified", r"unspecified error", "paho or MQTT.js"),
)
"""Messages of clients and brokers."""
