"""Codes and reason strings as the facts list them."""

from __future__ import annotations

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from authlens.core.mqtt import codes


def test_every_code_that_aws_sends_has_a_name() -> None:
    assert all(code in codes.NAMES for sent in codes.SENT_BY_AWS.values() for code in sent)


def test_aws_sends_no_packet_of_qos_2_and_no_authentication() -> None:
    assert set(codes.SENT_BY_AWS) == {"CONNACK", "PUBACK", "SUBACK", "UNSUBACK", "DISCONNECT"}


def test_the_reason_string_of_a_refusal_is_that_of_aws() -> None:
    words = "Client is not authenticated/authorized to send the message:u-u-i-d"
    assert codes.reason_string("CONNACK", codes.NOT_AUTHORIZED, "u-u-i-d") == f"CONNACK:{words}"
    assert codes.reason_string("DISCONNECT", codes.NOT_AUTHORIZED, "u-u-i-d") == f"DISCONNECT:{words}"


def test_no_reason_string_is_made_up() -> None:
    assert codes.reason_string("PUBACK", codes.NOT_AUTHORIZED, "i") is None
    assert codes.reason_string("CONNACK", codes.QUOTA_EXCEEDED, "i") is None


def test_codes_as_they_are_written() -> None:
    assert codes.written(0x87) == "0x87"
    assert codes.written(0) == "0x00"


def test_the_names_are_those_of_the_standard() -> None:
    theirs = {
        code: {_folded(name) for name in names}
        for code, names in ReasonCode(PacketTypes.DISCONNECT).names.items()
        if code != codes.SUCCESS
    }
    assert {code for code in codes.NAMES if code} == set(theirs)
    different = {code: name for code, name in codes.NAMES.items() if code and _folded(name) not in theirs[code]}
    assert different == {
        0x11: "No subscription existed",
        0x9E: "Shared subscriptions not supported",
        0xA2: "Wildcard subscriptions not supported",
    }, "paho words these differently"
    assert codes.NAMES[0] == "Success"
    assert list(codes.V3_CONNACK_NAMES) == [0, 1, 2, 3, 4, 5]
    assert codes.V3_CONNACK_NAMES[5] == "Not authorized"
    assert (codes.V3_REFUSED_FILTER, codes.NOT_AUTHORIZED, codes.QUOTA_EXCEEDED) == (128, 135, 151)


def _folded(name: str) -> str:
    return name.casefold().replace("maximum qos", "qos").replace("granted qos", "qos").replace("-", "")


def test_what_aws_sends_is_what_its_page_lists() -> None:
    listed = {
        "CONNACK": "00 80 85 86 87 90 97 9B",
        "PUBACK": "00 80 87 90 91 97",
        "SUBACK": "00 01 80 87 8F 91 97",
        "UNSUBACK": "00 80 8F 91",
        "DISCONNECT": "81 82 87 8B 8D 8E 8F 90 93 94 97 98 9B A1",
    }
    assert {name: " ".join(f"{code:02X}" for code in sent) for name, sent in codes.SENT_BY_AWS.items()} == listed


def test_the_constants_are_the_numbers_of_their_names() -> None:
    own = {
        name: value
        for name, value in vars(codes).items()
        if name.isupper() and isinstance(value, int) and not name.startswith("V3")
    }
    words = {"OVER": "over", "QOS": "QoS", "ID": "identifier", "IDS": "identifiers"}
    exceptions = {
        "UNSUPPORTED_VERSION": "Unsupported protocol version",
        "CLIENT_ID_NOT_VALID": "Client identifier not valid",
        "BAD_USERNAME_OR_PASSWORD": "Bad user name or password",
        "DISCONNECT_WITH_WILL": "Disconnect with will message",
    }
    for name, value in own.items():
        plain = " ".join(words.get(part, part.lower()) for part in name.split("_"))
        assert codes.NAMES[value] == exceptions.get(name, plain[:1].upper() + plain[1:])
    assert len(own) == 27


def test_return_codes_of_3_1_1() -> None:
    assert codes.V3_CONNACK_NAMES == {
        0: "Connection accepted",
        1: "Unacceptable protocol version",
        2: "Identifier rejected",
        3: "Server unavailable",
        4: "Bad user name or password",
        5: "Not authorized",
    }
