"""Why a token signature fits no key: the likely mistakes, each tried, so that only one that explains it is reported.

The digest is recovered from the signature once for each public key and compared with that of every candidate text.
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
    has_escapes,
    percent_decode,
    signature_bytes,
    strict_base64,
    to_base64,
    token_bytes,
    url_decode,
    url_encode,
)
from authlens.frozen import dataclass

_LINE_BREAK = re.compile(r"(?<!\s)\s*[\r\n]\s*|\t|\\[nr]")
"""Also when written as a backslash and n."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}:?){64,}")

_SHORTEST = 104
"""Characters of base64 that may be a signature; shorter text may be base64 by chance."""

_HASHES = {
    "SHA-1": (hashlib.sha1, bytes.fromhex("3021300906052b0e03021a05000414")),
    "SHA-256": (hashlib.sha256, bytes.fromhex("3031300d060960864801650304020105000420")),
    "SHA-384": (hashlib.sha384, bytes.fromhex("3041300d060960864801650304020205000430")),
    "SHA-512": (hashlib.sha512, bytes.fromhex("3051300d060960864801650304020305000440")),
}
"""Each with the DigestInfo prefix that precedes the digest (RFC 8017 §9.2)."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One explanation of why the signature does not fit as given."""

    ids: tuple[str, ...]
    """The fixes applied, e.g. `signature-base64url`, `token-newline`."""
    reason: str
    """Why it does not fit, as part of a sentence."""
    key: str
    """The name of the key involved."""
    token: str | None
    signature: str | None
    """The pair that AWS would accept; `None` if the token must be signed again."""

    @property
    def message(self) -> str:
        """The reason as a sentence."""
        return f"{self.reason[:1].upper()}{self.reason[1:]}."


@dataclass(frozen=True, slots=True)
class Correction:
    """A change to the token or the signature that undoes a mistake."""

    id: str
    reason: str
    change: Callable[[str], str]


def _third_part(text: str) -> str:
    """Of a complete JWT; other text stays."""
    return text.rpartition(".")[2] if text.count(".") == 2 else text


def _signed_part(text: str) -> str:
    """The first two parts of a complete JWT; other text stays."""
    return text.rpartition(".")[0] if text.count(".") == 2 else text


def _without_scheme(text: str) -> str:
    scheme, space, rest = text.partition(" ")
    return rest if space and scheme.lower() in ("bearer", "basic", "token") else text


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _url_decoded(text: str) -> str:
    """Decodes percent escapes repeatedly, up to a limit."""
    for _ in range(4):
        if not has_escapes(text):
            break
        text = percent_decode(text)
    return text


def _of_hex(text: str) -> str:
    return to_base64(bytes.fromhex(text.replace(":", ""))) if _HEX.fullmatch(text) else text


def _of_base64url(text: str) -> str:
    """Text in the standard alphabet stays: missing padding alone does not make it base64url."""
    return base64url_to_base64(text) if "-" in text or "_" in text else text


def _decoded_once(text: str) -> str:
    """The inner base64 of text encoded twice; other text stays."""
    octets = strict_base64(text)
    inner = octets.decode("ascii", "replace").strip() if octets else ""
    return inner if len(inner) >= _SHORTEST and strict_base64(inner) is not None else text


SIGNATURE_CORRECTIONS = (
    Correction("signature-jwt", "the signature is a complete JWT; only its third part is a signature", _third_part),
    Correction("signature-quoted", "the signature is in quotation marks", _unquoted),
    Correction(
        "signature-url-encoded",
        "the signature is URL-encoded, but must be plain base64",
        _url_decoded,
    ),
    Correction(
        "signature-white-space",
        "the signature contains line breaks or spaces ('openssl base64' needs -A)",
        lambda text: _LINE_BREAK.sub("", text.strip()),
    ),
    Correction("signature-hex", "the signature is in hex; AWS expects base64", _of_hex),
    Correction("signature-base64-twice", "the signature was base64-encoded twice", _decoded_once),
    Correction(
        "signature-plus-as-space",
        "the '+' in the signature became a space: it was not URL-encoded as %2B",
        lambda text: text.replace(" ", "+"),
    ),
    Correction("signature-base64url", "the signature is base64url; AWS expects plain base64", _of_base64url),
)
"""Applied one after another: several mistakes often occur together."""

_WITHOUT_BLANKS = tuple(
    Correction("signature-white-space", "the signature contains spaces", lambda text: "".join(text.split()))
    if correction.id == "signature-plus-as-space"
    else correction
    for correction in SIGNATURE_CORRECTIONS
)
"""The same for signatures in which a space is not a lost '+'."""

_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")

TOKEN_CORRECTIONS = (
    Correction("token-newline", "the signature is over the token with a line feed after it", lambda text: text + "\n"),
    Correction("token-crlf", "the signature is over the token with CR LF after it", lambda text: text + "\r\n"),
    Correction("token-white-space", "the token has white space around it that was not signed", str.strip),
    Correction("token-quoted", "the token is in quotation marks that were not signed", _unquoted),
    Correction(
        "token-newline", "the signature is over the token with two line feeds after it", lambda text: text + "\n\n"
    ),
    Correction("token-blank", "the signature is over the token with a space after it", lambda text: text + " "),
    Correction("token-in-quotes", "the signature is over the token in quotation marks", lambda text: f'"{text}"'),
    Correction(
        "token-in-quotes", "the signature is over the token in single quotation marks", lambda text: f"'{text}'"
    ),
    Correction(
        "token-bom", "the token begins with a byte order mark that was not signed", lambda t: t.lstrip("\ufeff")
    ),
    Correction(
        "token-signed-bom", "the signature is over the token with a byte order mark before it", "\ufeff{}".format
    ),
    Correction("token-signed-scheme", "the signature is over the token with 'Bearer ' before it", "Bearer {}".format),
    Correction("token-scheme", "the token begins with a scheme such as 'Bearer' that was not signed", _without_scheme),
    Correction("token-url-encoded", "the token is URL-encoded, but must be plain", percent_decode),
    Correction("token-plus-as-space", "the token is URL-encoded, but must be plain", url_decode),
    Correction("token-signed-encoded", "the signature is over the URL-encoded token", url_encode),
    Correction(
        "token-signed-encoded",
        "the signature is over the URL-encoded token with '+' for its spaces",
        lambda text: url_encode(text).replace("%20", "+"),
    ),
    Correction(
        "token-signed-base64",
        "the signature is over the base64 of the token",
        lambda text: to_base64(token_bytes(text)),
    ),
    Correction(
        "token-jwt",
        "the token is a complete JWT; its signature is over the first two parts, so only those must be the token",
        _signed_part,
    ),
    Correction("token-case", "the signature is over the token in lower case", str.lower),
    Correction("token-case", "the signature is over the token in upper case", str.upper),
    *(
        Correction(
            "token-unicode",
            f"the signature is over the token in Unicode normalization form {form}",
            partial(unicodedata.normalize, form),
        )
        for form in _FORMS
    ),
    Correction("token-empty", "the signature is over an empty string", lambda text: ""),
)
"""Tried one at a time."""


_HASHED_FIRST = "the token was hashed before signing, but signing already hashes it"
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
"""Mistakes that no change of the token can fix: it must be signed again."""


def _bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "replace")


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a signature, recovered with the public key of the pair that made it."""

    key: str
    hash: str
    """Empty if it is none of the known ones, or not named."""
    digest: bytes

    def is_over(self, text: str | bytes) -> bool:
        octets = token_bytes(text) if isinstance(text, str) else text
        return bool(self.hash) and _HASHES[self.hash][0](octets).digest() == self.digest


def likely_mistakes(
    token: str, signature: str, keys: Iterable[tuple[str, str]], fields: Iterable[tuple[str, str]] = ()
) -> tuple[Mistake, ...]:
    """Explanations for a signature that fits none of the (name, PEM) keys, the one with the fewest fixes first.

    `fields` are (label, text) of other texts that may have been signed by mistake. Empty if nothing explains it.
    """
    key_list, others = tuple(keys), tuple(fields)
    found: dict[tuple[str, ...], Mistake] = {}
    for corrected, made in _signatures(signature).items():
        for opened in _opened(corrected, key_list):
            mistake = _explanation(token, corrected, made, opened, others)
            if mistake is not None:
                found.setdefault(mistake.ids, mistake)
    candidates = found.values() or (
        mistake for corrected in _signatures(signature) for mistake in _with_pss_padding(token, corrected, key_list)
    )
    return tuple(candidates)


def _signatures(signature: str) -> dict[str, tuple[Correction, ...]]:
    """The signature as given, and the result of applying one fix after another; each with the fixes that lead to it."""
    found: dict[str, tuple[Correction, ...]] = {signature: ()}
    for corrections in (SIGNATURE_CORRECTIONS, _WITHOUT_BLANKS):
        for corrected, made in _corrected(signature, corrections):
            found.setdefault(corrected, made)
    return found


def _corrected(signature: str, corrections: tuple[Correction, ...]) -> Iterator[tuple[str, tuple[Correction, ...]]]:
    made: tuple[Correction, ...] = ()
    for correction in corrections:
        changed = correction.change(signature)
        if changed != signature:
            signature, made = changed, (*made, correction)
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
        name = next((name for name, (_, prefix) in _HASHES.items() if content.startswith(prefix)), "")
        yield Opened(key, name, content[len(_HASHES[name][1]) :] if name else content)


_OTHER_FORM = (
    "the signature was made with the private key of {!r}, but not in the way of 'openssl dgst -sha256 -sign', which "
    "AWS expects"
)


def _explanation(
    token: str, signature: str, made: tuple[Correction, ...], opened: Opened, fields: tuple[tuple[str, str], ...]
) -> Mistake | None:
    """The explanation for an opened signature; `None` if it fits as it is."""
    if not opened.hash:
        return _unfixable(made, opened, "signature-form", _OTHER_FORM.format(opened.key))
    fitting = next(((text, correction) for text, correction in _texts(token) if opened.is_over(text)), None)
    if fitting is None:
        return _unfixable(made, opened, *_over_something_else(token, opened, fields))
    text, correction = fitting
    corrections = made if correction is None else (*made, correction)
    if opened.hash == "SHA-256":
        return Mistake(_ids(corrections), _reason(corrections), opened.key, text, signature) if corrections else None
    return _unfixable(corrections, opened, "signature-hash", f"the signature uses {opened.hash}; AWS expects SHA-256")


def _over_something_else(token: str, opened: Opened, fields: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    for id_, reason, octets in _OTHER_BYTES:
        if opened.is_over(octets(token)):
            return id_, reason
    for label, text in fields:
        if opened.is_over(text) or opened.is_over(text + "\n"):
            return "signed-other-field", f"the signature is over {label} instead of the token"
    return (
        "signed-other-text",
        f"the signature was made with the private key of {opened.key!r}, but over a different text",
    )


_OF_PSS = (("SHA256", "SHA256"), ("SHA512", "SHA512"), ("SHA384", "SHA384"), ("SHA1", "SHA1"), ("SHA256", "SHA1"))
"""The hashes of the text and of the mask that libraries combine."""


def _with_pss_padding(token: str, signature: str, keys: tuple[tuple[str, str], ...]) -> Iterator[Mistake]:
    """A signature with PSS padding, the default of some libraries, which can only be verified, not opened."""
    octets = signature_bytes(signature)
    if octets is None:
        return
    for key, pem in keys:
        for text in (token, f"{token}\n"):
            if any(_is_pss(pem, octets, token_bytes(text), *names) for names in _OF_PSS):
                reason = "the signature has PSS padding; AWS verifies PKCS#1 v1.5"
                yield Mistake(("signature-pss",), reason, key, None, None)
                return


def _is_pss(pem: str, signature: bytes, signed: bytes, name: str, mask: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS

    algorithm = getattr(hashes, name)()
    try:
        read_public_key(pem).verify(signature, signed, PSS(MGF1(getattr(hashes, mask)()), PSS.AUTO), algorithm)
    except (KeyProblem, InvalidSignature, ValueError):
        return False
    return True


def _unfixable(corrections: tuple[Correction, ...], opened: Opened, last: str, reason: str) -> Mistake:
    """A mistake that no change of encoding can fix: the token must be signed again."""
    return Mistake((*_ids(corrections), last), _reason(corrections, reason), opened.key, None, None)


def _texts(token: str) -> Iterator[tuple[str, Correction | None]]:
    yield token, None
    for correction in TOKEN_CORRECTIONS:
        changed = correction.change(token)
        if changed != token:
            yield changed, correction


def _ids(corrections: tuple[Correction, ...]) -> tuple[str, ...]:
    return tuple(correction.id for correction in corrections)


def _reason(corrections: tuple[Correction, ...], *more: str) -> str:
    return "; ".join([*(correction.reason for correction in corrections), *more])
