"""Codes and reason strings as the facts list them."""

from __future__ import annotations

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
