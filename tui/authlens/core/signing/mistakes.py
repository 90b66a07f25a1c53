"""Why a token signature fits no key: the likely slips, each tried, so that only one that would make it fit is named.

A signature is opened with each public key once; what it holds is compared with the digest of every candidate text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Literal

from authlens.core.signing.keys import KeyProblem, read_public_key
from authlens.core.text.encodings import (
    base64url_to_base64,
    from_base64,
    has_escapes,
    percent_decode,
    signature_bytes,
    to_base64,
    token_bytes,
    url_decode,
    url_encode,
)
from authlens.frozen import dataclass

_LINE_BREAK = re.compile(r"(?<!\s)\s*[\r\n]\s*|\t|\\[nr]")
"""Written out as backslash and n, too."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}:?){64,}")

_HASHES = {
    "SHA-1": (hashlib.sha1, bytes.fromhex("3021300906052b0e03021a05000414")),
    "SHA-256": (hashlib.sha256, bytes.fromhex("3031300d060960864801650304020105000420")),
    "SHA-384": (hashlib.sha384, bytes.fromhex("3041300d060960864801650304020205000430")),
    "SHA-512": (hashlib.sha512, bytes.fromhex("3051300d060960864801650304020305000440")),
}
"""Each with the DigestInfo prefix that RFC 8017 §9.2 puts before the digest."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One explanation of why the signature does not fit as given."""

    ids: tuple[str, ...]
    """What was mended, e.g. `signature-base64url`, `token-newline`."""
    reason: str
    """Why it does not fit, as part of a sentence."""
    key: str
    """The name of the key that it concerns."""
    token: str | None
    signature: str | None
    """The pair that AWS would accept; `None` where it has to be signed anew."""

    @property
    def message(self) -> str:
        """The reason as a sentence."""
        return f"{self.reason[:1].upper()}{self.reason[1:]}."


@dataclass(frozen=True, slots=True)
class Repair:
    """One change of the token or of the signature that people need."""

    id: str
    reason: str
    change: Callable[[str], str]


def _jwt_part(first: int, last: int) -> Callable[[str], str]:
    def part(text: str) -> str:
        parts = text.split(".")
        return ".".join(parts[first:last]) if len(parts) == 3 else text

    return part


def _without_scheme(text: str) -> str:
    scheme, space, rest = text.partition(" ")
    return rest if space and scheme.lower() in ("bearer", "basic", "token") else text


def _normal(form: Literal["NFC", "NFD"], text: str) -> str:
    return unicodedata.normalize(form, text)


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _url_decoded(text: str) -> str:
    """Percent escapes decoded as often as they were made, which is bounded."""
    for _ in range(4):
        if not has_escapes(text):
            break
        text = percent_decode(text)
    return text


def _of_hex(text: str) -> str:
    return to_base64(bytes.fromhex(text.replace(":", ""))) if _HEX.fullmatch(text) else text


def _of_base64url(text: str) -> str:
    """Text in the plain alphabet stays: that it lacks its padding does not make it base64url."""
    return base64url_to_base64(text) if "-" in text or "_" in text else text


def _decoded_once(text: str) -> str:
    """What base64 of base64 holds; other text stays."""
    octets = from_base64(text)
    inner = octets.decode("ascii", "replace").strip() if octets else ""
    return inner if len(inner) > 100 and from_base64(inner) is not None else text


SIGNATURE_REPAIRS = (
    Repair("signature-jwt", "the signature is a whole JWT; only its third part signs", _jwt_part(2, 3)),
    Repair("signature-quoted", "the signature stands in quotation marks", _unquoted),
    Repair(
        "signature-url-encoded",
        "the signature is URL-encoded where it must be plain base64",
        _url_decoded,
    ),
    Repair(
        "signature-white-space",
        "the signature holds line breaks or blanks ('openssl base64' needs -A)",
        lambda text: _LINE_BREAK.sub("", text.strip()),
    ),
    Repair("signature-hex", "the signature is in hex; AWS wants base64", _of_hex),
    Repair("signature-base64-twice", "the signature was put into base64 twice", _decoded_once),
    Repair(
        "signature-plus-as-space",
        "the '+' of the signature became a space: it was not URL-encoded as %2B",
        lambda text: text.replace(" ", "+"),
    ),
    Repair("signature-base64url", "the signature is base64url; AWS wants plain base64", _of_base64url),
)
"""Applied one after another: several slips are often made together."""

_WITHOUT_BLANKS = tuple(
    Repair("signature-white-space", "the signature holds blanks", lambda text: "".join(text.split()))
    if repair.id == "signature-plus-as-space"
    else repair
    for repair in SIGNATURE_REPAIRS
)
"""The same where a blank is no lost '+'."""

_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")

TOKEN_REPAIRS = (
    Repair("token-newline", "the signature is over the token with a line feed after it", lambda text: text + "\n"),
    Repair("token-crlf", "the signature is over the token with CR LF after it", lambda text: text + "\r\n"),
    Repair("token-white-space", "the token has white space around it that was not signed", str.strip),
    Repair("token-quoted", "the token stands in quotation marks that were not signed", _unquoted),
    Repair("token-newline", "the signature is over the token with two line feeds after it", lambda text: text + "\n\n"),
    Repair("token-blank", "the signature is over the token with a blank after it", lambda text: text + " "),
    Repair("token-in-quotes", "the signature is over the token in quotation marks", lambda text: f'"{text}"'),
    Repair("token-in-quotes", "the signature is over the token in single quotation marks", lambda text: f"'{text}'"),
    Repair("token-bom", "the token begins with a byte order mark that was not signed", lambda t: t.lstrip("\ufeff")),
    Repair("token-signed-bom", "the signature is over the token with a byte order mark before it", "\ufeff{}".format),
    Repair("token-signed-scheme", "the signature is over the token with 'Bearer ' before it", "Bearer {}".format),
    Repair("token-scheme", "the token begins with a scheme such as 'Bearer' that was not signed", _without_scheme),
    Repair("token-url-encoded", "the token is URL-encoded where it must be plain", percent_decode),
    Repair("token-plus-as-space", "the token is URL-encoded where it must be plain", url_decode),
    Repair("token-signed-encoded", "the signature is over the URL-encoded token", url_encode),
    Repair(
        "token-signed-encoded",
        "the signature is over the URL-encoded token with '+' for its blanks",
        lambda text: url_encode(text).replace("%20", "+"),
    ),
    Repair(
        "token-signed-base64",
        "the signature is over the base64 of the token",
        lambda text: to_base64(token_bytes(text)),
    ),
    Repair(
        "token-jwt",
        "the token is a whole JWT; its signature is over the first two parts, which must be the token",
        _jwt_part(0, 2),
    ),
    Repair("token-case", "the signature is over the token in lower case", str.lower),
    Repair("token-case", "the signature is over the token in capitals", str.upper),
    *(
        Repair("token-unicode", f"the signature is over the token in Unicode's form {form}", partial(_normal, form))
        for form in _FORMS
    ),
    Repair("token-empty", "the signature is over an empty text", lambda text: ""),
)
"""Tried one at a time."""


_HASHED_FIRST = "the token was hashed before it was signed, which hashes by itself"
_OTHER_BYTES: tuple[tuple[str, str, Callable[[str], bytes]], ...] = (
    (
        "token-encoding",
        "the signature is over the token in UTF-16; AWS verifies UTF-8",
        lambda t: _bytes(t, "utf-16-le"),
    ),
    ("token-encoding", "the signature is over the token in UTF-16; AWS verifies UTF-8", lambda t: _bytes(t, "utf-16")),
    (
        "token-encoding",
        "the signature is over the token in Latin-1; AWS verifies UTF-8",
        lambda t: _bytes(t, "latin-1"),
    ),
    ("token-hashed", _HASHED_FIRST, lambda text: hashlib.sha256(token_bytes(text)).digest()),
    ("token-hashed", _HASHED_FIRST, lambda text: hashlib.sha256(token_bytes(text)).hexdigest().encode()),
)
"""What no token sent as text can mend: it has to be signed anew."""


def _bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "replace")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a signature holds, seen with the public key of the pair that made it."""

    key: str
    hash: str
    digest: bytes

    def is_over(self, text: str | bytes) -> bool:
        octets = token_bytes(text) if isinstance(text, str) else text
        return _HASHES[self.hash][0](octets).digest() == self.digest


def slips(
    token: str, signature: str, keys: Iterable[tuple[str, str]], fields: Iterable[tuple[str, str]] = ()
) -> tuple[Slip, ...]:
    """Explanations of a signature that fits none of the (name, PEM) keys, the one of the fewest repairs first.

    `fields` are (label, text) of what else may have been signed by mistake. Empty when nothing explains it.
    """
    key_list, others = tuple(keys), tuple(fields)
    found: dict[tuple[str, ...], Slip] = {}
    for repaired, made in _signatures(signature):
        for opened in _opened(repaired, key_list):
            slip = _explanation(token, repaired, made, opened, others)
            if slip is not None:
                found.setdefault(slip.ids, slip)
    return tuple(found.values()) or tuple(_padded_otherwise(token, signature, key_list))


def _signatures(signature: str) -> Iterator[tuple[str, tuple[Repair, ...]]]:
    """The signature as given, and as it becomes when one repair after the other is made."""
    yield signature, ()
    yield from _repaired(signature, SIGNATURE_REPAIRS)
    if len(signature.split()) > 1:
        yield from _repaired(signature, _WITHOUT_BLANKS)


def _repaired(signature: str, repairs: tuple[Repair, ...]) -> Iterator[tuple[str, tuple[Repair, ...]]]:
    made: tuple[Repair, ...] = ()
    for repair in repairs:
        changed = repair.change(signature)
        if changed != signature:
            signature, made = changed, (*made, repair)
            yield signature, made


def _opened(signature: str, keys: tuple[tuple[str, str], ...]) -> Iterator[Opened]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    octets = signature_bytes(signature)
    if octets is None:
        return
    for key, pem in keys:
        try:
            content = read_public_key(pem).recover_data_from_signature(octets, PKCS1v15(), None)
        except (KeyProblem, InvalidSignature):
            continue
        for name, (_, prefix) in _HASHES.items():
            if content.startswith(prefix):
                yield Opened(key, name, content[len(prefix) :])


def _explanation(
    token: str, signature: str, made: tuple[Repair, ...], opened: Opened, fields: tuple[tuple[str, str], ...]
) -> Slip | None:
    """What explains an opened signature; `None` when it fits as it is."""
    fitting = next(((text, repair) for text, repair in _texts(token) if opened.is_over(text)), None)
    if fitting is None:
        return _slip(made, opened, *_over_something_else(token, opened, fields))
    text, repair = fitting
    repairs = made if repair is None else (*made, repair)
    if opened.hash == "SHA-256":
        return Slip(_ids(repairs), _reason(repairs), opened.key, text, signature) if repairs else None
    return _slip(repairs, opened, "signature-hash", f"the signature uses {opened.hash}; AWS wants SHA-256")


def _over_something_else(token: str, opened: Opened, fields: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    for id_, reason, octets in _OTHER_BYTES:
        if opened.is_over(octets(token)):
            return id_, reason
    for label, text in fields:
        if opened.is_over(text) or opened.is_over(text + "\n"):
            return "signed-other-field", f"the signature is over {label} instead of the token"
    return "signed-other-text", f"the private key of {opened.key!r} made the signature, but over another text"


def _padded_otherwise(token: str, signature: str, keys: tuple[tuple[str, str], ...]) -> Iterator[Slip]:
    """A signature with PSS padding, which is the default of some libraries; it can only be verified, not opened."""
    octets = signature_bytes(signature)
    for key, pem in keys if octets else ():
        for text in (token, f"{token}\n"):
            if any(_is_pss(pem, octets or b"", token_bytes(text), name) for name in ("SHA256", "SHA512", "SHA1")):
                reason = "the signature has PSS padding; AWS verifies PKCS#1 v1.5"
                yield Slip(("signature-pss",), reason, key, None, None)
                return


def _is_pss(pem: str, signature: bytes, signed: bytes, name: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS

    algorithm = getattr(hashes, name)()
    try:
        read_public_key(pem).verify(signature, signed, PSS(MGF1(algorithm), PSS.AUTO), algorithm)
    except (KeyProblem, InvalidSignature, ValueError):
        return False
    return True


def _slip(repairs: tuple[Repair, ...], opened: Opened, last: str, reason: str) -> Slip:
    """A slip that no change of encoding mends: the token has to be signed anew."""
    return Slip((*_ids(repairs), last), _reason(repairs, reason), opened.key, None, None)


def _texts(token: str) -> Iterator[tuple[str, Repair | None]]:
    yield token, None
    for repair in TOKEN_REPAIRS:
        changed = repair.change(token)
        if changed != token:
            yield changed, repair


def _ids(repairs: tuple[Repair, ...]) -> tuple[str, ...]:
    return tuple(repair.id for repair in repairs)


def _reason(repairs: tuple[Repair, ...], *more: str) -> str:
    return "; ".join([*(repair.reason for repair in repairs), *more])
