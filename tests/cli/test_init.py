"""authlens init: a project that works at once, and never overwrites anything."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest

from authlens.__main__ import main
from authlens.core.saved.saved_request_yaml import read
from authlens.core.signing.keys import public_pem_of
from authlens.endpoint.projects.bare_function import place_named
from authlens.endpoint.projects.source import ProjectSource, read_source, region_named
from authlens.endpoint.templates.definitions import read_definitions
from support.public_keys import pair
from support.shapes import PYTHON, bare, custom_resource, sam, write

FILES = {
    ".authlens/request.schema.json",
    "authorizers.yaml",
    "functions/sensors/app.py",
    "functions/tokens/app.py",
    "keys/.gitignore",
    "keys/private.pem",
    "keys/public.pem",
    "requests/1-sensor-with-its-password.yaml",
    "requests/2-vehicle-with-a-signed-token.yaml",
    "requests/3-wrong-password.yaml",
}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def authlens(*words: str | Path) -> Done:
    stdout, stderr = StringIO(), StringIO()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        code = main([str(word) for word in words])
    return Done(code, stdout.getvalue(), stderr.getvalue())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("work") / "my project"
    with pytest.MonkeyPatch.context() as patch:
        # It trusts what it made, and that is not for the state of whoever runs the tests.
        patch.setenv("XDG_STATE_HOME", str(folder.parent / "state"))
        return folder, authlens("init", folder)


def test_writes_what_it_lists(made: tuple[Path, Done]) -> None:
    folder, done = made
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert (done.returncode, written) == (0, FILES)
    assert set(done.stdout.splitlines()) == {str(folder / name) for name in FILES}
    assert f"authlens run '{folder}'" in done.stderr


def test_the_files_are_valid_and_private(made: tuple[Path, Done]) -> None:
    folder, _ = made
    definitions = read_definitions(folder / "authorizers.yaml")
    assert [definition.authorizer.name for definition in definitions.authorizers] == ["SensorPassword", "FleetToken"]
    assert definitions.warnings == ()
    for path in (folder / "requests").iterdir():
        saved = read(path.read_text("utf-8"))
        assert saved.target.local == "../authorizers.yaml"
        assert saved.expect
    assert "noqa" not in "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))


def test_the_keys_belong_together_and_to_this_project_alone(made: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = made
    private = folder / "keys/private.pem"
    assert public_pem_of(private.read_bytes()) == (folder / "keys/public.pem").read_text()
    assert private.stat().st_mode & 0o777 == 0o600
    before = os.umask(0)
    try:
        authlens("init", tmp_path / "other")
    finally:
        os.umask(before)
    files = [path for path in (tmp_path / "other").rglob("*") if path.is_file()]
    assert {path.suffix for path in files if path.stat().st_mode & 0o077} == {".py"}
    assert not [path for path in (tmp_path / "other").rglob("*") if path.stat().st_mode & 0o022]
    assert [(tmp_path / "other" / name).stat().st_mode & 0o777 for name in ("", "keys", "requests")] == [0o700] * 3
    assert (tmp_path / "other/keys/private.pem").read_bytes() != private.read_bytes()


def test_its_saved_requests_and_their_negative_cases_pass_at_once(made: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = made
    written = authlens("run", folder, "--negative", tmp_path / "refused")
    assert len(written.stdout.splitlines()) == 9
    assert "1 request expects to be refused" in written.stderr
    again = authlens("run", tmp_path / "refused", "--negative", tmp_path / "refused")
    assert again.stdout == "", "what must be refused is not made wrong once more"

    command = [sys.executable, "-m", "authlens", "run", str(folder), str(tmp_path / "refused"), "--no-history"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=50)
    assert done.returncode == 0, done.stderr
    assert "12 passed" in done.stdout + done.stderr


@pytest.mark.parametrize("make", [Path.touch, lambda path: os.symlink("/nowhere", path)], ids=["a file", "a link"])
def test_overwrites_nothing(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "authorizers.yaml")
    done = authlens("init", tmp_path)
    assert done.returncode == 252
    assert str(tmp_path / "authorizers.yaml") in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["authorizers.yaml"]


def test_a_folder_with_other_files_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("mine")
    assert authlens("init", ".").returncode == 0
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "the following arguments are required: DIR"),
        (("file",), "file is a file; give a folder"),
        (("file/below",), "cannot be written: Not a directory"),
    ],
)
def test_what_cannot_be_done_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    done = authlens("init", *words)
    assert (done.returncode, done.stdout) == (252, "")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_project_from_a_template_lists_the_values_to_fill_in(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": sam(), "src/app.py": PYTHON + "\ndef read(http): return http['headers']"})
    done = authlens("init", tmp_path / "try", "--from", tmp_path / "template.yaml")
    assert (done.returncode, "the parameter Secret has no default" in done.stderr) == (0, True)
    files = {str(path.relative_to(tmp_path / "try")) for path in (tmp_path / "try").rglob("*") if path.is_file()}
    assert files == {"authorizers.yaml", "authlens.yaml", "requests/fleet.yaml"}
    assert "# parameters:\n#   Secret: ''" in (tmp_path / "try/authlens.yaml").read_text()
    saved = read((tmp_path / "try/requests/fleet.yaml").read_text())
    assert (saved.target.local, saved.request.authorizer_name) == ("../authlens.yaml", "fleet")
    assert saved.request.http_context is not None
    (alone,) = read_definitions(tmp_path / "try/authorizers.yaml").authorizers
    (through,) = read_source(ProjectSource(tmp_path / "try/authlens.yaml")).authorizers
    assert alone.authorizer == through.authorizer
    assert alone.function.code_uri.samefile(through.function.code_uri)


def test_nothing_of_the_project_is_run(tmp_path: Path) -> None:
    """Not even an interpreter of its own, which its settings name, for its version."""
    mark = tmp_path / "it ran"
    write(tmp_path, {"template.yaml": sam(), "src/app.py": PYTHON, "authlens.yaml": "interpreter: ./python\n"})
    write(tmp_path, {"python": f"#!/bin/sh\ntouch '{mark}'\n"})
    (tmp_path / "python").chmod(0o755)
    done = authlens("init", tmp_path / "try", "--from", tmp_path)
    assert (done.returncode, mark.exists()) == (0, False)
    assert "python" in (tmp_path / "try/authorizers.yaml").read_text()


def test_a_project_from_a_function(tmp_path: Path) -> None:
    custom_resource(tmp_path)
    refused = authlens("init", tmp_path / "no", "--from", tmp_path / "template.yaml")
    assert (refused.returncode, "--function AuthFunction" in refused.stderr) == (252, True)
    done = authlens("init", tmp_path / "try", "--from", tmp_path / "template.yaml", "--function", "AuthFunction")
    assert done.returncode == 0
    assert "function: AuthFunction" in (tmp_path / "try/authlens.yaml").read_text()
    bare(tmp_path)
    assert authlens("init", tmp_path / "bare", "--from", f"{tmp_path}/src/authorize.py:handler").returncode == 0
    (each,) = read_definitions(tmp_path / "bare/authorizers.yaml").authorizers
    assert (each.authorizer.name, each.function.handler) == ("authorize", "authorize.handler")


ARN = "arn:aws:iot:eu-central-1:123456789012:client/*"
OTHER = "arn:aws:iot:eu-central-1:210987654321:client/*"


@pytest.mark.parametrize(
    ("code", "place"),
    [
        (f"A = '{ARN}'\nB = f'{ARN}{{x}}'\nC = 'arn:aws:s3:::bucket'\n", ("eu-central-1", "123456789012")),
        (f"A = ['{ARN}', '{OTHER}']\n", ("eu-central-1", None)),
        ("A = f'arn:aws:iot:{region}:{account}:client/*'\nB = 'arn:aws:iot:*:*:topic/x'\n", (None, None)),
    ],
)
def test_a_function_says_where_it_runs_by_its_arns(
    tmp_path: Path, code: str, place: tuple[str | None, str | None]
) -> None:
    (tmp_path / "app.py").write_text(f"{code}def handler(event, context): ...\n")
    assert place_named(tmp_path / "app.py") == place
    definitions = read_source(ProjectSource(tmp_path / "app.py"), ask=False)
    assert (definitions.region, definitions.account) == (place[0] or "us-west-2", place[1] or "000000000000")
    assert region_named(tmp_path / "app.py") == definitions.region


def test_the_request_of_a_signed_authorizer_has_a_token(tmp_path: Path) -> None:
    key = "".join(f"        {line}\n" for line in pair("a").public_pem.splitlines())
    signing = (
        f"TokenKeyName: jwt\n      TokenSigningPublicKeys:\n        k1: |\n    {key.replace(chr(10), chr(10) + '    ')}"
    )
    template = dedent(sam()).replace("SigningDisabled: true", signing)
    (tmp_path / "template.yaml").write_text(template)
    write(tmp_path, {"src/app.py": PYTHON})
    assert authlens("init", tmp_path / "try", "--from", tmp_path / "template.yaml").returncode == 0
    saved = read((tmp_path / "try/requests/fleet.yaml").read_text())
    assert (saved.request.token, saved.request.mqtt_context) == ("TOKEN", None)
    (each,) = read_definitions(tmp_path / "try/authorizers.yaml").authorizers
    assert dict(each.authorizer.token_signing_public_keys)["k1"].strip() == pair("a").public_pem.strip()


def test_an_authorizer_whose_key_is_not_known_gets_one_and_answers(tmp_path: Path) -> None:
    """Two commands, from a template whose key is a parameter to an answer that the function gave for the token."""
    signing = "TokenKeyName: jwt\n          TokenSigningPublicKeys: {k: !Ref Key}"
    template = sam().replace("Secret:", "Key: {Type: String, Default: ''}\n      Secret:", 1)
    template = template.replace("SigningDisabled: true", signing)
    code = PYTHON.replace(
        "return {", 'assert (event["token"], event["protocolData"]["mqtt"]["password"])\n    return {'
    )
    write(tmp_path, {"template.yaml": template, "src/app.py": code})
    done = authlens("init", tmp_path / "try", "--from", tmp_path / "template.yaml")
    assert (done.returncode, "publicKey: keys/public.pem" in (tmp_path / "try/authlens.yaml").read_text()) == (0, True)
    assert stat.S_IMODE((tmp_path / "try/keys/private.pem").stat().st_mode) == 0o600
    done = authlens("run", tmp_path / "try", "--no-history")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_a_path_that_no_file_can_name_is_one_line(tmp_path: Path) -> None:
    """A folder whose name is not UTF-8: YAML cannot contain it."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/p\xff"))
    bare(folder)
    refused = authlens("init", tmp_path / "try", "--from", folder / "src/authorize.py")
    assert refused.returncode == 252
    assert "a path that is not UTF-8 cannot be written into a file; rename it" in refused.stderr
    assert not (tmp_path / "try").exists()
