"""What AWS IoT refuses in the calls that manage authorizers (contract §8), each rule defined once.

The functions check in this order: constraints of the service model, then the unknown authorizer, then these rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from authlens.core.contract.refusal import NOT_FOUND, Refusal, RefusalRule
from authlens.core.contract.test_call import broken_rules, constraint_refusal
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import LIMITS, Limits
from authlens.core.signing.keys import MINIMUM_BITS, KeyProblem, public_key_bits

STATUSES = ("ACTIVE", "INACTIVE")
MAXIMUM_KEYS = 2
PAGE_SIZES = range(1, 251)

_NAME = LIMITS["authorizerName"]
_ANY = r"[\s\S]*"
_TOKEN_KEY_NAME = Limits("tokenKeyName", 1, 128, "[a-zA-Z0-9_-]+")
_KEY_NAME = Limits("tokenSigningPublicKeys", 1, 128, "[a-zA-Z0-9:_-]+")
_KEY_VALUE = Limits("tokenSigningPublicKeys", 0, 5120, _ANY)
_FUNCTION_ARN = Limits("authorizerFunctionArn", 0, 2048, _ANY)
_REQUIRED_FUNCTION_ARN = Limits("authorizerFunctionArn", 0, 2048, _ANY, required=True)
_MARKER = Limits("marker", 0, 1024, "[A-Za-z0-9+/]+={0,2}")

_LAMBDA_ARN = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:.+")
_FIRST_LINE = "-----BEGIN PUBLIC KEY-----"
_LAST_LINE = "-----END PUBLIC KEY-----"

CONFLICT = "ResourceAlreadyExistsException"


def _rule(identifier: str, words: str) -> RefusalRule:
    return RefusalRule(identifier, None, words)


FUNCTION_ARN = _rule("function-arn", "Lambda function arn for authorizer {name} is not in proper ARN syntax")
KEYS_WITHOUT_SIGNING = _rule(
    "keys-without-signing",
    "Token signing keys map must be null for authorizer {name} if using optional signature header",
)
NO_TOKEN_KEY_NAME = _rule("no-token-key-name", "Token key name for authorizer {name} cannot be null")
NO_KEYS = _rule(
    "no-keys",
    "Token signing keys map for authorizer {name} cannot be null or empty. "
    "There must be at least one and at most two token signing public keys in the map",
)
TOO_MANY_KEYS = _rule("too-many-keys", "Token signing keys map for authorizer {name} cannot contain more than 2 keys")
EMPTY_KEY = _rule("empty-key", "Token signing public keys for authorizer {name} cannot be null or empty")
NOT_RSA = _rule("not-rsa", "Authorizer {name} public key for key name {key} not a valid RSA key")
KEY_SIZE = _rule(
    "key-size",
    "Authorizer {name} public key for key name {key} invalid: Key must be 2048 bits but was {bits} bits",
)
NOT_CONVERTIBLE = _rule("not-convertible", "Cannot convert public key PEM for authorizer {name} to RSA key")
MERGED_KEYS = _rule(
    "merged-keys", "Number of signing keys for authorizer {name} must neither be zero nor greater than 2"
)
EXISTS = RefusalRule("exists", None, "Authorizer {name} already exist for this account", CONFLICT, 409)
DELETE_ACTIVE = _rule(
    "delete-active",
    "Cannot delete authorizer {name} in ACTIVE status. Update status to INACTIVE and delete.",
)
DELETE_DEFAULT = RefusalRule(
    "delete-default",
    None,
    "Cannot delete default authorizer {name}. Change default and retry delete.",
    "DeleteConflictException",
    409,
)
NO_DEFAULT = RefusalRule("no-default", None, "Default authorizer not found", NOT_FOUND, 404)
SAME_DEFAULT = RefusalRule(
    "same-default", None, "Duplicate default authorizer {name} already configured for this account", CONFLICT, 409
)
BAD_MARKER = _rule("bad-marker", "The marker does not belong to this listing")

Members = Mapping[str, Any]
"""The members of a call by API name, without absent ones."""


def name_refusal(name: str | None) -> Refusal | None:
    """Check an authorizer's name against the service model."""
    return constraint_refusal(tuple(_broken(_NAME, name)))


def create_refusal(name: str, members: Members) -> Refusal | None:
    """Everything that CreateAuthorizer refuses except a name already in use."""
    constraints = (*_broken(_NAME, name), *_broken_members(_REQUIRED_FUNCTION_ARN, members))
    return (
        constraint_refusal(constraints)
        or _function_arn_refusal(name, members)
        or (_unsigned_refusal if members.get("signingDisabled") else _signed_refusal)(name, members)
    )


def update_constraints(name: str, members: Members) -> Refusal | None:
    """Check the members of UpdateAuthorizer against the service model."""
    return constraint_refusal((*_broken(_NAME, name), *_broken_members(_FUNCTION_ARN, members)))


def update_refusal(authorizer: Authorizer, members: Members) -> Refusal | None:
    """What UpdateAuthorizer refuses for an existing authorizer."""
    name, keys = authorizer.name, members.get("tokenSigningPublicKeys")
    refusal = _function_arn_refusal(name, members)
    if refusal is not None or keys is None:
        return refusal
    if authorizer.signing_disabled:
        return KEYS_WITHOUT_SIGNING.refusal(name=name)
    return _merged_refusal(authorizer, keys) or _key_refusals(name, keys)


def delete_refusal(authorizer: Authorizer, is_default: bool) -> Refusal | None:
    """What DeleteAuthorizer refuses for an existing authorizer; the status is checked before the default."""
    if authorizer.status == "ACTIVE":
        return DELETE_ACTIVE.refusal(name=authorizer.name)
    return DELETE_DEFAULT.refusal(name=authorizer.name) if is_default else None


def list_refusal(members: Members) -> Refusal | None:
    """Check the members of ListAuthorizers against the service model."""
    size = members.get("pageSize")
    constraints = (
        *_broken_size(size),
        *_broken(_MARKER, members.get("marker")),
        *_broken_status(members.get("status")),
    )
    return constraint_refusal(constraints)


def _broken(limits: Limits, value: str | None) -> Iterator[str]:
    for rule in broken_rules(limits, value):
        yield _sentence(limits.path, rule)


def _sentence(field: str, rule: str) -> str:
    return f"Value at '{field}' failed to satisfy constraint: {rule}"


def _broken_members(function_arn: Limits, members: Members) -> Iterator[str]:
    """The violations in the members that CreateAuthorizer and UpdateAuthorizer share, in the model's order."""
    yield from _broken(function_arn, members.get("authorizerFunctionArn"))
    yield from _broken(_TOKEN_KEY_NAME, members.get("tokenKeyName"))
    for key, pem in (members.get("tokenSigningPublicKeys") or {}).items():
        yield from _broken(_KEY_NAME, key)
        yield from _broken(_KEY_VALUE, pem)
    yield from _broken_status(members.get("status"))


def _broken_status(status: str | None) -> Iterator[str]:
    if status is not None and status not in STATUSES:
        yield _sentence("status", f"Member must satisfy enum value set: [{', '.join(STATUSES)}]")


def _broken_size(size: int | None) -> Iterator[str]:
    if size is not None and size < PAGE_SIZES.start:
        yield _sentence("pageSize", f"Member must have value greater than or equal to {PAGE_SIZES.start}")
    if size is not None and size >= PAGE_SIZES.stop:
        yield _sentence("pageSize", f"Member must have value less than or equal to {PAGE_SIZES.stop - 1}")


def _function_arn_refusal(name: str, members: Members) -> Refusal | None:
    arn = members.get("authorizerFunctionArn")
    return None if arn is None or _LAMBDA_ARN.fullmatch(arn) else FUNCTION_ARN.refusal(name=name)


def _unsigned_refusal(name: str, members: Members) -> Refusal | None:
    has_keys = members.get("tokenSigningPublicKeys") is not None
    return KEYS_WITHOUT_SIGNING.refusal(name=name) if has_keys else None


def _signed_refusal(name: str, members: Members) -> Refusal | None:
    if members.get("tokenKeyName") is None:
        return NO_TOKEN_KEY_NAME.refusal(name=name)
    keys = members.get("tokenSigningPublicKeys")
    return _keys_refusal(name, keys) if keys else NO_KEYS.refusal(name=name)


def _keys_refusal(name: str, keys: Mapping[str, str]) -> Refusal | None:
    return TOO_MANY_KEYS.refusal(name=name) if len(keys) > MAXIMUM_KEYS else _key_refusals(name, keys)


def _key_refusals(name: str, keys: Mapping[str, str]) -> Refusal | None:
    """The refusal of the first invalid key."""
    refusals = (key_refusal(name, key, pem) for key, pem in keys.items())
    return next((refusal for refusal in refusals if refusal is not None), None)


def _merged_refusal(authorizer: Authorizer, keys: Mapping[str, str]) -> Refusal | None:
    merged = {name for name, _ in authorizer.token_signing_public_keys} | set(keys)
    return MERGED_KEYS.refusal(name=authorizer.name) if len(merged) > MAXIMUM_KEYS else None


def key_refusal(name: str, key: str, pem: str) -> Refusal | None:
    """What AWS says about a public key. It reads the PEM line by line and skips anything before the BEGIN line.

    The measured message asks for 2,048 bits; larger keys are accepted, because AWS's own guide registers one of 4,096.
    """
    lines = pem.splitlines()
    if not pem:
        return EMPTY_KEY.refusal(name=name)
    if "PRIVATE KEY-----" in pem or (_FIRST_LINE in lines and _LAST_LINE not in lines):
        return NOT_CONVERTIBLE.refusal(name=name)
    try:
        bits = public_key_bits(pem[pem.index(_FIRST_LINE) :]) if _FIRST_LINE in lines else None
    except KeyProblem:
        bits = None
    if bits is None:
        return NOT_RSA.refusal(name=name, key=key)
    return KEY_SIZE.refusal(name=name, key=key, bits=bits) if bits < MINIMUM_BITS else None
