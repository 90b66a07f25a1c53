"""What a function reads of its event, by its code alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.endpoint.projects.reads import Reads, reads_of
from authlens.endpoint.templates.definitions import FunctionDefinition
from support.shapes import write

PYTHON = "app.handler"
NODE = "index.handler"


def reads(folder: Path, files: dict[str, str], handler: str = PYTHON) -> Reads:
    write(folder, files)
    runtime = "python3.13" if handler == PYTHON else "nodejs22.x"
    return reads_of(FunctionDefinition(name="f", code_uri=folder, handler=handler, runtime=runtime))


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ('mqtt = event["protocolData"]["mqtt"]\nmqtt["username"], mqtt.get("password")', {"username", "password"}),
        ('headers = event["protocolData"]["http"]["headers"]', {"headers"}),
        ('event.get("protocolData").get("tls").get("serverName")', {"serverName"}),
        ("details.clientId", {"clientId"}),
        ('event["token"]', {"token"}),
        ('event.get("token")', {"token"}),
        ('if "token" in event: pass', {"token"}),
        ("# event['token'], event.username", set()),
        ("token = username = password = 1", set()),
        ('payload["token"]', set()),
        ('"event.username # in a text"', {"username"}),
    ],
)
def test_members_that_python_reads(tmp_path: Path, code: str, members: set[str]) -> None:
    assert reads(tmp_path, {"app.py": code}).members == members


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("const { username, password } = event.protocolData.mqtt;", {"username", "password"}),
        ("const { protocolData: { mqtt: { clientId } = {} } = {} } = event;", {"clientId"}),
        ("exports.handler = async ({ token, protocolData }) => ({});", {"token"}),
        ("exports.handler = async (event) => { const { token } = event; };", {"token"}),
        ("event.protocolData?.mqtt?.password", {"password"}),
        ("event?.token", {"token"}),
        ("const q = event.protocolData['http']['queryString']", {"queryString"}),
        ("// event.token\n/* event.username */", set()),
        ("const { username } = jwt.decode(text);", set()),
        ("user.token; event.tokens; username()", set()),
    ],
)
def test_members_that_node_reads(tmp_path: Path, code: str, members: set[str]) -> None:
    assert reads(tmp_path, {"index.js": code}, NODE).members == members


@pytest.mark.parametrize(
    ("code", "headers", "parameters"),
    [
        (
            "headers['x-api-key']; headers.get('X-Device'); h.headers?.authorization",
            "x-api-key X-Device authorization",
            "",
        ),
        ("headers.forEach(f); headers.has('a'); headers['x-amz-customauthorizer-name']", "", ""),
        ("new URLSearchParams(http.queryString); params.get('jwt'); params.forEach(f)", "", "jwt"),
        ("http.queryString; searchParams.get('a'); query.b; query['c']; parse(text).d", "", "a b c d"),
        ("params.get('a')", "", ""),
    ],
)
def test_names_of_headers_and_parameters(tmp_path: Path, code: str, headers: str, parameters: str) -> None:
    found = reads(tmp_path, {"index.js": code}, NODE)
    assert (" ".join(found.headers), " ".join(found.parameters)) == (headers, parameters)


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ('event["token"]', True),
        ('event.get("token")', True),
        ('event["token"], mqtt["username"]', True),
        ('event.get("token") or mqtt["password"]', False),
        ('event.get("token") and event["signatureVerified"], mqtt["password"]', True),
        ('event["signatureVerified"], mqtt["password"]', False),
        ('mqtt["password"]', False),
    ],
)
def test_a_token_is_needed_unless_something_else_can_take_its_place(tmp_path: Path, code: str, needed: bool) -> None:
    assert reads(tmp_path, {"app.py": code}).needs_token is needed


def test_variables_without_those_of_lambda(tmp_path: Path) -> None:
    code = 'os.environ["TABLE"], environ.get("STAGE"), os.getenv("LEVEL"), os.environ["AWS_REGION"], environ["TABLE"]'
    assert reads(tmp_path, {"app.py": code}).variables == ("TABLE", "STAGE", "LEVEL")
    code = "process.env.POOL; process.env['KEY']; const { HOST, PORT: port = '1', AWS_REGION } = process.env;"
    assert reads(tmp_path, {"index.js": code}, NODE).variables == ("POOL", "KEY", "HOST", "PORT")


def test_modules_of_the_project_are_read_too_and_packages_are_not(tmp_path: Path) -> None:
    """Packages are those that a build lists next to the code."""
    files = {
        "app.py": "import library, shared.token\nfrom .parts.mqtt import username\nfrom parts import tls\nimport app",
        "parts/mqtt.py": "from ..deep import x\nmqtt['username']",
        "parts/tls.py": "tls['serverName']",
        "shared/token.py": "event['token']",
        "deep.py": "mqtt['clientId']",
        "library.py": "x.password",
        "library-1.0.dist-info/RECORD": "library.py,sha256=x,1\n",
    }
    assert reads(tmp_path, files).members == {"username", "serverName", "token", "clientId"}
    files = {
        "index.js": "require('./a'); import x from './b/c.mjs'; require('axios'); require('./none')",
        "a/index.js": "event.token",
        "b/c.mjs": "import '../a/index.js'; mqtt.username",
        "node_modules/axios/index.js": "x.headers",
    }
    assert reads(tmp_path, files, NODE).members == {"token", "username"}


def test_packages_in_a_bundle_are_not_read(tmp_path: Path) -> None:
    bundle = """
        var a = 1;
        // node_modules/axios/lib/core.js
        config.headers; auth.username;
        // src/authorizer.ts
        var handler = async (event) => event.protocolData.mqtt.password;
        // ../node_modules/jose/index.js
        x.serverName;
    """
    assert reads(tmp_path, {"index.js": bundle}, NODE).members == {"password"}


def test_an_unreadable_file_reads_nothing(tmp_path: Path) -> None:
    assert reads(tmp_path, {}) == Reads()
    (tmp_path / "app.py").write_bytes(b"\xff")
    assert reads(tmp_path, {}) == Reads()
