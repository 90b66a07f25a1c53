"""A function's file without its handler's name: the only likely handler is taken, several are listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.endpoint.projects.bare_function import package_root
from authlens.endpoint.projects.handlers import handlers_of
from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.definitions import DefinitionError
from authlens.endpoint.templates.settings import ProjectSettings
from support.functions import invoke
from support.shapes import NODE, PYTHON, write

FOUND: dict[str, tuple[str, tuple[str, ...]]] = {
    "a.py": ("def allow(a, b): ...\ndef lambda_handler(event, context): ...\n", ("lambda_handler",)),
    "b.py": ("def authorize(evt, _ctx=None): ...\ndef one(a): ...\n", ("authorize",)),
    "c.py": (
        "def first(a, b): ...\ndef second(*words): ...\nclass A:\n  def handler(event, context): ...\n",
        ("first", "second"),
    ),
    "d.py": ("if True:\n  try:\n    def handler(event, context): ...\n  except E: ...\n", ("handler",)),
    "e.py": ("handler = wrap(main)\nOTHER = wrap(main)\n", ("handler",)),
    "f.py": ("async def handler(event, context): ...\n", ()),
    "g.py": (
        "\ufeffdef __call__(a, b): ...\ndef three(a, b, c): ...\ndef main(event, context, *m): ...\n",
        ("main",),
    ),
    "a.js": (NODE, ("handler",)),
    "b.js": (
        "// exports.no = 1\n/* exports.no = 2 */\nconst s = 'exports.no = 3';\nexports.connect = f;\n",
        ("connect",),
    ),
    "c.mjs": ("export const a = 1;\nexport async function authHandler(event) {}\n", ("authHandler",)),
    "d.cjs": (
        "module.exports = { one, two: (a) => ({ b: 1, c: [2, 3] }), async three() { x(1, 2); } };\n",
        ("one", "two", "three"),
    ),
    "e.mjs": ("export { a as handler, b };\n", ("handler",)),
    "f.js": ("if (exports.a == 1) {}\nmodule.exports = main;\n", ()),
    "g.js": (
        "Object.defineProperty(exports, '__esModule', {});\nexports.__esModule = true;\nexports.go = go;\n",
        ("go",),
    ),
    "h.js": ("module.exports = {", ()),
    "a.ts": ("export const handler: Handler = async (event) => {};\n", ("handler",)),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_candidates(tmp_path: Path, name: str) -> None:
    text, expected = FOUND[name]
    (tmp_path / name).write_text(text)
    assert handlers_of(tmp_path / name) == expected


def test_the_only_one_is_served_and_several_are_listed(tmp_path: Path) -> None:
    two = "def first(event, context): ...\ndef second(event, context): ...\n"
    write(tmp_path, {"app.py": PYTHON, "two.py": two, "none.py": "A = 1\n", "src.ts": "export const handler = 1;\n"})
    (each,) = read_source(ProjectSource(tmp_path / "app.py"), ask=False).authorizers
    assert (each.authorizer.name, each.function.handler) == ("app", "app.handler")
    (each,) = read_source(
        ProjectSource(tmp_path / "two.py", settings=ProjectSettings(function="second")), ask=False
    ).authorizers
    assert each.function.handler == "two.second"
    for source, words in (
        (ProjectSource(tmp_path / "two.py"), f"name one: {tmp_path}/two.py:first, {tmp_path}/two.py:second"),
        (ProjectSource(tmp_path / "none.py"), f"name it: {tmp_path}/none.py:HANDLER"),
        (ProjectSource(tmp_path / "app.py", "gone"), f"give {tmp_path}/app.py:handler"),
        (ProjectSource(tmp_path / "src.ts"), f"and name {tmp_path}/src.js:handler instead"),
    ):
        with pytest.raises(DefinitionError) as caught:
            read_source(source, ask=False)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"def handler(event, context:\n", "line 1, column 12", "not valid Python: '(' was never closed"),
        (b"\xff", "", "cannot be read: it is not a text file"),
        (b"a\0b", "", "not valid Python"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, content: bytes, place: str, reason: str) -> None:
    (tmp_path / "app.py").write_bytes(content)
    with pytest.raises(DefinitionError) as caught:
        read_source(ProjectSource(tmp_path / "app.py"), ask=False)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/app.py")
    assert place in message
    assert reason in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("code", "root"),
    [
        ("import json, boto3", "src/fleet/auth"),
        ("from .tokens import check", "src/fleet"),
        ("if True:\n    from ..shared import keys", "src"),
        ("from fleet.shared.keys import find", "src"),
        ("import auth.tokens", "src/fleet"),
        ("import helper\nimport src.fleet", ""),
        ("import token", "src/fleet/auth"),
        ("import beside", "src/fleet/auth"),
    ],
)
def test_a_python_file_is_imported_from_above_the_packages_that_it_names(tmp_path: Path, code: str, root: str) -> None:
    write(tmp_path, {"src/fleet/auth/app.py": code, "src/fleet/auth/beside.py": "", "src/fleet/auth/token.py": ""})
    assert package_root(tmp_path / "src/fleet/auth/app.py") == tmp_path / root


def test_a_function_in_a_package_runs(tmp_path: Path) -> None:
    write(tmp_path, {"fleet/app.py": f"from .values import SAYS\n{PYTHON}", "fleet/values.py": "SAYS = 1"})
    (function,) = read_source(ProjectSource(tmp_path / "fleet/app.py")).functions
    assert (function.code_uri, function.handler) == (tmp_path, "fleet.app.handler")
    (result,) = invoke(function, {})
    assert result.error_type is None
    assert result.payload is not None


@pytest.mark.parametrize(
    ("name", "better"), [("a b.py", "a_b.py"), ("auth.18.js", "auth_18.js"), ("v1.auth.py", "v1_auth.py")]
)
def test_a_file_that_no_handler_can_name_is_not_mistaken_for_another(tmp_path: Path, name: str, better: str) -> None:
    code = PYTHON if name.endswith(".py") else NODE
    write(tmp_path, {name: code, "auth.js": code})
    with pytest.raises(DefinitionError, match=f"such as to {better}"):
        read_source(ProjectSource(tmp_path / name))
