"""Saved requests: every key read and written, every string exact, every mistake refused at its place."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext, with_text
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.saved.saved_request_yaml import read, rewrite, write
from authlens.core.text.yaml_reader import YamlError


def with_member(path: str, saved: SavedRequest, text: str) -> SavedRequest:
    return replace(saved, request=with_text(saved.request, path, text))


EVERY_KEY = """\
description: Sensor 7 with its password
tags:
- smoke
- sensors
skip: waits for the new key
target:
  profile: dev
  region: us-west-2
  local: authorizers.yaml
request:
  authorizerName: SensorAuth
  token: '007'
  tokenSignature: c2ln
  httpContext:
    headers:
      X-Api-Key: |-
        two
        lines
      Host: example.com
    queryString: ?a=1
  mqttContext:
    username: sensor-7
    password: ${env:SENSOR_PASSWORD}
    clientId: sensor-7
  tlsContext:
    serverName: iot.example.com
sign:
  key: keys/sensor.pem
  passphrase: ${env:KEY_PASSPHRASE}
  place: headers
expect:
  isAuthenticated: true
cases:
  wrong-password:
    description: Sensor 7 with a wrong password
    request:
      mqttContext:
        password: wrong
        username: null
    expect:
      isAuthenticated: false
  other:
    values:
      id: '8'
"""


def test_every_key_is_written_as_it_was_read() -> None:
    assert write(read(EVERY_KEY)) == EVERY_KEY


def test_every_key_is_read_into_its_field() -> None:
    saved = read(EVERY_KEY)
    assert saved.request == AuthorizerRequest(
        "SensorAuth",
        "007",
        "c2ln",
        HttpContext((("X-Api-Key", "two\nlines"), ("Host", "example.com")), "?a=1"),
        MqttContext("sensor-7", "${env:SENSOR_PASSWORD}", "sensor-7"),
        TlsContext("iot.example.com"),
    )
    assert saved.target == Target("dev", "us-west-2", None, "authorizers.yaml")
    assert saved.sign == Sign("keys/sensor.pem", "${env:KEY_PASSPHRASE}", "headers")
    assert saved.description == "Sensor 7 with its password"
    assert saved.expect is not None
    assert saved.suite.tags == ("smoke", "sensors")
    assert saved.suite.skip == "waits for the new key"
    assert [case.name for case in saved.suite.cases] == ["wrong-password", "other"]


any_text = st.text(st.characters(codec=None, exclude_categories=()))
texts = st.none() | any_text | st.sampled_from(["007", "no", "1e3", "2026-11-23", " lead", "a\nb", "😀", "", "~", "#x"])
headers = st.none() | st.dictionaries(any_text, any_text, max_size=3).map(lambda pairs: tuple(pairs.items()))
requests = st.builds(
    AuthorizerRequest,
    texts,
    texts,
    texts,
    st.none() | st.builds(HttpContext, headers, texts),
    st.none() | st.builds(MqttContext, texts, texts | st.binary(), texts),
    st.none() | st.builds(TlsContext, texts),
)
saved_requests = st.builds(
    SavedRequest,
    requests,
    texts,
    st.builds(Target, texts, texts, local=texts),
    st.none() | st.builds(Sign, any_text, st.none() | st.just("${env:P}"), st.sampled_from(["token", "queryString"])),
)


@given(saved_requests)
def test_what_is_written_reads_back(saved: SavedRequest) -> None:
    assert read(write(saved)) == saved


@pytest.mark.slow
@settings(max_examples=3_000)
@given(requests)
def test_three_thousand_requests_read_back(request: AuthorizerRequest) -> None:
    assert read(write(SavedRequest(request))).request == request


TEXTS = {
    "quoted digits": ("'007'", "007"),
    "a word of YAML 1.1": ("no", "no"),
    "a date": ("2026-11-23", "2026-11-23"),
    "scientific": ("1e3", "1e3"),
    "empty": ("''", ""),
    "spaces kept in quotes": ("' x '", " x "),
    "emoji": ("😀", "😀"),
    "a reference": ("${env:TOKEN}", "${env:TOKEN}"),
}


@pytest.mark.parametrize(("written", "text"), TEXTS.values(), ids=TEXTS)
def test_text_fields_take(written: str, text: str) -> None:
    assert read(f"request:\n  token: {written}\n").request.token == text


REFUSED = {
    "a number as token": ("request:\n  token: 007\n", 2, 10, "token must be text, not a number; quote it"),
    "a fraction as signature": ("request: {tokenSignature: 1.10}", 1, 27, "quote it"),
    "true as description": ("request: {}\ndescription: true", 2, 14, "quote it"),
    "nothing as token": ("request:\n  token:\n", 2, 9, "token has no value"),
    "a number as header": ("request: {httpContext: {headers: {a: 1}}}", 1, 38, "a header's value must be text"),
    "a list as query": ("request: {httpContext: {queryString: [a]}}", 1, 38, "must be text, not a list"),
    "a number as password": ("request: {mqttContext: {password: 1}}", 1, 35, "quote it"),
    "binary as token": ("request: {token: !!binary AAAA}", 1, 18, "must be text, not binary"),
    "bad binary": ("request: {mqttContext: {password: !!binary x}}", 1, 35, "base64"),
    "unknown key": ("request: {}\nexpekt: {}", 2, 1, "'expekt'; did you mean 'expect'"),
    "unknown member": ("request: {authoriserName: x}", 1, 11, "did you mean 'authorizerName'"),
    "unknown key of a context": ("request: {mqttContext: {clientid: x}}", 1, 25, "did you mean 'clientId'"),
    "unknown key of the TLS context": ("request: {tlsContext: {name: x}}", 1, 24, "serverName"),
    "unknown key of the target": ("request: {}\ntarget: {zone: x}", 2, 10, "known here: profile"),
    "unknown key of sign": ("request: {}\nsign: {keys: x}", 2, 8, "did you mean 'key'"),
    "duplicate key": ("request: {}\nrequest: {}", 2, 1, "line 1"),
    "an anchor": ("request: &r {}", 1, 10, "anchor"),
    "two targets": ("request: {}\ntarget: {endpointUrl: x, local: y}", 2, 33, "cannot be used together"),
    "sign without key": ("request: {}\nsign: {place: token}", 2, 7, "sign needs key"),
    "a passphrase in clear": ("request: {}\nsign: {key: k, passphrase: hunter2}", 2, 28, "a reference such as"),
    "an unknown place": ("request: {}\nsign: {key: k, place: here}", 2, 23, "one of: token, username"),
    "no request": ("description: x", 1, 1, "the key request is missing"),
    "tags that are not a list": ("request: {}\ntags: smoke", 2, 7, "tags must be a list"),
    "a tag of two words": ("request: {}\ntags: [a, b c]", 2, 11, "one word"),
    "a tag with a comma": ("request: {}\ntags: ['a,b']", 2, 8, "one word"),
    "a number as tag": ("request: {}\ntags: [7]", 2, 8, "quote it"),
    "skip without a reason": ("request: {}\nskip: true", 2, 7, "skip needs a reason"),
    "an empty reason": ("request: {}\nskip: ' '", 2, 7, "skip needs a reason"),
    "a number as reason": ("request: {}\nskip: 7", 2, 7, "quote it"),
    "request of nothing": ("request:", 1, 9, "must be a mapping"),
    "an empty file": ("", 1, 1, "empty"),
    "a list": ("- a", 1, 1, "must be a mapping"),
    "broken YAML": ("request: {a b", 1, 14, "expected ',' or '}'"),
    "broken JSON": ('{"request": {"token": "a"', 1, 26, "expected"),
}


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_at_the_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert "hunter2" not in str(caught.value)


def test_empty_contexts_stay_empty_contexts() -> None:
    request = AuthorizerRequest("a", http_context=HttpContext(()), mqtt_context=MqttContext(), tls_context=TlsContext())
    assert read(write(SavedRequest(request))).request == request


def test_password_bytes_are_yaml_binary() -> None:
    saved = SavedRequest(AuthorizerRequest("a", mqtt_context=MqttContext(password=b"\x00\xff")))
    assert "password: !!binary |" in write(saved)


def test_credentials_and_a_local_endpoints_url_are_never_written() -> None:
    target = Target(endpoint_url="http://127.0.0.1:4711", local="demo")
    assert write(SavedRequest(AuthorizerRequest("a"), target=target)) == (
        "target:\n  local: demo\nrequest:\n  authorizerName: a\n"
    )


class TestInputDocument:
    """The AWS CLI's own document."""

    def test_yaml_password_is_base64(self) -> None:
        text = f"authorizerName: A\nmqttContext:\n  password: {base64.b64encode(b'hi ').decode()}\n"
        assert read(text).request == AuthorizerRequest("A", mqtt_context=MqttContext(password=b"hi "))

    def test_yaml_binary_password(self) -> None:
        assert read("mqttContext: {password: !!binary aGk=}").request.mqtt_context == MqttContext(password=b"hi")

    def test_json_keeps_an_emoji_whole(self) -> None:
        text = json.dumps({"token": "😀", "httpContext": {"headers": {"a": "b"}, "queryString": "?x"}})
        assert read(text).request == AuthorizerRequest(None, "😀", None, HttpContext((("a", "b"),), "?x"))

    def test_nulls_of_the_skeleton_are_absent(self) -> None:
        text = json.dumps({"authorizerName": "", "mqttContext": {"username": "", "password": None}})
        assert read(text).request == AuthorizerRequest("", mqtt_context=MqttContext(""))

    def test_a_flow_mapping_is_yaml(self) -> None:
        assert read("{authorizerName: A}").request == AuthorizerRequest("A")

    @pytest.mark.parametrize(
        ("text", "line", "column", "words"),
        [
            ("mqttContext:\n  password: hunter2!", 2, 13, "must be base64"),
            ("mqttContext:\n  password: [hunter2]", 2, 13, "must be text"),
            ("tokn: hunter2", 1, 1, "did you mean 'token'"),
            ('{"token":\n  7}', 2, 3, "quote it"),
        ],
    )
    def test_refuses_at_the_place(self, text: str, line: int, column: int, words: str) -> None:
        with pytest.raises(YamlError) as caught:
            read(text)
        assert (caught.value.line, caught.value.column) == (line, column)
        assert words in caught.value.message
        assert "hunter2" not in str(caught.value)


BY_HAND = """\
# Sensor 7, by hand.
description: "Sensor 7"   # shown in the list
expect: {isAuthenticated: true,  allow: [ 'iot:Connect client/sensor-7' ]}   # before the request

request:
    tokenSignature: 'c2ln'
    token: allow        # not a secret
    mqttContext: {clientId: sensor-7, username: "sensor-7?a=b"}
    httpContext:
        headers:
            # the order matters
            B: two
            A: "one"
        queryString: ?a=1

    authorizerName: SensorAuth   # deployed
target:

  region: eu-west-1
# The end.
"""
PLACES: dict[str, tuple[str, Callable[[SavedRequest, str], SavedRequest]]] = {
    "description": ('"Sensor 7"', lambda saved, text: replace(saved, description=text)),
    "target.region": ("eu-west-1", lambda saved, text: replace(saved, target=replace(saved.target, region=text))),
    "authorizerName": ("SensorAuth", partial(with_member, "authorizerName")),
    "token": ("allow ", partial(with_member, "token")),
    "tokenSignature": ("'c2ln'", partial(with_member, "tokenSignature")),
    "mqttContext.username": ('"sensor-7?a=b"', partial(with_member, "mqttContext.username")),
    "httpContext.queryString": ("?a=1", partial(with_member, "httpContext.queryString")),
    "httpContext.headers[A]": ('"one"', partial(with_member, "httpContext.headers[A]")),
}


@given(place=st.sampled_from(sorted(PLACES)), text=any_text.filter(bool))
def test_saving_after_one_change_changes_only_its_span(place: str, text: str) -> None:
    written, change = PLACES[place]
    before, after = BY_HAND.split(written)
    saved = change(read(BY_HAND), text)
    rewritten = rewrite(BY_HAND, saved)
    assert rewritten.startswith(before)
    assert rewritten.endswith(after)
    assert read(rewritten) == saved


@given(old=saved_requests, new=saved_requests)
def test_whatever_is_saved_over_a_file_reads_back(old: SavedRequest, new: SavedRequest) -> None:
    assert read(rewrite(write(old), new)) == new
    assert read(rewrite(BY_HAND, new)) == new


def test_saving_what_a_file_means_already_changes_nothing() -> None:
    assert rewrite(BY_HAND, read(BY_HAND)) == BY_HAND


def test_what_is_added_and_removed_leaves_the_rest() -> None:
    saved = read(BY_HAND)
    request = replace(saved.request, mqtt_context=None, tls_context=TlsContext("iot.example.com"), token=None)
    new = rewrite(BY_HAND, replace(saved, request=request, sign=Sign("key.pem")))
    without = [line for line in BY_HAND.splitlines() if "mqttContext" not in line and "token:" not in line]
    kept = [line for line in new.splitlines() if line in without]
    assert kept == without
    assert [line for line in new.splitlines() if line not in without] == [
        "    tlsContext:",
        "      serverName: iot.example.com",
        "sign:",
        "  key: key.pem",
    ]


def test_an_input_document_stays_one_while_it_holds_a_request_alone() -> None:
    text = "# mine\nauthorizerName: A   # name\nmqttContext: {password: cGFzcw==}\n"
    saved = read(text)
    assert rewrite(text, with_member("authorizerName", saved, "B")) == text.replace("A   #", "B   #")
    assert rewrite(text, with_member("mqttContext.password", saved, "word")) == text.replace("cGFzcw==", '"d29yZA=="')
    with_reference = rewrite(text, with_member("mqttContext.password", saved, "${env:P}"))
    assert read(with_reference) == with_member("mqttContext.password", saved, "${env:P}")
    assert rewrite(text, replace(saved, description="D")).startswith("# mine\ndescription: D\nrequest:\n")


def test_json_stays_json() -> None:
    text = '{\n  "request": {"authorizerName": "A", "token": "t"}\n}\n'
    assert rewrite(text, with_member("token", read(text), "u")) == text.replace('"t"', '"u"')


@pytest.mark.parametrize("text", ["", "request: [", "\u0000"])
def test_a_text_that_cannot_be_read_is_rewritten(text: str) -> None:
    assert rewrite(text, read(BY_HAND)) == write(read(BY_HAND))


def test_a_misspelling_of_the_key_request_is_named() -> None:
    with pytest.raises(YamlError, match="did you mean 'request'"):
        read("reqest: {authorizerName: A}\n")


CERTIFICATE = """request:
  authorizerName: A
certificate:
  file: device.pem
  key: device.key
  thingName: sensor-7
  attached: true
"""


def test_a_certificate_is_read_and_written() -> None:
    saved = read(CERTIFICATE)
    assert saved.certificate == Certificate("device.pem", "device.key", "sensor-7", True)
    assert read(write(saved)) == saved


@pytest.mark.parametrize(
    ("certificate", "words"),
    [("{}", "certificate is empty"), ("{thing: x}", "thing"), ("{attached: 1}", "attached"), ("{file: 007}", "text")],
)
def test_a_certificate_that_is_wrong_is_refused_at_its_place(certificate: str, words: str) -> None:
    with pytest.raises(YamlError, match=words) as problem:
        read(f"request: {{authorizerName: A}}\ncertificate: {certificate}\n")
    assert problem.value.line == 2


def test_parts_of_a_case_that_do_not_differ_are_shared_with_the_file() -> None:
    saved = read(EVERY_KEY.replace("  other:\n", "  other:\n    tags: [more]\n"))
    wrong, other = (case.saved for case in saved.suite.cases)
    assert wrong.target is saved.target
    assert wrong.sign is saved.sign
    assert wrong.suite.tags == saved.suite.tags
    assert (wrong.suite.cases, other.suite.tags) == ((), ("smoke", "sensors", "more"))
    assert other.expect is saved.expect
    assert wrong.expect is not None
    assert wrong.expect.is_authenticated is False


def test_tags_are_kept_once_in_their_order() -> None:
    assert read("request: {}\ntags: [b, a, b]").suite.tags == ("b", "a")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("tokn: x\ntarget: {}", 1, 1, "unknown key; known here: description, tags"),
        ("target: {}\ntoken: x", 1, 1, "the key request is missing"),
        ("mqttContext: {password: a}", 1, 25, "the password of an AWS CLI input document must be base64"),
        ("request: {}\ncertificate: {}", 2, 14, "certificate is empty; add file, thingName or both"),
        ("request: {}\nskip: ''", 2, 7, "skip needs a reason, such as 'waiting for the new key'"),
    ],
)
def test_the_first_fault_of_a_document(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message.startswith(message)


def test_json_that_is_not_json_is_read_as_yaml() -> None:
    assert read(" {request: {token: a}}").request == AuthorizerRequest(token="a")
    assert read('  {"request": {"token": "\\ud83d\\ude00"}}').request == AuthorizerRequest(token="😀")


def test_what_cannot_be_changed_in_place_is_written_below_the_comments_at_the_top() -> None:
    text = "# one\n\n# two\nrequest: {token: a}\n# three\n"
    with_cases = read("request: {token: a}\ncases: {x: {}}")
    new = rewrite(text, replace(with_cases, description="d", expect=read(EVERY_KEY).expect))
    assert new.startswith("# one\n\n# two\n")
    assert read(new).description == "d"


def test_the_place_of_a_signature_is_written_unless_it_is_the_usual_one() -> None:
    for sign, written in ((Sign("k"), ""), (Sign("k", place="headers"), "  place: headers\n")):
        saved = SavedRequest(AuthorizerRequest("A"), sign=sign)
        assert write(saved) == f"request:\n  authorizerName: A\nsign:\n  key: k\n{written}"
