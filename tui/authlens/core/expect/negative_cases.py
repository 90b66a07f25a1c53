"""Negative cases: variants of a good saved request that must be refused, each with the expected refusal.

Refusals by AWS are expected by class and message; refusals that only the function can make, as a refused login. For a
different client id, a denied `iot:Connect` is expected, because a policy that does not name the client also refuses it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.members import BY_PATH, MEMBERS, Secrecy, members_of
from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode, MqttContext, text_at, with_text
from authlens.core.request.token_place import UnknownTokenKeyName, find_signature, place, put
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.text.encodings import from_base64url
from authlens.frozen import dataclass

SignJwt = Callable[[str], str]
"""Signs `header.payload` of a JWT: the third part, base64url without padding."""

WRONG_SIGNATURE = base64.b64encode(bytes(256)).decode("ascii")
"""Well-formed, but not made with any key."""

EXPIRED = 946684800
"""2000-01-01T00:00:00Z."""

_JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+(?:\.[\w-]*)?")
_REFUSED = "InvalidRequestException"
_MISMATCH = ExpectedError(_REFUSED, "Token signature mismatch for authorizer")
_TOGETHER = ExpectedError(_REFUSED, "Request must provide both token and tokenSignature together")


@dataclass(frozen=True, slots=True)
class NegativeCase:
    name: str
    """`wrong-signature`: fits a file name."""
    saved: SavedRequest


def is_refused(saved: SavedRequest) -> bool:
    """Whether the request itself expects a refusal, so that variants of it would show nothing more."""
    expect, client_id = saved.expect, saved.request.client_id
    if expect is None:
        return False
    connect = Question("iot:Connect", f"client/{client_id}") if client_id else None
    return expect.is_authenticated is False or expect.error is not None or connect in expect.deny


def negative_cases(
    saved: SavedRequest, authorizer: Authorizer | None = None, sign_jwt: SignJwt | None = None
) -> tuple[NegativeCase, ...]:
    """All cases that apply to this good request. References stay, and hide their values."""
    makers = (_other_client_id, _missing_token, _missing_context_fields, _stripped_mark, _over_long)
    cases = [case for maker in makers for case in maker(saved)]
    return tuple(_named_apart([*_wrong_signature(saved, authorizer), *_expired_jwt(saved, sign_jwt), *cases]))


def _named_apart(cases: Sequence[NegativeCase]) -> Iterator[NegativeCase]:
    """Makes the names unique: headers such as `X-A` and `X/A` would give the same file name."""
    names = [case.name for case in cases]
    for index, case in enumerate(cases):
        before = names[:index].count(case.name)
        yield replace(case, name=f"{case.name}-{before + 1}") if before else case


def _wrong_signature(saved: SavedRequest, authorizer: Authorizer | None) -> Iterator[NegativeCase]:
    request, placed = saved.request, find_signature(saved.request)
    if placed:
        request = put(request, placed.place, SIGNATURE_NAME, WRONG_SIGNATURE)
    elif saved.sign and saved.sign.place != "token":
        try:
            request = place(request, saved.sign.place, WRONG_SIGNATURE, authorizer)
        except UnknownTokenKeyName:
            return
    elif request.token is None:
        return
    else:
        request = replace(request, token_signature=WRONG_SIGNATURE)
    yield _case(saved, "wrong signature", request, error=_MISMATCH)


def _expired_jwt(saved: SavedRequest, sign_jwt: SignJwt | None) -> Iterator[NegativeCase]:
    expired = _texts_changed(saved.request, lambda text: _JWT.sub(lambda found: _expire(found[0], sign_jwt), text))
    if expired == saved.request:
        return
    if saved.sign is None and (expired.token_signature or find_signature(expired)):
        yield _case(saved, "expired JWT", expired, error=_MISMATCH)
    else:
        yield _case(saved, "expired JWT", expired, keep_sign=True, is_authenticated=False)


def _expire(jwt: str, sign_jwt: SignJwt | None) -> str:
    """The token with its times in the past; text that only looks like a JWT is unchanged."""
    header, payload, *signature = jwt.split(".")
    try:
        claims = json.loads(from_base64url(payload) or b"")
    except ValueError:
        return jwt
    if not isinstance(claims, dict):
        return jwt
    earlier = {name: EXPIRED - 3600 for name in ("iat", "nbf") if name in claims}
    written = json.dumps({**claims, **earlier, "exp": EXPIRED}, separators=(",", ":")).encode()
    signed_part = f"{header}.{base64.urlsafe_b64encode(written).rstrip(b'=').decode('ascii')}"
    third = [sign_jwt(signed_part)] if sign_jwt and signature else signature
    return ".".join((signed_part, *third))


def _other_client_id(saved: SavedRequest) -> Iterator[NegativeCase]:
    mqtt = saved.request.mqtt_context
    if mqtt and mqtt.client_id:
        other = "another-client" if "${" in mqtt.client_id else f"{mqtt.client_id}-other"
        request = replace(saved.request, mqtt_context=replace(mqtt, client_id=other))
        deny = (Question("iot:Connect", f"client/{other}"),)
        yield _case(saved, "other client id", request, keep_sign=True, deny=deny)


def _missing_token(saved: SavedRequest) -> Iterator[NegativeCase]:
    request = saved.request
    if request.token is None or (saved.sign and saved.sign.place != "token"):
        return
    signature = request.token_signature or WRONG_SIGNATURE
    yield _case(saved, "missing token", replace(request, token=None, token_signature=signature), error=_TOGETHER)
    yield _case(saved, "missing token signature", replace(request, token_signature=None), error=_TOGETHER)


def _missing_context_fields(saved: SavedRequest) -> Iterator[NegativeCase]:
    request = saved.request
    http, mqtt = request.http_context, request.mqtt_context
    if mqtt:
        for member in members_of("mqttContext"):
            if request.value(member) is not None:
                less = replace(mqtt, **{member.field: None})
                without = replace(request, mqtt_context=None if less == MqttContext() else less)
                yield _missing(saved, member.field, without)
    if http:
        if http.query_string is not None:
            yield _missing(saved, "query string", _with_http(request, replace(http, query_string=None)))
        headers = http.headers or ()
        for header in headers:
            left = tuple(each for each in headers if each != header)
            yield _missing(saved, f"header {header[0]}", _with_http(request, replace(http, headers=left or None)))


def _with_http(request: AuthorizerRequest, http: HttpContext) -> AuthorizerRequest:
    return replace(request, http_context=None if http == HttpContext() else http)


def _missing(saved: SavedRequest, name: str, request: AuthorizerRequest) -> NegativeCase:
    title = f"missing {name.replace('_', ' ')}"
    if request.mode is Mode.EMPTY and saved.sign is None:
        return _case(saved, title, request, error=ExpectedError(_REFUSED, "Request must have Http/Mqtt/Tls context"))
    if find_signature(saved.request) and not find_signature(request):
        return _case(saved, title, request, error=ExpectedError(_REFUSED))
    return _case(saved, title, request, keep_sign=True, is_authenticated=False)


def _stripped_mark(saved: SavedRequest) -> Iterator[NegativeCase]:
    http = saved.request.http_context
    if http and http.query_string and http.query_string.startswith("?"):
        request = replace(saved.request, http_context=replace(http, query_string=http.query_string[1:]))
        error = ExpectedError(_REFUSED, "Invalid arguments in the call")
        yield _case(saved, "stripped question mark", request, keep_sign=True, error=error)


def _over_long(saved: SavedRequest) -> Iterator[NegativeCase]:
    """The token, or if there is none the query string or username that may contain it."""
    request = saved.request
    http, mqtt = request.http_context, request.mqtt_context
    if request.token is not None:
        long, path = replace(request, token=_longer(request.token, "token")), "token"
    elif http and http.query_string:
        path = "httpContext.queryString"
        long = replace(request, http_context=replace(http, query_string=_longer(http.query_string, path)))
    elif mqtt and mqtt.username:
        path = "mqttContext.username"
        long = replace(request, mqtt_context=replace(mqtt, username=_longer(mqtt.username, path)))
    else:
        return
    constraint = f"Value at '{path}' failed to satisfy constraint: Member must have length less than or equal to"
    error = ExpectedError(_REFUSED, f"{constraint} {BY_PATH[path].maximum}")
    in_token_mode = path == "token" and not (saved.sign and saved.sign.place != "token")
    signature = WRONG_SIGNATURE if in_token_mode else long.token_signature
    yield _case(saved, f"over-long {_TITLES[path]}", replace(long, token_signature=signature), error=error)


_TITLES = {"token": "token", "httpContext.queryString": "query string", "mqttContext.username": "username"}


def _longer(text: str, path: str) -> str:
    """One character longer than AWS accepts."""
    return text.ljust(BY_PATH[path].maximum + 1, "x")


def _case(
    saved: SavedRequest, title: str, request: AuthorizerRequest, keep_sign: bool = False, **expect: Any
) -> NegativeCase:
    about = f"{saved.description}: {title}" if saved.description else title[0].upper() + title[1:]
    case = replace(
        saved,
        request=request,
        description=about,
        sign=saved.sign if keep_sign else None,
        expect=Expectation(**expect),
    )
    return NegativeCase(re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-"), case)


def _texts_changed(request: AuthorizerRequest, change: Callable[[str], str]) -> AuthorizerRequest:
    """The request with `change` applied to every text that may contain a token."""
    carrying = request.with_texts(change)
    kept = (member for member in MEMBERS if member.secrecy is Secrecy.OPEN or member.name == "tokenSignature")
    for member in kept:
        carrying = with_text(carrying, member.path, text_at(request, member.path))
    return carrying
