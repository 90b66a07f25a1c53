"""The table of known messages of TLS, the network and HTTPS, each with its source."""

from __future__ import annotations

from authlens.core.contract.pages import PROTOCOLS, TLS_ALERTS
from authlens.core.contract.statement import assumed, documented
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

_NOT_NAMED = r"(?![^\n]{0,120}(?:(?:hostname|IP address) (?:mismatch|'|not valid)|has expired|is not yet valid))"
"""Not where the same line says what is wrong with the certificate."""

ROWS: tuple[MessageRow, ...] = (
    # TLS
    MessageRow(
        "tls-alpn",
        r"no[ _]?application[ _]?protocol|ALPN[^\n]{0,40}(?:fail|mismatch|no (?:common|overlap))",
        "TLS",
        DeviceStage.TLS,
        "The server accepts none of the ALPN protocols that the client offers.",
        (
            "the client offers a protocol other than 'mqtt' (such as x-amzn-mqtt-ca, http/1.1 or h2)",
            "the host is not AWS IoT's data endpoint",
        ),
        "Which ALPN does the client send? One that cannot set it needs a domain configuration with applicationProtocol "
        "SECURE_MQTT and authenticationType CUSTOM_AUTH, or a WebSocket.",
        documented(PROTOCOLS),
    ),
    MessageRow(
        "tls-unknown-ca",
        r"(?<![a-z])unknown[ _]?ca\b|(?:alert|SSL)[^\n]{0,40}certificate[ _]?unknown",
        "TLS",
        DeviceStage.TLS,
        "One side sent the alert 'unknown CA' or 'certificate unknown': it does not trust the other side's "
        "certificate.",
        (
            "if a device received it: its client certificate is not accepted by the server; custom "
            "authentication alone needs none",
            "if a server received it, such as 'authlens serve': the device does not trust the CA of the "
            "server's certificate",
        ),
        "Who printed it? A device: which certificate does it send? A server: which CA does the device trust?",
        documented(TLS_ALERTS),
    ),
    MessageRow(
        "tls-expired",
        r"(?:certificate[ _]verify[ _]failed\W{1,3})?certificate (?:has expired|is not yet valid)|\bCERT_HAS_EXPIRED\b"
        r"|AWS_IO_TLS_PEER_CERTIFICATE_EXPIRED",
        "TLS",
        DeviceStage.TLS,
        "By the client's clock, the server's certificate is not valid now.",
        ("the client's clock is wrong", "a CA certificate of the client has expired"),
        "What time is it on the client, and which CA certificates does it have?",
        documented(TLS_ALERTS),
    ),
    MessageRow(
        "tls-not-trusted",
        rf"certificate[ _]verify[ _]failed{_NOT_NAMED}|self[ -]signed certificate|unable to get (?:local )?issuer"
        rf"|SSLCertVerificationError\b{_NOT_NAMED}|certificate signed by unknown authority"
        r"|curl: \(60\)|unable to verify the first certificate|PKIX path building failed"
        r"|AWS_IO_TLS_(?:UNKNOWN_ROOT_CERTIFICATE|NO_ROOT_CERTIFICATE_FOUND"
        r"|INVALID_CERTIFICATE_CHAIN|PEER_CERTIFICATE_UNKNOWN|BAD_PEER_CERTIFICATE)"
        r"|(?:OSStatus|DomainSSL)\w*(?: Code=| error )-9807\b",
        "TLS",
        DeviceStage.TLS,
        "The client does not trust the server's certificate.",
        (
            "the client lacks Amazon Root CA 1",
            "its clock is wrong, so that a valid certificate seems expired",
            "for a local device listener: the client does not trust the local CA",
            "a proxy in between presents its own certificate",
        ),
        "Which CA certificates does the client trust?",
        documented(TLS_ALERTS),
    ),
    MessageRow(
        "tls-name",
        r"(?:alert|tls\w*|ssl\w*)[^\n]{0,20}unrecognized[ _]?name|AWS_IO_TLS_HOST_NAME_MISMATCH"
        r"|(?:hostname|IP address) (?:mismatch|'[^'\n]{0,200}' doesn't match)"
        r"|does not match (?:any of the subject|certificate's)"
        r"|ERR_TLS_CERT_ALTNAME"
        r"|Hostname/IP does not match",
        "TLS",
        DeviceStage.TLS,
        "The server name does not match the certificate.",
        ("the client connects by IP address or through another name", "the client sends no SNI, or another host's"),
        "Which host does the client connect to, and which SNI does it send?",
        documented(TLS_ALERTS),
    ),
    MessageRow(
        "tls-client-certificate",
        r"certificate[ _]required|bad[ _]certificate|alert (?:number )?(?:42|116)\b|peer did not return a certificate",
        "TLS",
        DeviceStage.TLS,
        "The server requires a client certificate, or one side does not accept the other's.",
        (
            "the port or ALPN means X.509 authentication (8883, 8443, x-amzn-mqtt-ca), not custom authentication",
            "the domain authenticates with CUSTOM_AUTH_X509 and the certificate is missing, inactive or not registered",
            "if a server printed it, such as 'authlens serve': the device does not accept the server's certificate",
        ),
        "Which port and ALPN does the client use, and which authenticationType does the domain configuration have?",
        documented(PROTOCOLS),
    ),
    MessageRow(
        "tls-handshake",
        r"handshake[ _]failure|AWS_IO_TLS_(?:ERROR_)?NEGOTIATION_\w+"
        r"|AWS_IO_TLS_(?:ERROR_ALERT_RECEIVED|VERSION_UNSUPPORTED)"
        r"|SSLV3_ALERT\w*|A TLS error occurred|curl: \(35\)|EOF occurred in violation of protocol"
        r"|received fatal alert|kCFStreamErrorDomainSSL"
        r"|before secure TLS connection was established|tlsv1 alert \w+(?: \w+)*|wrong version number|\bEPROTO\b",
        "TLS",
        DeviceStage.TLS,
        "The TLS handshake failed.",
        (
            "the client sends no SNI, which a custom domain needs",
            "the client's TLS version or ciphers are too old (AWS IoT requires TLS 1.2 or 1.3)",
            "the port does not use TLS, or a proxy interferes",
        ),
        "Which host, port and TLS version does the client use?",
        documented(TLS_ALERTS),
        is_general=True,
    ),
    # Network
    MessageRow(
        "host-not-found",
        r"AWS_IO_DNS_(?:INVALID_NAME|NO_ADDRESS_FOR_HOST|QUERY_\w+)|getaddrinfo (?:\w+|\(\))"
        r"|\b(?-i:ENOTFOUND|EAI_AGAIN)\b"
        r"|name or service not known|could not resolve host|curl: \(6\)|UnknownHostException|couldn't get hostname for"
        r"|no such host"
        r"|mbedtls_net_connect returned -0x52|NETWORK_ERR_NET_UNKNOWN_HOST"
        r"|nodename nor servname|TCP Conn Failed : error 0:-65554|Unable to connect \(Lookup error",
        "the network",
        DeviceStage.NETWORK,
        "The host name was not found.",
        (
            "the endpoint is misspelled or belongs to another region",
            "it includes a scheme or path",
            "DNS does not answer",
        ),
        "Is the host the one that 'aws iot describe-endpoint --endpoint-type iot:Data-ATS' prints?",
        documented(PROTOCOLS),
    ),
    MessageRow(
        "not-reached",
        r"AWS_IO_SOCKET_(?:TIMEOUT|NO_ROUTE_TO_HOST|NETWORK_DOWN|CONNECTION_REFUSED|CONNECT_ABORTED)"
        r"|\b(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH)\b|connect(?:ion)? timed out|\(32103\)"
        r"|connection refused\b(?!\s*[:,-]\s*\w)|curl: \((?:7|28)\)"
        r"|no route to host|network is unreachable",
        "the network",
        DeviceStage.NETWORK,
        "The host was not reached on that port.",
        ("a firewall or proxy allows only 443", "the port is wrong: custom authentication uses 443"),
        "Which port does the client use, and does anything else reach it from there?",
        documented(PROTOCOLS),
    ),
    # HTTPS
    MessageRow(
        "https-forbidden",
        r"\"message\"\s*:\s*\"Forbidden\"|ForbiddenException|HTTP(?:/[\d.]+)? 403|\b403 Forbidden\b"
        r"|status(?:code)?\W{0,3}403\b",
        "a server over HTTPS",
        DeviceStage.PUBLISH,
        "The server refused an HTTP request (403); from AWS IoT, a publish or the upgrade to WebSocket.",
        (
            "the documents do not allow iot:Publish on that topic",
            "the function refused, or was not invoked: no authorizer named, INACTIVE, or a wrong signature",
            "the topic in the URL is encoded differently from the policy",
        ),
        "Does a test call pass with the same headers or query string, and was the function invoked?",
        assumed(note="reported in public; the exact body was not measured"),
        is_general=True,
    ),
)
