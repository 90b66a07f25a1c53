"""What AWS IoT refuses before a test call reaches the function (contract §1 to §3), each rule defined once.

In AWS's order: all constraints of the service model together, then the unknown authorizer, then the pairing rules one
by one, then the signature. `TEST_CALL` lists every rule with its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from authlens.core.contract.refusal import NOT_FOUND, Refusal, RefusalRule
from authlens.core.contract.stage import Stage
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import Limits
from authlens.core.request.request import AuthorizerRequest, Mode, limited_values
from authlens.core.request.token_place import signature_of, token_of
from authlens.frozen import dataclass

Verify = Callable[[str, str, str], bool]
"""`verify(token, signature, public key in PEM) -> bool`."""

CONSTRAINTS = RefusalRule(
    "model-constraint", Stage.WELL_FORMED, "{count} validation error{plural} detected: {violations}"
)
UNKNOWN_AUTHORIZER = RefusalRule("unknown-authorizer", Stage.FOUND, "Authorizer {name} not found", NOT_FOUND, 404)
HALF_A_PAIR = RefusalRule(
    "token-and-signature-together",
    Stage.FITS,
    "Request must provide both token and tokenSignature together.",
)
TOKEN_AND_CONTEXT = RefusalRule("token-or-context", Stage.FITS, "Request cannot have token and Http/Mqtt/Tls context.")
SIGNING_DISABLED = RefusalRule(
    "signing-disabled",
    Stage.FITS,
    "Token and token signature provided but signing is disabled for the authorizer.",
)
NOTHING_SENT = RefusalRule("nothing-sent", Stage.FITS, "Request must have Http/Mqtt/Tls context.")
QUERY_STRING = RefusalRule("query-string-mark", Stage.FITS, "Invalid arguments in the call")
SIGNATURE_MISMATCH = RefusalRule(
    "signature-mismatch", Stage.SIGNATURE, "Token signature mismatch for authorizer {name}"
)
TOKEN_NOT_IN_CONTEXT = RefusalRule("token-not-in-context", Stage.SIGNATURE, None)

TEST_CALL = (
    CONSTRAINTS,
    UNKNOWN_AUTHORIZER,
    HALF_A_PAIR,
    TOKEN_AND_CONTEXT,
    SIGNING_DISABLED,
    NOTHING_SENT,
    QUERY_STRING,
    SIGNATURE_MISMATCH,
    TOKEN_NOT_IN_CONTEXT,
)
"""Every rule of contract §2."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint of the service model that a value violates."""

    limits: Limits
    rule: str
    """`Member must …`."""
    header: str | None = None
    """The name of the header, if the value belongs to a map."""

    @property
    def field(self) -> str:
        """The name that AWS uses, without the part of a map."""
        return self.limits.path.partition("[")[0]

    def __str__(self) -> str:
        return f"Value at '{self.field}' failed to satisfy constraint: {self.rule}"


def violations(request: AuthorizerRequest) -> tuple[Violation, ...]:
    """Every violated constraint, in the model's order; for one field the pattern before the length."""
    return tuple(
        Violation(limits, rule, header)
        for limits, header, value in limited_values(request)
        for rule in broken_rules(limits, value)
    )


def broken_rules(limits: Limits, value: str | bytes | None) -> Iterator[str]:
    """The constraints that a value violates, in AWS's words. An absent value only violates `required`."""
    if value is None:
        if limits.required:
            yield "Member must not be null"
        return
    if isinstance(value, str) and not limits.fits(value):
        yield f"Member must satisfy regular expression pattern: {limits.pattern}"
    if len(value) < limits.minimum:
        yield f"Member must have length greater than or equal to {limits.minimum}"
    if len(value) > limits.maximum:
        yield f"Member must have length less than or equal to {limits.maximum}"


def constraint_refusal(sentences: tuple[str, ...]) -> Refusal | None:
    """The single refusal that lists all violated constraints, each sentence once."""
    distinct = tuple(dict.fromkeys(sentences))
    if not distinct:
        return None
    plural = "" if len(distinct) == 1 else "s"
    return CONSTRAINTS.refusal(count=len(distinct), plural=plural, violations="; ".join(distinct))


def pairing_refusal(request: AuthorizerRequest, authorizer: Authorizer | None) -> Refusal | None:
    """The first pairing rule that the request violates. Without an authorizer, only rules that need none are
    checked."""
    broken = next((rule for rule, breaks in _PAIRING if breaks(request, authorizer)), None)
    return broken.refusal() if broken else None


def signature_refusal(request: AuthorizerRequest, authorizer: Authorizer, verify: Verify) -> Refusal | None:
    """What a signed authorizer refuses: a missing token or signature, or a signature that fits no key."""
    if authorizer.signing_disabled:
        return None
    token, signature = token_of(request, authorizer), signature_of(request)
    if token is None or signature is None:
        return TOKEN_NOT_IN_CONTEXT.refusal()
    if any(verify(token, signature, pem) for _, pem in authorizer.token_signing_public_keys):
        return None
    return SIGNATURE_MISMATCH.refusal(name=authorizer.name)


def refuse(request: AuthorizerRequest, authorizer: Authorizer | None, verify: Verify | None = None) -> Refusal | None:
    """The refusal before the function runs; `None` if the function is called.

    An authorizer of `None` does not exist. Without `verify` the signature is assumed to fit.
    """
    refusal = constraint_refusal(tuple(map(str, violations(request))))
    if refusal is not None:
        return refusal
    if authorizer is None:
        return UNKNOWN_AUTHORIZER.refusal(name=request.authorizer_name)
    return pairing_refusal(request, authorizer) or signature_refusal(
        request, authorizer, verify or (lambda token, signature, pem: True)
    )


def verified_token(request: AuthorizerRequest, authorizer: Authorizer | None) -> str | None:
    """The token that the function receives if the request is not refused; `None` if it receives none."""
    if request.token is not None:
        return request.token
    return None if authorizer is None or authorizer.signing_disabled else token_of(request, authorizer)


Breaks = Callable[[AuthorizerRequest, Authorizer | None], bool]


def _is_half_a_pair(request: AuthorizerRequest, authorizer: Authorizer | None) -> bool:
    return (request.token is None) != (request.token_signature is None)


def _has_token_and_context(request: AuthorizerRequest, authorizer: Authorizer | None) -> bool:
    return request.mode is Mode.BOTH


def _has_token_for_an_unsigned_authorizer(request: AuthorizerRequest, authorizer: Authorizer | None) -> bool:
    return request.mode is Mode.TOKEN and authorizer is not None and authorizer.signing_disabled


def _is_empty(request: AuthorizerRequest, authorizer: Authorizer | None) -> bool:
    return request.mode is Mode.EMPTY


def _has_query_string_without_mark(request: AuthorizerRequest, authorizer: Authorizer | None) -> bool:
    query_string = request.http_context.query_string if request.http_context else None
    return query_string is not None and not query_string.startswith("?")


_PAIRING: tuple[tuple[RefusalRule, Breaks], ...] = (
    (HALF_A_PAIR, _is_half_a_pair),
    (TOKEN_AND_CONTEXT, _has_token_and_context),
    (SIGNING_DISABLED, _has_token_for_an_unsigned_authorizer),
    (NOTHING_SENT, _is_empty),
    (QUERY_STRING, _has_query_string_without_mark),
)
