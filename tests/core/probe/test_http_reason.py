"""What the body of an HTTP answer says: AWS IoT's JSON, a web page of a captive portal, or any other text."""

from __future__ import annotations

import pytest

from authlens.core.probe.http_reason import http_words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", ("", "")),
        ('{"message":"Forbidden","traceId":"a-b"}', ("Forbidden", "traceId a-b")),
        ('{"message":"OK"}', ("OK", "")),
        ('{"message":7,"traceId":"a"}', ('a text, \'{"message":7,"traceId":"a"}\'', "")),
        ('{"message":"m","traceId":7}', ("m", "")),
        ("[1]", ("a text, '[1]'", "")),
        ("[" * 100_000, (f"a text, '{'[' * 200}'", "")),
        ("upstream\r\nfailed", ("a text, 'upstream failed'", "")),
        (" <!DOCTYPE html><TITLE class=x>Log\n in</TITLE>", ("a web page, 'Log in'", "")),
        ("<html></html>", ("a web page", "")),
        ("x" * 300, (f"a text, '{'x' * 200}'", "")),
    ],
)
def test_what_it_says(body: str, words: tuple[str, str]) -> None:
    assert http_words(body) == words
