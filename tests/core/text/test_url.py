"""One reading of an endpoint URL: where it leads, and that nothing ambiguous counts as this machine."""

from __future__ import annotations

import pytest

from authlens.core.text.url import Url, is_loopback, is_loopback_host, read_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8080", Url("http", "127.0.0.1", 8080)),
        ("HTTPS://Iot.eu-west-1.AmazonAWS.com/", Url("https", "iot.eu-west-1.amazonaws.com")),
        ("http://[::1]:9/path?query", Url("http", "::1", 9)),
        ("http://my_host", Url("http", "my_host")),
    ],
)
def test_a_url_leads_to_its_host(text: str, url: Url) -> None:
    assert read_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "http://[::1",
        "http://[::1].evil.example",
        "http://[1:2]",
        "http://user@127.0.0.1",
        "http://evil.example\\@127.0.0.1",
        "http://evil.example#@127.0.0.1",
        "http://127.0.0.1 .evil.example",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:1:2",
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "http://127.0.0.1\n",
        "http://\u217cocalhost",
        "http://host/\0",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_a_url(text: str) -> None:
    assert read_url(text) is None
    assert not is_loopback(text)


@pytest.mark.parametrize("host", ["localhost", "api.localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback_host(host)
    assert is_loopback(f"http://[{host}]:1" if ":" in host else f"https://{host}")


@pytest.mark.parametrize(
    "host",
    ["localhost.evil.example", "evillocalhost", "127.0.0.1.evil.example", "0x7f.1", "2130706433", "0.0.0.0", "::2", ""],
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback_host(host)
    assert not is_loopback(f"http://{host}/")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://h:65535", Url("http", "h", 65_535)),
        ("http://h:65536", None),
        ("http://h:0", Url("http", "h", 0)),
        ("http://h:", None),
        ("http://[FE80::1]/", Url("http", "fe80::1")),
        ("http://[::ffff:1.2.3.4]", Url("http", "::ffff:1.2.3.4")),
        ("http://[1.2.3.4]", Url("http", "1.2.3.4")),
        ("http://[::g]", None),
        ("http://1.2.3.999", Url("http", "1.2.3.999")),
        ("http://h?a=b", Url("http", "h")),
        ("http://h/#", None),
    ],
)
def test_ports_addresses_and_what_follows(text: str, url: Url | None) -> None:
    assert read_url(text) == url


def test_no_text_is_not_loopback() -> None:
    assert not is_loopback(None)
    assert not is_loopback("")
    assert Url("http", "127.0.0.1").is_loopback
    assert not Url("http", "h").is_loopback
