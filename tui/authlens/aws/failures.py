"""Every way in which a call can fail, as a Failure that names its fix. The table is the one place for advice."""

from __future__ import annotations

import json
from shlex import quote
from typing import Any

from botocore import exceptions as boto_errors

from authlens.aws.answers import broken
from authlens.aws.network_failures import network_advice
from authlens.aws.sessions import MfaCodeNeeded
from authlens.aws.wire_capture import Exchange
from authlens.core.invocation.invocation import Failure, FailureKind, fault_of
from authlens.core.request.target import Target
from authlens.core.text.url import read_url

_SSO = "Run `aws sso login{profile}` and send again."
_KEYS = "Run `aws configure{profile}`, or name a working profile: AWS_PROFILE, or `profile` in the target."

_MFA = "Get a session first, for example with `aws configure export-credentials`, and name its profile."

_ERRORS: tuple[tuple[str, FailureKind, str], ...] = (
    (
        "NoCredentialsError",
        FailureKind.CREDENTIALS,
        "Run `aws configure` or `aws sso login`, or name a profile: AWS_PROFILE, or `profile` in the target. "
        "A local endpoint accepts any credentials.",
    ),
    ("PartialCredentialsError", FailureKind.CREDENTIALS, "Half of a key pair is configured. " + _KEYS),
    ("UnauthorizedSSOTokenError", FailureKind.CREDENTIALS, _SSO),
    ("SSOTokenLoadError", FailureKind.CREDENTIALS, _SSO),
    ("TokenRetrievalError", FailureKind.CREDENTIALS, _SSO),
    ("SSOError", FailureKind.CREDENTIALS, _SSO),
    (
        "CredentialRetrievalError",
        FailureKind.CREDENTIALS,
        "The profile's credential_process, or the source that it names, failed. Run that command by hand.",
    ),
    ("MetadataRetrievalError", FailureKind.CREDENTIALS, "The instance metadata service gave no credentials. " + _KEYS),
    ("NoAuthTokenError", FailureKind.CREDENTIALS, _SSO),
    (
        "LoginInsufficientPermissions",
        FailureKind.CREDENTIALS,
        "Allow the action that the message names, then run `aws login{profile}`.",
    ),
    ("LoginError", FailureKind.CREDENTIALS, "Run `aws login{profile}` and send again."),
    ("RefreshWithMFAUnsupportedError", FailureKind.CREDENTIALS, _MFA),
    ("MissingDependencyException", FailureKind.CONFIGURATION, "Install it in the environment that authlens runs in."),
    (
        "NoRegionError",
        FailureKind.CONFIGURATION,
        "Say which region the authorizer lives in: AWS_REGION, `aws configure set region`, `region` in the target, or "
        "--region of 'authlens invoke'.",
    ),
    ("InvalidRegionError", FailureKind.CONFIGURATION, "Correct the region's name, e.g. eu-west-1."),
    (
        "ProfileNotFound",
        FailureKind.CONFIGURATION,
        "Correct the profile's name; `aws configure list-profiles` lists those that exist.",
    ),
    ("ConfigParseError", FailureKind.CONFIGURATION, "Fix the AWS configuration file that the message names."),
    ("ConfigNotFound", FailureKind.CONFIGURATION, "Create the AWS configuration file, or unset AWS_CONFIG_FILE."),
    (
        "InvalidConfigError",
        FailureKind.CONFIGURATION,
        "Fix what the message names: a key of the profile, a variable or an option.",
    ),
    (
        "InfiniteLoopConfigError",
        FailureKind.CONFIGURATION,
        "Two profiles name each other as source_profile: change one.",
    ),
    ("UnknownCredentialError", FailureKind.CONFIGURATION, "Correct credential_source in the profile."),
    ("InvalidRetryModeError", FailureKind.CONFIGURATION, "Set retry_mode to standard, adaptive or legacy."),
    ("InvalidRetryConfigurationError", FailureKind.CONFIGURATION, "Correct max_attempts in the profile."),
    ("InvalidMaxRetryAttemptsError", FailureKind.CONFIGURATION, "Correct max_attempts in the profile."),
    ("ReadTimeoutError", FailureKind.TIMED_OUT, "It may still have run. Send again, or allow more time."),
    ("ConnectTimeoutError", FailureKind.TIMED_OUT, "Check the network, the VPN and the endpoint URL."),
    (
        "SSLError",
        FailureKind.UNREACHABLE,
        "The server's certificate was not accepted. Name its authority with AWS_CA_BUNDLE; "
        "'authlens invoke' also takes --ca-bundle, and --no-verify-ssl to disable the check.",
    ),
    ("ProxyConnectionError", FailureKind.UNREACHABLE, "Check HTTPS_PROXY and NO_PROXY."),
    (
        "EndpointConnectionError",
        FailureKind.UNREACHABLE,
        "Nothing answers there. Check the endpoint URL or the region, the network and the VPN; "
        "is the local endpoint running?",
    ),
    (
        "ConnectionClosedError",
        FailureKind.UNREACHABLE,
        "The connection broke before an answer came. It may still have run. Check that the URL's scheme (http or "
        "https) is the server's.",
    ),
    ("IncompleteReadError", FailureKind.UNREACHABLE, "The connection broke within the answer. It may still have run."),
    ("HTTPClientError", FailureKind.UNREACHABLE, "Check the endpoint URL and the network."),
    (
        "ParamValidationError",
        FailureKind.REFUSED_HERE,
        "The client refused it before sending. Fill in the member that the message names, or leave it out.",
    ),
)

_SERVICE_ADVICE = {
    "ExpiredTokenException": "The AWS session has expired: sign in again (`aws sso login{profile}`) and send again.",
    "ExpiredToken": "The AWS session has expired: sign in again (`aws sso login{profile}`) and send again.",
    "UnrecognizedClientException": "AWS does not know this access key. " + _KEYS,
    "InvalidClientTokenId": "AWS does not know this access key. " + _KEYS,
    "SignatureDoesNotMatch": "The secret key does not match the access key, or the clock is wrong. " + _KEYS,
    "InvalidSignatureException": "The secret key does not match the access key, or the clock is wrong. " + _KEYS,
    "ThrottlingException": "AWS is limiting the rate: wait a moment and send again.",
    "TooManyRequestsException": "AWS is limiting the rate: wait a moment and send again.",
}


def failure_of(error: Exception, exchange: Exchange, target: Target, service: str = "iot") -> Failure:
    """Name what went wrong. `exchange` shows how far the call had come."""
    if isinstance(error, boto_errors.ClientError):
        return _service_failure(error, exchange, target, service)
    if isinstance(error, MfaCodeNeeded):
        return Failure(
            FailureKind.CREDENTIALS,
            "MfaCodeNeeded",
            "The profile assumes a role with multi-factor authentication, and authlens cannot ask for the code.",
            advice=_MFA,
        )
    for kind in type(error).__mro__:
        for name, failure_kind, advice in _ERRORS:
            if kind.__name__ == name:
                known = network_advice(error, target) or advice
                return Failure(failure_kind, type(error).__name__, str(error), advice=_for_profile(known, target))
    if exchange.body is not None:
        return broken(f"The answer could not be read ({type(error).__name__}).")
    if isinstance(error, boto_errors.BotoCoreError):
        advice = "Correct what the message names: an option, a variable, or a key of the profile."
        return Failure(FailureKind.CONFIGURATION, type(error).__name__, str(error), advice=advice)
    return _before_sending(error, target)


_CLOCK = "This machine's clock is wrong: set it (timedatectl set-ntp true), and send again."


def _is_clock(code: str, message: str | None) -> bool:
    """AWS accepts a signature for minutes, and says by its code or its message that the time is not right."""
    if code in ("RequestTimeTooSkewed", "RequestExpired"):
        return True
    said = (message or "").lower()
    is_about_time = "signature expired" in said or "signature not yet current" in said
    return code in ("InvalidSignatureException", "SignatureDoesNotMatch") and is_about_time


def _service_failure(error: Any, exchange: Exchange, target: Target, service: str) -> Failure:
    described = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code = described.get("Code") or "Unknown"
    advice = _CLOCK if _is_clock(code, described.get("Message")) else _SERVICE_ADVICE.get(code)
    return Failure(
        FailureKind.AWS,
        code,
        _raw_message(exchange.body, described.get("Message")),
        http_status=metadata.get("HTTPStatusCode"),
        request_id=metadata.get("RequestId") or exchange.header("x-amzn-requestid"),
        advice=_for_profile(advice, target) or _advice_on_call(error, service),
        retries=metadata.get("RetryAttempts") if metadata.get("MaxAttemptsReached") else None,
    )


def _advice_on_call(error: Any, service: str) -> str | None:
    """What helps with this call of this service; the IAM action that was denied is named after it."""
    code = error.response.get("Error", {}).get("Code")
    if service == "logs" and code == "UnknownOperationException":
        return "A local endpoint has no CloudWatch Logs: what its function printed comes with the answer."
    if code != "AccessDeniedException":
        return None
    return f'The caller lacks a permission: allow "{service}:{error.operation_name}" on "*".'


def _raw_message(body: bytes | None, parsed: str | None) -> str | None:
    """AWS's message; botocore turns a null message into text, so the bytes decide."""
    try:
        value = json.loads(body or b"")
    except (ValueError, RecursionError):
        return parsed
    if isinstance(value, dict) and "message" in value and value["message"] is None:
        return None
    return parsed


def _before_sending(error: Exception, target: Target) -> Failure:
    """Builtins that botocore lets through while it looks for credentials (promises: measured)."""
    name = type(error).__name__
    if isinstance(error, ValueError) and (str(error).startswith("Invalid endpoint") or _is_no_url(target.endpoint_url)):
        return Failure(
            FailureKind.CONFIGURATION,
            "InvalidEndpoint",
            f"Invalid endpoint: {target.endpoint_url or 'the one in the environment or the profile'}",
            advice="Write the endpoint URL as http://HOST:PORT or https://HOST.",
        )
    if isinstance(error, (OSError, ValueError, KeyError)):
        what = str(error) if isinstance(error, OSError) else "what it gave could not be read"
        return Failure(
            FailureKind.CREDENTIALS,
            name,
            f"Looking for AWS credentials failed: {what}",
            advice=_for_profile(
                "Check credential_process, web_identity_token_file and the SSO cache of the profile"
                " (`aws sso login{profile}` renews the latter).",
                target,
            ),
        )
    return fault_of(error)


def _is_no_url(text: str | None) -> bool:
    """Whether an endpoint URL is given that names no host."""
    return text is not None and read_url(text) is None


def _for_profile(advice: str | None, target: Target) -> str | None:
    if advice is None:
        return None
    return advice.replace("{profile}", f" --profile {quote(target.profile)}" if target.profile else "")
