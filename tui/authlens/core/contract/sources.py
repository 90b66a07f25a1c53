"""How each statement is known, by id: a row for every warning about real devices, finding and explanation.

Correcting a statement after a measurement is a one-line change here. Tests check that every id has a row.
"""

from __future__ import annotations

from collections.abc import Mapping

from authlens.core.contract.pages import (
    AUTHORIZERS,
    CLI_FILES,
    CLI_REPORT,
    CLIENT_IDS,
    CREATE_AUTHORIZER,
    CUSTOM_AUTH,
    CUSTOM_DOMAINS,
    DOMAINS,
    EMULATOR,
    IAM_ACTIONS,
    INVOKE_POLICY,
    JWS,
    JWT,
    LAMBDA_CONCURRENCY,
    LAMBDA_METRICS,
    LAMBDA_PERMISSION,
    LAMBDA_STATES,
    LOGGING,
    MQTT,
    MQTT_3,
    PERMISSION_REPORT,
    PROTOCOLS,
    QUERY,
    QUOTAS,
    SIGNATURE_REPORT,
    STRINGIFIED_REPORT,
    TEST_CALL,
    TLS_POLICIES,
    TROUBLESHOOTING,
    X509_AUTH,
)
from authlens.core.contract.statement import Source, assumed, documented, measured, reported

_OVER_WEBSOCKET = measured(EMULATOR, "over WebSocket, eu-west-1")
_TEST_CALL = measured(EMULATOR, "eu-west-1")

WARNINGS: Mapping[str, Source] = {
    "inactive": _OVER_WEBSOCKET,
    "just-created": _OVER_WEBSOCKET,
    "no-documents": _OVER_WEBSOCKET,
    "no-connect": _OVER_WEBSOCKET,
    "connect-elsewhere": _OVER_WEBSOCKET,
    "no-protocol-data": _TEST_CALL,
    "header-case": _OVER_WEBSOCKET,
    "query-string-mark": _OVER_WEBSOCKET,
    "slow": documented(TROUBLESHOOTING),
    "alpn-and-port": documented(PROTOCOLS),
    "default-authorizer": documented(TROUBLESHOOTING),
    "other-region": documented(TROUBLESHOOTING),
    "json-text": assumed(),
    "certificate-not-sent": documented(X509_AUTH),
    "principal-not-certificate": documented(X509_AUTH),
    "function-missing": documented(LAMBDA_PERMISSION),
    "function-not-active": documented(LAMBDA_STATES),
    "function-idle": documented(LAMBDA_STATES),
    "function-timeout": documented(TROUBLESHOOTING),
    "permission-missing": documented(LAMBDA_PERMISSION),
    "permission-alias": documented(INVOKE_POLICY),
    "permission-source-arn": documented(LAMBDA_PERMISSION),
    "permission-source-account": documented(TROUBLESHOOTING),
    "permission-denied": documented(INVOKE_POLICY),
    "permission-unreadable": assumed(),
    "permission-open": documented(LAMBDA_PERMISSION),
    "permission-unjudged": assumed(),
    "server-name-unknown": documented(TROUBLESHOOTING),
    "domain-disabled": documented(DOMAINS),
    "domain-override": documented(CUSTOM_DOMAINS),
    "domain-authentication": documented(PROTOCOLS),
    "domain-protocol": documented(PROTOCOLS),
    "function-qualifier": documented(LAMBDA_PERMISSION),
    "function-throttled": documented(LAMBDA_CONCURRENCY),
    "function-concurrency": documented(LAMBDA_CONCURRENCY),
    "function-throttles": documented(LAMBDA_METRICS),
    "iot-logging-off": documented(LOGGING),
    "domain-certificate": documented(CUSTOM_DOMAINS),
    "domain-tls-policy": documented(TLS_POLICIES),
    "not-described": assumed(note="no conclusion is drawn"),
    "not-read": assumed(note="no conclusion is drawn"),
}
"""Warnings about real connections and about what is deployed around them."""

FINDINGS: Mapping[str, Source] = {
    "missing-reference": measured(note="read on this machine"),
    "signing-key": measured(note="read on this machine"),
    "local-target": measured(note="read on this machine"),
    "certificate-file": measured(note="read on this machine"),
    "missing-authorizer": documented(TEST_CALL),
    "nothing-to-sign": measured(note="what sending does"),
    "no-place-for-token": measured(note="what sending does"),
    "model-constraint-pattern": documented(TEST_CALL),
    "model-constraint-minimum": documented(TEST_CALL),
    "model-constraint-maximum": documented(TEST_CALL),
    "unknown-authorizer": _TEST_CALL,
    "token-and-signature-together": _TEST_CALL,
    "token-or-context": _TEST_CALL,
    "signing-disabled": _TEST_CALL,
    "nothing-sent": _TEST_CALL,
    "query-string-mark": _TEST_CALL,
    "signature-mismatch": _TEST_CALL,
    "token-not-in-context": _TEST_CALL,
    "plus-becomes-space": reported(SIGNATURE_REPORT),
    "url-encoded-header": _TEST_CALL,
    "signature-not-base64": documented(TEST_CALL),
    "signature-too-short": documented(AUTHORIZERS),
    "signature-unpadded": assumed(TEST_CALL),
    "parameter-in-several-places": assumed(),
    "signature-not-verified": documented(CREATE_AUTHORIZER),
    "name-of-file": documented(CLI_FILES),
    "white-space": _TEST_CALL,
    "line-break": assumed(),
    "token-scheme": _TEST_CALL,
    "jwt-not-valid-now": documented(JWT),
    "jwt-signs-itself": documented(JWS),
    "jwt-algorithm": documented(CUSTOM_AUTH),
    "no-protocol-data": _TEST_CALL,
    "password-base64": reported(CLI_REPORT),
    "no-authorizer-parameters": documented(CUSTOM_AUTH),
    "other-authorizer-name": documented(CUSTOM_AUTH),
    "sdk-parameters": measured(note="captured from the device SDKs on loopback"),
    "sdk-parameters-swallowed": measured(note="captured from the device SDKs on loopback"),
    "no-client-id": documented(MQTT),
    "client-id-too-long": documented(QUOTAS),
    "client-id-reserved": documented(CLIENT_IDS),
    "wildcard-client-id": assumed(),
    "password-without-username": documented(MQTT_3),
    "server-name-not-a-host": documented(TROUBLESHOOTING),
    "header-case": _OVER_WEBSOCKET,
    "repeated-header": measured(note="what sending does"),
    "blank-in-query-string": documented(QUERY),
    "authorizer-inactive": _OVER_WEBSOCKET,
}
"""The findings of preflight."""

_REFUSALS = (
    *("model-constraint", "unknown-authorizer", "token-and-signature-together", "token-or-context", "signing-disabled"),
    *("nothing-sent", "query-string-mark", "signature-mismatch", "token-not-in-context", "function-failed"),
    *("no-boolean", "principal-id", "bare-refusal", "no-policy-list", "too-many-documents", "document-too-long"),
    *("policy-syntax", "refresh-seconds", "disconnect-seconds", "refused"),
)

EXPLANATIONS: Mapping[str, Source] = {
    **dict.fromkeys(_REFUSALS, _TEST_CALL),
    "no-boolean": measured(EMULATOR, "for an object without isAuthenticated; other types are presumably refused alike"),
    "resource-arn": reported(STRINGIFIED_REPORT),
    "AccessDeniedException": documented(IAM_ACTIONS),
    "AccessDenied": documented(IAM_ACTIONS),
    "ThrottlingException": documented(QUOTAS),
    "InternalFailureException": reported(PERMISSION_REPORT),
    "InternalFailure": reported(PERMISSION_REPORT),
}
"""By the id of an explanation. Anything not listed is assumed, except what was observed on this machine."""

OBSERVED = ("unreachable", "timed out", "abandoned", "credentials", "configuration", "local endpoint", "reference")
"""Kinds of failure observed on this machine."""


def of_explanation(id_: str) -> Source:
    if id_ in OBSERVED:
        return measured(note="seen on this machine")
    return EXPLANATIONS.get(id_) or FINDINGS.get(id_) or assumed()
