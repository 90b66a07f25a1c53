from __future__ import annotations

import binascii
from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.hashes import (
    MD5,
    SHA1,
    SHA3_256,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from authlens.core.signing import signing
from authlens.core.signing.keys import read_private_key
from authlens.core.signing.mistakes import SIGNATURE_CORRECTIONS, TOKEN_CORRECTIONS, Mistake, likely_mistakes
from authlens.core.text.encodings import base64_to_base64url, strict_base64, to_base64, url_encode
from support.public_keys import pair

PRIVATE = pair("a").private_pem
KEYS = (("other", pair("b").public_pem), ("mine", pair("a").public_pem))


def sign(token: str) -> str:
    return signing.sign(token, PRIVATE)


def token_whose_signature_has_plus_and_slash() -> str:
    return next(token for token in map(str, range(100)) if {"+", "/"} <= set(sign(token)))


TOKEN = token_whose_signature_has_plus_and_slash()
GOOD = sign(TOKEN)
JWT = f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.{base64_to_base64url(sign('eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0'))}"


def wrapped(text: str) -> str:
    return "\n".join(text[start : start + 64] for start in range(0, len(text), 64)) + "\n"


def octets_of(text: str) -> bytes:
    """The octets that base64 encodes; those of the text itself if it is no longer base64."""
    return strict_base64(text) or text.encode()


SIGNATURE_MISTAKES: dict[str, tuple[Callable[[str], str], tuple[str, ...]]] = {
    "line feed": (lambda text: text + "\n", ("signature-white-space",)),
    "wrapped lines": (wrapped, ("signature-white-space",)),
    "base64url": (base64_to_base64url, ("signature-base64url",)),
    "base64url without padding": (lambda text: base64_to_base64url(text).rstrip("="), ("signature-base64url",)),
    "wrapped lines without padding": (lambda text: wrapped(text).rstrip("="), ("signature-white-space",)),
    "URL-encoded": (url_encode, ("signature-url-encoded",)),
    "plus as space": (lambda text: text.replace("+", " "), ("signature-plus-as-space",)),
    "in quotes": (lambda text: f'"{text}"', ("signature-quoted",)),
    "URL-encoded three times": (lambda text: url_encode(url_encode(url_encode(text))), ("signature-url-encoded",)),
    "a blank in it": (lambda text: f"{text[:9]} {text[9:]}", ("signature-white-space",)),
    "a blank in it, base64url": (
        lambda text: f"{base64_to_base64url(text)[:9]} {base64_to_base64url(text)[9:]}",
        ("signature-white-space", "signature-base64url"),
    ),
    "a tab in it": (lambda text: f"{text[:9]}\t{text[9:]}", ("signature-white-space",)),
    "line ends written out": (lambda text: wrapped(text).replace("\n", "\\n"), ("signature-white-space",)),
    "hex": (lambda text: octets_of(text).hex(), ("signature-hex",)),
    "hex with colons": (lambda text: octets_of(text).hex(":").upper(), ("signature-hex",)),
    "base64 of base64": (lambda text: to_base64(text.encode()), ("signature-base64-twice",)),
    "in quotes, URL-encoded and wrapped": (
        lambda text: f"'{url_encode(wrapped(text))}'",
        ("signature-quoted", "signature-url-encoded", "signature-white-space"),
    ),
}


@pytest.mark.parametrize(("spoil", "ids"), SIGNATURE_MISTAKES.values(), ids=SIGNATURE_MISTAKES.keys())
def test_a_spoiled_signature_is_corrected(spoil: Callable[[str], str], ids: tuple[str, ...]) -> None:
    found = likely_mistakes(TOKEN, spoil(GOOD), KEYS)
    assert found == (Mistake(ids, found[0].reason, "mine", TOKEN, GOOD),)
    assert found[0].message.startswith("The ")
    assert found[0].message.endswith(".")


TOKEN_MISTAKES = {
    "signed with a line feed": ("allow", "allow\n", "token-newline", "allow\n"),
    "signed with CR LF": ("allow", "allow\r\n", "token-crlf", "allow\r\n"),
    "sent with a line feed": ("allow\n", "allow", "token-white-space", "allow"),
    "sent in quotes": ('"allow"', "allow", "token-quoted", "allow"),
    "signed in quotes": ("allow", '"allow"', "token-in-quotes", '"allow"'),
    "signed in single quotes": ("allow", "'allow'", "token-in-quotes", "'allow'"),
    "signed with two line feeds": ("allow", "allow\n\n", "token-newline", "allow\n\n"),
    "signed with a blank": ("allow", "allow ", "token-blank", "allow "),
    "signed with a byte order mark": ("allow", "\ufeffallow", "token-signed-bom", "\ufeffallow"),
    "sent with a byte order mark": ("\ufeffallow", "allow", "token-bom", "allow"),
    "signed with Bearer": ("allow", "Bearer allow", "token-signed-scheme", "Bearer allow"),
    "signed URL-encoded with plus": ("a b/", "a+b%2F", "token-signed-encoded", "a+b%2F"),
    "signed in base64": ("allow", "YWxsb3c=", "token-signed-base64", "YWxsb3c="),
    "signed in capitals": ("allow", "ALLOW", "token-case", "ALLOW"),
    "signed decomposed": ("\u00e9", "e\u0301", "token-unicode", "e\u0301"),
    "sent with Bearer": ("Bearer allow", "allow", "token-scheme", "allow"),
    "sent URL-encoded": ("a%2Fb", "a/b", "token-url-encoded", "a/b"),
    "sent with plus for a blank": ("a+b", "a b", "token-plus-as-space", "a b"),
    "signed URL-encoded": ("a/b", "a%2Fb", "token-signed-encoded", "a%2Fb"),
    "sent in capitals": ("ALLOW", "allow", "token-case", "allow"),
    "signed nothing": ("allow", "", "token-empty", ""),
}


@pytest.mark.parametrize(("token", "signed", "mistake", "fitting"), TOKEN_MISTAKES.values(), ids=TOKEN_MISTAKES.keys())
def test_a_token_that_is_not_what_was_signed_is_recognised(token: str, signed: str, mistake: str, fitting: str) -> None:
    found = likely_mistakes(token, sign(signed), KEYS)
    assert [(each.ids, each.token) for each in found] == [((mistake,), fitting)]
    assert signing.fitting_key(fitting, found[0].signature or "", KEYS) == "mine"


@pytest.mark.parametrize(
    ("text", "expected"), [("a.b.c", "a.b"), ("a.b", "a.b"), ("a.b.c.d", "a.b.c.d"), ("", ""), ("..", ".")]
)
def test_the_signed_part_of_a_jwt(text: str, expected: str) -> None:
    correction = next(each for each in TOKEN_CORRECTIONS if each.id == "token-jwt")
    assert correction.change(text) == expected


def test_a_whole_jwt_signed_by_its_third_part() -> None:
    header_and_claims, _, third = JWT.rpartition(".")
    assert [each.ids for each in likely_mistakes(JWT, third, KEYS)] == [("signature-base64url", "token-jwt")]
    assert likely_mistakes(header_and_claims, JWT, KEYS)[0].ids == ("signature-jwt", "signature-base64url")


@pytest.mark.parametrize("spoil", [lambda text: text, lambda text: text + "\n"], ids=["as it is", "with a line feed"])
def test_another_field_that_was_signed_is_named(spoil: Callable[[str], str]) -> None:
    found = likely_mistakes("token", sign(spoil("sensor-7")), KEYS, [("the MQTT client id", "sensor-7")])
    assert [(each.ids, each.token, each.signature) for each in found] == [(("signed-other-field",), None, None)]
    assert "the MQTT client id" in found[0].message


def test_a_signature_of_the_right_key_over_something_else_names_the_key() -> None:
    found = likely_mistakes("token", sign("quite another"), KEYS)
    assert [(each.ids, each.key) for each in found] == [(("signed-other-text",), "mine")]


@pytest.mark.parametrize(("algorithm", "name"), [(SHA1(), "SHA-1"), (SHA512(), "SHA-512")], ids=["SHA-1", "SHA-512"])
def test_another_hash_is_named(algorithm: HashAlgorithm, name: str) -> None:
    signature = to_base64(read_private_key(PRIVATE).sign(b"token", PKCS1v15(), algorithm))
    found = likely_mistakes("token", signature, KEYS)
    assert [each.ids for each in found] == [("signature-hash",)]
    assert name in found[0].message


ANEW: dict[str, tuple[bytes, AsymmetricPadding, str]] = {
    "UTF-16": ("allow".encode("utf-16-le"), PKCS1v15(), "token-encoding"),
    "UTF-16 with its mark": ("allow".encode("utf-16"), PKCS1v15(), "token-encoding"),
    "hashed": (sha256(b"allow").digest(), PKCS1v15(), "token-hashed"),
    "hashed, in hex": (sha256(b"allow").hexdigest().encode(), PKCS1v15(), "token-hashed"),
    "PSS": (b"allow", PSS(MGF1(SHA256()), 32), "signature-pss"),
    "PSS with a line feed": (b"allow\n", PSS(MGF1(SHA256()), PSS.MAX_LENGTH), "signature-pss"),
}


@pytest.mark.parametrize(("signed", "padding", "mistake"), ANEW.values(), ids=ANEW.keys())
def test_what_has_to_be_signed_again_is_reported(signed: bytes, padding: AsymmetricPadding, mistake: str) -> None:
    signature = to_base64(read_private_key(PRIVATE).sign(signed, padding, SHA256()))
    assert [(each.ids, each.key, each.token) for each in likely_mistakes("allow", signature, KEYS)] == [
        ((mistake,), "mine", None)
    ]


def test_neither_a_fitting_signature_nor_an_unknown_key_has_a_mistake() -> None:
    assert likely_mistakes(TOKEN, GOOD, KEYS) == ()
    assert likely_mistakes(TOKEN, signing.sign(TOKEN, pair("c").private_pem), KEYS) == ()
    assert likely_mistakes(TOKEN, GOOD, [("broken", "no key")]) == ()


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=40)
def test_any_text_may_be_asked_about(token: str, signature: str) -> None:
    assert likely_mistakes(token, signature, KEYS) == ()


@given(st.sampled_from(sorted(SIGNATURE_MISTAKES)), st.sampled_from(sorted(SIGNATURE_MISTAKES)))
@settings(max_examples=30)
def test_what_a_mistake_offers_always_fits(first: str, second: str) -> None:
    try:
        spoiled = SIGNATURE_MISTAKES[second][0](SIGNATURE_MISTAKES[first][0](GOOD))
    except binascii.Error:
        reject()  # a signature that is no longer base64 has no octets to write in hex
    for mistake in likely_mistakes(TOKEN, spoiled, KEYS):
        assert mistake.token is None or signing.verify(mistake.token, mistake.signature or "", dict(KEYS)[mistake.key])


@pytest.mark.parametrize(("written", "plain"), [("a-b", "a+b"), ("a_b", "a/b"), ("a-_b", "a+/b"), ("abc", "abc")])
def test_base64url_with_one_of_its_two_signs(written: str, plain: str) -> None:
    repair = next(each for each in SIGNATURE_CORRECTIONS if each.id == "signature-base64url")
    assert repair.change(written).rstrip("=") == plain


def test_a_blank_is_a_lost_plus_where_that_fits_and_else_a_blank() -> None:
    blank, lost = f"{GOOD[:50]} {GOOD[50:]}", GOOD.replace("+", " ")
    assert [mistake.ids for mistake in likely_mistakes(TOKEN, blank, KEYS)] == [("signature-white-space",)]
    assert [mistake.ids for mistake in likely_mistakes(TOKEN, lost, KEYS)] == [("signature-plus-as-space",)]
    assert likely_mistakes(TOKEN, f"{lost[:20]} {lost[20:]}", KEYS) == ()


def corrected(id_: str, text: str) -> str:
    return next(each for each in SIGNATURE_CORRECTIONS if each.id == id_).change(text)


INNER = to_base64(b"x" * 78)
SHORT = to_base64(b"x" * 75)


@pytest.mark.parametrize(
    ("id_", "text", "expected"),
    [
        ("signature-quoted", '"', '"'),
        ("signature-quoted", '""', ""),
        ("signature-quoted", '"a', '"a'),
        ("signature-quoted", "'a\"", "'a\""),
        ("signature-quoted", "aba", "aba"),
        ("signature-quoted", "'a'", "a"),
        ("signature-url-encoded", "%252525252B", "%2B"),
        ("signature-url-encoded", "%2525252B", "+"),
        ("signature-url-encoded", "a+b", "a+b"),
        ("signature-jwt", "a.b.c", "c"),
        ("signature-jwt", "a.b", "a.b"),
        ("signature-jwt", "a.b.c.d", "a.b.c.d"),
        ("signature-hex", "ff" * 64, to_base64(b"\xff" * 64)),
        ("signature-hex", "ff" * 63, "ff" * 63),
        ("signature-base64-twice", to_base64(INNER.encode()), INNER),
        ("signature-base64-twice", to_base64(f"{INNER}\n".encode()), INNER),
        ("signature-base64-twice", to_base64(SHORT.encode()), to_base64(SHORT.encode())),
        ("signature-base64-twice", to_base64(b"*" * 104), to_base64(b"*" * 104)),
        ("signature-base64-twice", "*", "*"),
    ],
)
def test_what_a_correction_changes(id_: str, text: str, expected: str) -> None:
    assert corrected(id_, text) == expected


@pytest.mark.parametrize(
    ("token", "fitting"),
    [("Basic allow", "allow"), ("token allow", "allow"), ("BEARER allow", "allow"), ("Digest allow", None)],
)
def test_the_schemes_before_a_token(token: str, fitting: str | None) -> None:
    (found,) = likely_mistakes(token, sign("allow"), KEYS)
    assert found.token == fitting
    assert found.ids == (("token-scheme",) if fitting else ("signed-other-text",))


def test_the_other_field_comes_before_a_different_text() -> None:
    fields = [("the first", "one"), ("the second", "two")]
    for signed, label in (("one", "the first"), ("two", "the second"), ("two\n", "the second")):
        (found,) = likely_mistakes("token", sign(signed), KEYS, fields)
        assert found.reason == f"the signature is over {label} instead of the token"


def test_a_spoiled_signature_over_another_text_has_both_reasons() -> None:
    (found,) = likely_mistakes("token", base64_to_base64url(sign("other\x00")), KEYS)
    assert found == Mistake(
        ("signature-base64url", "signed-other-text"),
        "the signature is base64url; AWS expects plain base64; the signature was made with the private key of 'mine', "
        "but over a different text",
        "mine",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("algorithm", "mask"),
    [(SHA1(), SHA1()), (SHA384(), SHA384()), (SHA512(), SHA512()), (SHA256(), SHA1())],
    ids=["SHA-1", "SHA-384", "SHA-512", "SHA-256, masked with SHA-1"],
)
def test_padding_and_hash_of_another_kind_together(algorithm: HashAlgorithm, mask: HashAlgorithm) -> None:
    signature = to_base64(read_private_key(PRIVATE).sign(b"allow", PSS(MGF1(mask), PSS.MAX_LENGTH), algorithm))
    for written in (signature, base64_to_base64url(signature)):
        assert [each.ids for each in likely_mistakes("allow", written, KEYS)] == [("signature-pss",)]


@pytest.mark.parametrize("algorithm", [MD5(), SHA224(), SHA3_256()], ids=["MD5", "SHA-224", "SHA-3"])
def test_a_hash_that_is_not_known_is_still_made_with_a_known_key(algorithm: HashAlgorithm) -> None:
    """Its padding opens with that key only."""
    signature = to_base64(read_private_key(PRIVATE).sign(b"allow", PKCS1v15(), algorithm))
    (found,) = likely_mistakes("allow", signature, KEYS)
    assert (found.ids, found.key, found.token) == (("signature-form",), "mine", None)
    assert "not in the way of 'openssl dgst -sha256 -sign'" in found.reason
