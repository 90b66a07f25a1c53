from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec

from authlens.core.signing import keys
from support.private_numbers import written
from support.public_keys import elliptic, of_bits, pair

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


def rewritten(form: serialization.PrivateFormat, passphrase: bytes | None = None) -> bytes:
    cipher: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        cipher = serialization.BestAvailableEncryption(passphrase)
    return keys.read_private_key(pair("a").private_pem).private_bytes(serialization.Encoding.PEM, form, cipher)


def elliptic_private(form: serialization.PrivateFormat) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8


@pytest.mark.parametrize("form", [PKCS1, PKCS8], ids=["PKCS#1", "PKCS#8"])
@pytest.mark.parametrize("passphrase", [None, b"open sesame"], ids=["plain", "encrypted"])
def test_both_forms_are_read_plain_and_encrypted(form: serialization.PrivateFormat, passphrase: bytes | None) -> None:
    pem = rewritten(form, passphrase)
    assert keys.is_encrypted(pem) is (passphrase is not None)
    assert keys.read_private_key(pem, passphrase).key_size == 2048
    assert keys.public_pem_of(pem, passphrase) == pair("a").public_pem


@pytest.mark.parametrize("form", [PKCS1, PKCS8], ids=["PKCS#1", "PKCS#8"])
def test_an_encrypted_key_asks_for_its_passphrase(form: serialization.PrivateFormat) -> None:
    pem = rewritten(form, b"open sesame")
    with pytest.raises(keys.PassphraseNeeded, match="encrypted"):
        keys.read_private_key(pem)
    with pytest.raises(keys.PassphraseWrong, match="does not decrypt"):
        keys.read_private_key(pem, b"wrong")


@pytest.mark.parametrize("member", ["p", "q", "d", "dmp1", "dmq1", "iqmp"])
@pytest.mark.parametrize("value", [0, 1, 3, None], ids=["0", "1", "3", "off by two"])
def test_a_private_key_whose_numbers_do_not_belong_together_is_refused(member: str, value: int | None) -> None:
    good = keys.read_private_key(pair("a").private_pem).private_numbers()
    numbers = {name: getattr(good, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    numbers[member] = numbers[member] + 2 if value is None else value
    pem = written(**numbers, n=good.public_numbers.n, e=good.public_numbers.e)
    with pytest.raises(keys.KeyProblem, match="damaged"):
        keys.read_private_key(pem)


def test_numbers_that_belong_together_are_read_as_written() -> None:
    good = keys.read_private_key(pair("a").private_pem).private_numbers()
    numbers = {name: getattr(good, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    pem = written(**numbers, n=good.public_numbers.n, e=good.public_numbers.e)
    assert keys.public_pem_of(pem) == pair("a").public_pem


def test_a_passphrase_that_is_not_needed_is_ignored() -> None:
    assert keys.read_private_key(pair("a").private_pem, b"unneeded").key_size == 2048


UNUSABLE_PRIVATE = {
    "empty": (b"", "no line '-----BEGIN"),
    "text": (b"my key", "no line '-----BEGIN"),
    "public": (pair("a").public_pem.encode(), "it is a public key"),
    "certificate": (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "the private key that belongs"),
    "without its lines": (b"".join(pair("a").private_pem.split(b"\n")[1:-2]), "'-----BEGIN PRIVATE KEY-----'"),
    "UTF-16": (pair("a").private_pem.decode().encode("utf-16"), "iconv -f UTF-16"),
    "cut": (pair("a").private_pem[:300], "no line '-----END PRIVATE KEY-----'"),
    "escaped": (pair("a").private_pem.replace(b"\n", b"\\n"), "backslash"),
    "damaged": (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
    "elliptic": (elliptic_private(PKCS8), "RSA signatures only"),
    "elliptic, traditional": (elliptic_private(PKCS1), "RSA signatures only"),
}


@pytest.mark.parametrize(("pem", "words"), UNUSABLE_PRIVATE.values(), ids=UNUSABLE_PRIVATE.keys())
def test_an_unusable_private_key_says_what_it_is_and_shows_nothing(pem: bytes, words: str) -> None:
    with pytest.raises(keys.KeyProblem, match=words) as raised:
        keys.read_private_key(pem)
    assert "MII" not in str(raised.value)


UNUSABLE_PUBLIC = {
    "encoded once more": (base64.encodebytes(pair("a").public_pem.encode()).decode(), "'base64 -d FILE' prints it"),
    "without its lines": ("".join(pair("a").public_pem.split("\n")[1:-2]), "'-----END PUBLIC KEY-----'"),
    "UTF-16": (pair("a").public_pem.encode("utf-16").decode("utf-8", "replace"), "iconv -f UTF-16"),
    "trusted certificate": ("-----BEGIN TRUSTED CERTIFICATE-----\n", "openssl x509"),
    "text": ("0123456789\nabc", "no line '-----BEGIN"),
    "empty": ("", "no line '-----BEGIN"),
    "private": (pair("a").private_pem.decode(), "it is a private key"),
    "certificate": ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "openssl x509"),
    "elliptic": (elliptic(), "RSA signatures only"),
    "escaped": (pair("a").public_pem.replace("\n", "\\n"), "backslash"),
}


@pytest.mark.parametrize(("pem", "words"), UNUSABLE_PUBLIC.values(), ids=UNUSABLE_PUBLIC.keys())
def test_an_unusable_public_key_says_what_it_is(pem: str, words: str) -> None:
    with pytest.raises(keys.KeyProblem, match=words):
        keys.read_public_key(pem)


def test_text_before_a_public_key_is_skipped_and_the_short_form_is_read() -> None:
    key = keys.read_public_key(f"my key:\n{pair('a').public_pem}")
    short = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1).decode()
    assert "BEGIN RSA PUBLIC KEY" in short
    assert keys.read_public_key(short).public_numbers() == key.public_numbers()


def test_a_dsa_key_is_named() -> None:
    key = dsa.generate_private_key(1024)
    pem = key.private_bytes(serialization.Encoding.PEM, PKCS1, serialization.NoEncryption())
    with pytest.raises(keys.KeyProblem, match="RSA signatures only"):
        keys.read_private_key(pem)


@pytest.mark.parametrize(("bits", "refused"), [(1024, True), (2048, False)])
def test_sizes_are_held_to_what_aws_takes(bits: int, refused: bool) -> None:
    size = keys.read_public_key(of_bits(bits)).key_size
    assert (keys.size_advice(size) is not None) is refused


def test_a_generated_pair_is_consistent_and_can_be_encrypted() -> None:
    made = keys.generate_key_pair(passphrase=b"secret")
    assert made.bits == 2048
    assert keys.public_pem_of(made.private_pem, b"secret") == made.public_pem
    with pytest.raises(keys.PassphraseNeeded):
        keys.read_private_key(made.private_pem)


@needs_openssl
def test_the_openssl_lines_make_a_pair_of_the_same_kind(tmp_path: Path) -> None:
    private, public = tmp_path / "it's private.pem", tmp_path / "public.pem"
    for line in keys.openssl_generating(2048, str(private), str(public)):
        subprocess.run(line, shell=True, check=True, capture_output=True)
    assert keys.public_pem_of(private.read_bytes()) == public.read_text()
    assert private.read_bytes().splitlines()[0] == pair("a").private_pem.splitlines()[0]


def test_the_openssl_line_of_an_encrypted_key_encrypts() -> None:
    assert "-aes-256-cbc" in keys.openssl_generating(encrypted=True)[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0\x82\x01", "in binary form, such as DER"),
        ("ssh-rsa AAAA me", "OpenSSH's own form"),
        ("A" * 64, "its first and last lines are missing"),
        ("nothing", "it has no line '-----BEGIN"),
    ],
)
def test_what_is_not_pem_says_how_to_convert_it(text: str, said: str) -> None:
    with pytest.raises(keys.KeyProblem, match=said):
        keys.read_public_key(text)


def test_a_key_for_pss_alone_is_refused() -> None:
    from base64 import b64decode, encodebytes

    octets = b64decode("".join(pair("a").public_pem.splitlines()[1:-1]))
    # The algorithm's identifier rsaEncryption with NULL becomes id-RSASSA-PSS without parameters.
    changed = octets.replace(
        bytes.fromhex("300d06092a864886f70d0101010500"), bytes.fromhex("300b06092a864886f70d01010a")
    )
    pss = bytes([0x30, 0x82]) + (len(changed) - 4).to_bytes(2, "big") + changed[4:]
    with pytest.raises(keys.KeyProblem, match="restricted to PSS padding"):
        keys.read_public_key(f"-----BEGIN PUBLIC KEY-----\n{encodebytes(pss).decode()}-----END PUBLIC KEY-----\n")


@pytest.mark.parametrize("one", ["p", "q", "d"])
def test_a_private_key_with_a_number_of_one_is_refused(one: str) -> None:
    """The equations between its numbers hold or cannot be checked."""
    good = keys.read_private_key(pair("a").private_pem).private_numbers()
    n, e, p, q, d = good.public_numbers.n, good.public_numbers.e, good.p, good.q, good.d
    p, q, d, e = {"p": (1, n, d, e), "q": (n, 1, d, e), "d": (p, q, 1, 1)}[one]
    pem = written(n, e, d, p, q, 1, 1, good.iqmp)
    with pytest.raises(keys.KeyProblem, match=r"damaged|Not an RSA private key"):
        keys.read_private_key(pem)


@pytest.mark.parametrize(
    ("bits", "advice"),
    [(2047, "The key has 2047 bits; AWS IoT rejects public keys under 2048 bits."), (2048, None), (4096, None)],
)
def test_the_smallest_key_that_aws_accepts(bits: int, advice: str | None) -> None:
    assert keys.size_advice(bits) == advice


def test_the_openssl_lines() -> None:
    assert keys.openssl_generating() == (
        "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem",
        "openssl pkey -in private.pem -pubout -out public.pem",
    )
    assert keys.openssl_generating(4096, encrypted=True)[0] == (
        "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -aes-256-cbc -out private.pem"
    )


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("CERTIFICATE REQUEST", "it is a certificate request, not a key"),
        ("EC PARAMETERS", "it is an elliptic-curve key; AWS IoT verifies RSA signatures only"),
        ("OPENSSH PRIVATE KEY", "it is in OpenSSH's own format; convert it with 'ssh-keygen -p -m PEM -f FILE'"),
        ("PGP PUBLIC KEY BLOCK", "its first line says PGP PUBLIC KEY BLOCK"),
        ("RSA PRIVATE KEYS", "its first line says RSA PRIVATE KEYS"),
    ],
)
def test_another_kind_of_pem_is_named_alike_for_both_keys(label: str, words: str) -> None:
    pem = f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n"
    with pytest.raises(keys.KeyProblem) as private:
        keys.read_private_key(pem.encode())
    with pytest.raises(keys.KeyProblem) as public:
        keys.read_public_key(pem)
    assert str(private.value) == f"Not an RSA private key in PEM form: {words}."
    assert str(public.value) == f"Not an RSA public key in PEM form: {words}."


@pytest.mark.parametrize("label", ["PUBLIC KEY", "RSA PUBLIC KEY"])
def test_a_public_key_does_not_sign(label: str) -> None:
    with pytest.raises(keys.KeyProblem, match="it is a public key; signing needs the private key"):
        keys.read_private_key(f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n".encode())


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
def test_a_private_key_is_not_a_public_one(label: str) -> None:
    with pytest.raises(keys.KeyProblem, match="it is a private key; 'openssl pkey -in FILE -pubout' prints"):
        keys.read_public_key(f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")


@pytest.mark.parametrize(
    ("pem", "is_encrypted"),
    [
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", True),
        (b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED", True),
        (b"-----BEGIN PRIVATE KEY-----", False),
    ],
)
def test_whether_a_passphrase_is_needed(pem: bytes, is_encrypted: bool) -> None:
    assert keys.is_encrypted(pem) is is_encrypted


def without(pem: str, bits: int) -> str:
    """The same with another byte among the numbers of the key."""
    octets = bytearray(base64.b64decode("".join(pem.splitlines()[1:-1])))
    octets[bits] ^= 0xFF
    lines = base64.encodebytes(bytes(octets)).decode().replace("\n", "")
    body = "\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


@pytest.mark.parametrize("bits", [1024, 2048, 3072, 4096])
def test_a_public_key_is_measured_as_the_library_does(bits: int) -> None:
    assert keys.public_key_bits(of_bits(bits)) == keys.read_public_key(of_bits(bits)).key_size == bits


@pytest.mark.parametrize("at", [0, 3, 10, 20, 23, 24, 27, 31, 32, 33, 200, 288, 289, 290, 293])
def test_what_is_no_usual_key_is_left_to_the_library(at: int) -> None:
    pem = without(of_bits(2048), at)
    try:
        expected: int | str = keys.read_public_key(pem).key_size
    except keys.KeyProblem as problem:
        expected = str(problem)
    try:
        measured: int | str = keys.public_key_bits(pem)
    except keys.KeyProblem as problem:
        measured = str(problem)
    assert measured == expected


@pytest.mark.parametrize("pem", ["", "-----BEGIN PUBLIC KEY-----\n=\n-----END PUBLIC KEY-----\n", elliptic()])
def test_the_size_of_another_key_is_refused_as_when_it_is_read(pem: str) -> None:
    with pytest.raises(keys.KeyProblem):
        keys.public_key_bits(pem)


def test_the_size_of_a_usual_key_is_known_without_the_library() -> None:
    program = (
        "import sys; from authlens.core.signing.keys import public_key_bits; "
        "print(public_key_bits(sys.argv[1]), 'cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, of_bits(2048)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2048", "False"]
