from __future__ import annotations

import shutil
import subprocess
from itertools import count
from math import gcd, lcm
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.signing import signing
from authlens.core.signing.keys import KeyProblem, PassphraseNeeded, generate_key_pair
from support.private_numbers import written
from support.public_keys import elliptic, pair

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
KEYS = (("broken", "no key"), ("curve", elliptic()), ("other", pair("b").public_pem), ("right", pair("a").public_pem))


@given(st.text(max_size=200))
@settings(max_examples=25)
def test_what_was_signed_is_verified_and_the_fitting_key_named(token: str) -> None:
    signature = signing.sign(token, pair("a").private_pem)
    assert len(signature) == 344
    assert signing.verify(token, signature, pair("a").public_pem)
    assert not signing.verify(token, signature, pair("b").public_pem)
    assert not signing.verify(token + "\n", signature, pair("a").public_pem)
    assert signing.fitting_key(token, signature, KEYS) == "right"


@given(st.text(max_size=50))
@settings(max_examples=25)
def test_any_text_may_be_tried_as_a_signature(signature: str) -> None:
    assert signing.fitting_key("token", signature, KEYS) is None


def test_an_encrypted_key_signs_with_its_passphrase_only() -> None:
    made = generate_key_pair(passphrase=b"secret")
    with pytest.raises(PassphraseNeeded):
        signing.sign("token", made.private_pem)
    assert signing.verify("token", signing.sign("token", made.private_pem, b"secret"), made.public_pem)


def test_a_key_of_numbers_that_are_not_primes_signs_nothing() -> None:
    e = 65537
    p, q = (next(n for n in count(start, 2) if gcd(n - 1, e) == 1) for start in (3**646, 5**441))
    d = pow(e, -1, lcm(p - 1, q - 1))
    pem = written(n=p * q, e=e, d=d, p=p, q=q, dmp1=d % (p - 1), dmq1=d % (q - 1), iqmp=pow(q, -1, p))
    with pytest.raises(KeyProblem, match="damaged"):
        signing.sign("token", pem)


@needs_openssl
@pytest.mark.parametrize("token", ["allow", "it's a $TOKEN", "naïve ☃", "a\nb", "-n", "", "100%s\\n"])
def test_openssl_makes_the_same_signature(token: str, tmp_path: Path) -> None:
    key = tmp_path / "private.pem"
    key.write_bytes(pair("a").private_pem)
    line = signing.openssl_signing(token, str(key))
    made = subprocess.run(line, shell=True, check=True, capture_output=True, text=True).stdout
    assert made == signing.sign(token, pair("a").private_pem)


@needs_openssl
def test_openssl_verifies_our_signature(tmp_path: Path) -> None:
    import base64

    public, signature = tmp_path / "public.pem", tmp_path / "signature"
    public.write_text(pair("a").public_pem)
    signature.write_bytes(base64.b64decode(signing.sign("token", pair("a").private_pem)))
    command = ["openssl", "dgst", "-sha256", "-verify", str(public), "-signature", str(signature)]
    assert subprocess.run(command, input=b"token", check=True, capture_output=True).stdout == b"Verified OK\n"


def test_the_first_key_that_fits_is_named() -> None:
    signature = signing.sign("token", pair("a").private_pem)
    keys = (("first", pair("a").public_pem), ("second", pair("a").public_pem))
    assert signing.fitting_key("token", signature, keys) == "first"
    assert signing.fitting_key("token", "no base64", keys) is None


def test_a_key_that_cannot_be_read_verifies_nothing() -> None:
    with pytest.raises(KeyProblem):
        signing.verify("token", "AAAA", "no key")
    with pytest.raises(KeyProblem):
        signing.verify("token", "*", "no key")


def test_the_command_for_a_signature() -> None:
    assert signing.openssl_signing("it's") == (
        "printf %s 'it'\"'\"'s' | openssl dgst -sha256 -sign private.pem | openssl base64 -A"
    )
