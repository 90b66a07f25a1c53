"""A pasted line of curl, mosquitto, MQTTX or a WebSocket URL to the request of the connection that it would make.

The rule: nothing is run. What is literal in the line is literal in the request; variables and `$(cat FILE)` become
references, as in `words`. What a test call cannot carry (port, topic, payload) is left out.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from authlens.core.commands.words import Words, WordsError, split
from authlens.core.request.authorizer import AUTHORIZER_NAME
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import find
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.text.yaml_reader import place
from authlens.frozen import dataclass

_PROGRAM = re.compile(
    r"^(?:[ \t]*(?:[\w.@:~/-]*[$%>\u276f\u279c]|[\w.@:~/-]+#)[ \t]+|[ \t]*)(?:(?:env|time|command|sudo|exec)[ \t]+)*"
    r"(?P<path>(?:[\w.~-]*/)*)(?P<program>curl|mosquitto_pub|mosquitto_sub|mosquitto_rr|mqttx)(?:\.exe)?"
    r"(?=[ \t]+(?:[-\"'$\\<]|\w[\w.-]*[.:/]\S|(?:pub|sub|conn|bench|simulate)\b))",
    re.MULTILINE,
)
_URL = re.compile(r"\s*(?P<url>wss://\S+)\s*")
_LONGEST = 65_536
_HOST_NAME = re.compile(r"(?=.*[a-zA-Z])[\w-]+(?:\.[\w-]+)+")
_STAND_IN = "endpoint-ats.iot.region."
"""How authlens' own lines begin where no endpoint is known."""


class UnreadableLine(ValueError):
    """The line cannot be read; the message says why and where."""


@dataclass(frozen=True, slots=True)
class ClientLine:
    saved: SavedRequest
    program: str
    notes: tuple[str, ...] = ()
    """What the line does not say."""


@dataclass(frozen=True, slots=True)
class _Options:
    """Of one program: the options that take a value, by every name they have."""

    valued: Mapping[str, str]
    attached: bool = False
    """Whether `-uNAME` is `-u NAME`, and short flags can be combined."""


def _named(**names: str) -> dict[str, str]:
    return {name: key for key, all_names in names.items() for name in all_names.split()}


_CURL = _Options(
    _named(
        header="-H --header",
        url="--url",
        user="-u --user",
        agent="-A --user-agent",
        cookie="-b --cookie",
        referer="-e --referer",
        data="-d --data --data-ascii --data-raw --data-binary --data-urlencode --json",
        certificate="-E --cert",
        key="--key",
        ignored="-X --request --cacert --capath -o --output -w --write-out --connect-timeout -m --max-time --resolve "
        "--connect-to -x --proxy --retry --ciphers --tls-max --cert-type --key-type --interface -T --upload-file "
        "-F --form -K --config -c --cookie-jar -D --dump-header --url-query",
    ),
    attached=True,
)
_MQTT_NAMES = {
    "client_id": "-i --id --client-id",
    "username": "-u --username",
    "password": "-P --pw --password",
    "host": "-h --host --hostname",
}
_MOSQUITTO = _Options(
    _named(
        **_MQTT_NAMES,
        url="-L --url",
        certificate="--cert",
        key="--key",
        ignored="-A -D -E -F -I -k -m -M -p -q -t -V -W -x -C -U -T -R -f -e --cafile --capath --ciphers --tls-alpn "
        "--tls-version --tls-engine --keyform --proxy --will-topic --will-payload --will-qos --repeat --repeat-delay "
        "--message --topic --port --qos --keepalive --protocol-version --file --unsubscribe --property",
    ),
)
_MQTTX = _Options(
    _named(
        **_MQTT_NAMES,
        path="--path",
        header="-wh --ws-headers",
        certificate="--cert",
        key="--key",
        ignored="-V --mqtt-version -p --port -l --protocol -k --keepalive -t --topic -m --message -q --qos --ca --alpn "
        "-rp --reconnect-period --maximum-reconnect-times -up --user-properties -se --session-expiry-interval "
        "--rcv-max --maximum-packet-size --topic-alias-maximum -Wt -Wm -Wq -f --format -lm --line-mode --file-read",
    ),
)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a line says, in order."""

    values: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    flags: frozenset[str]

    def last(self, key: str) -> str | None:
        return next((value for name, value in reversed(self.values) if name == key), None)

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.values if name == key]


def is_client_line(text: str) -> bool:
    """Whether the text looks like one, so that a paste means the request and not a value."""
    return len(text) <= _LONGEST and (_URL.fullmatch(text) is not None or _PROGRAM.search(text) is not None)


def read_client_line(text: str) -> ClientLine:
    """Raises UnreadableLine."""
    url = _URL.fullmatch(text)
    if url is not None:
        return _finished("WebSocket URL", _of_url(url["url"]), Words((), {}))
    found = _PROGRAM.search(text[:_LONGEST])
    if found is None:
        raise UnreadableLine("expected a line of curl, mosquitto_pub, mosquitto_sub or mqttx, or a wss:// URL")
    program = found["program"]
    try:
        words = split(text, found.start("path"))
    except WordsError as error:
        line, column = place(text, error.index)
        raise UnreadableLine(f"line {line}, column {column}: {error}") from None
    options, read = _OF_PROGRAM.get(program, (_MOSQUITTO, _of_mosquitto))
    given = _given([word.text for word in words.words[1:]], options)
    return _finished(program, read(given), words, _certificate(given))


def _given(texts: list[str], options: _Options) -> _Given:
    values: list[tuple[str, str]] = []
    rest: list[str] = []
    flags: set[str] = set()
    while texts:
        word = texts.pop(0)
        name, assigned, value = word.partition("=")
        if word == "--":
            rest += texts
            break
        if word in options.valued:
            values.append((options.valued[word], texts.pop(0) if texts else ""))
        elif assigned and name.startswith("--") and name in options.valued:
            values.append((options.valued[name], value))
        elif options.attached and word[:1] == "-" and word[1:2] not in ("", "-"):
            _read_short(word[1:], options, values, flags, texts)
        elif word.startswith("-") and len(word) > 1:
            flags.add(word)
        else:
            rest.append(word)
    return _Given(tuple(values), tuple(rest), frozenset(flags))


def _read_short(
    letters: str, options: _Options, values: list[tuple[str, str]], flags: set[str], texts: list[str]
) -> None:
    """Short options of curl, which can be combined, the last one with its value."""
    for index, letter in enumerate(letters):
        key = options.valued.get(f"-{letter}")
        if key is not None:
            attached = letters[index + 1 :]
            values.append((key, attached or (texts.pop(0) if texts else "")))
            return
        flags.add(f"-{letter}")


def _of_curl(given: _Given) -> dict[str, Any]:
    urls = [*given.all("url"), *given.words]
    if not urls:
        raise UnreadableLine("the curl line names no URL")
    url = urls[0] if "://" in urls[0] else f"https://{urls[0]}"
    members = _of_url(url)
    if given.flags & {"-G", "--get"} and given.all("data"):
        query = "&".join([*filter(None, [members["query"].removeprefix("?")]), *given.all("data")])
        members["query"] = f"?{query}"
    members["headers"] = list(_curl_headers(given))
    return members


def _curl_headers(given: _Given) -> Iterator[tuple[str, str]]:
    for line in given.all("header"):
        if line.startswith("@"):
            raise UnreadableLine(f"the headers are in the file {line[1:]}: put them into the line")
        name, colon, value = line.partition(":")
        if colon and value.strip():
            yield name.strip(), value.strip()
        elif not colon and name.endswith(";"):
            yield name.removesuffix(";").strip(), ""
    user, agent = given.last("user"), given.last("agent")
    if user is not None:
        yield "Authorization", f"Basic {base64.b64encode(user.encode('utf-8', 'replace')).decode('ascii')}"
    if agent is not None:
        yield "User-Agent", agent
    cookie, referer = given.last("cookie"), given.last("referer")
    if cookie is not None and "=" in cookie:
        yield "Cookie", cookie
    if referer is not None:
        yield "Referer", referer


def _of_url(url: str) -> dict[str, Any]:
    """The query string and the host of a URL, without its fragment."""
    parts = _parts(url)
    return {"query": f"?{parts.query}" if parts.query else "", "host": parts.hostname or "", "headers": []}


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise UnreadableLine(f"the URL cannot be read: {error}") from None


def _of_mosquitto(given: _Given) -> dict[str, Any]:
    members = _mqtt(given)
    url = given.last("url")
    if url is not None:
        parts = _parts(url)
        members["host"] = parts.hostname or members["host"]
        for name, value in (("username", parts.username), ("password", parts.password)):
            members[name] = members[name] if value is None else unquote(value)
    return members


def _of_mqttx(given: _Given) -> dict[str, Any]:
    members = _mqtt(given)
    path = given.last("path")
    members["query"] = f"?{path.partition('?')[2]}" if path and "?" in path else ""
    lines = (line.partition(":") for line in given.all("header"))
    members["headers"] = [(name.strip(), value.strip()) for name, colon, value in lines if colon]
    return members


_OF_PROGRAM: dict[str, tuple[_Options, Callable[[_Given], dict[str, Any]]]] = {
    "curl": (_CURL, _of_curl),
    "mqttx": (_MQTTX, _of_mqttx),
}
"""Every other program is one of Mosquitto's."""


def _mqtt(given: _Given) -> dict[str, Any]:
    return {
        "client_id": given.last("client_id"),
        "username": given.last("username"),
        "password": given.last("password"),
        "host": given.last("host") or "",
    }


def _certificate(given: _Given) -> Certificate | None:
    file = given.last("certificate")
    return None if file is None else Certificate(file=file.partition(":")[0], key=given.last("key"))


def _finished(program: str, said: dict[str, Any], words: Words, certificate: Certificate | None = None) -> ClientLine:
    host = said["host"]
    names_host = _HOST_NAME.fullmatch(host) is not None and not host.lower().startswith(_STAND_IN)
    http = {"headers": dict(said.get("headers") or ()), "queryString": said.get("query") or None}
    mqtt = {"clientId": said.get("client_id"), "username": said.get("username"), "password": said.get("password")}
    members = {
        "httpContext": {name: value for name, value in http.items() if value} or None,
        "mqttContext": {name: value for name, value in mqtt.items() if value is not None} or None,
        "tlsContext": {"serverName": host} if names_host else None,
    }
    if members["httpContext"] is None and members["mqttContext"] is None:
        raise UnreadableLine(f"the {program} line holds no header, query string, client id, username or password")
    present = {name: value for name, value in members.items() if value is not None}
    request = AuthorizerRequest.from_api(words.written(present))
    named = find(request, AUTHORIZER_NAME)
    notes: tuple[str, ...] = ()
    if named is not None:
        request = replace(request, authorizer_name=named.value)
    else:
        notes = ("The line names no authorizer: fill in its name.",)
    return ClientLine(SavedRequest(request, certificate=certificate), program, notes)
