"""Settings of a project besides its own files: values that only AWS knows, an interpreter, the function to serve.

From the command line, `authlens.yaml` next to the template, and the files of SAM and of the Serverless Framework, in
this order of precedence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from authlens.core.contract import management
from authlens.core.request.authorizer import Authorizer
from authlens.core.text.yaml_reader import YamlError, YamlNode, decode, load
from authlens.endpoint.templates.definition_file import content_of, project_folders
from authlens.endpoint.templates.definitions import DefinitionError, account_of, authorizer_refusal, region_of_node
from authlens.endpoint.templates.function_checks import Unfit, checked_variable, filled, unfit_at
from authlens.endpoint.templates.noticed import notice
from authlens.user_path import NotAPath, user_path

FILE = "authlens.yaml"
FUNCTION_KEYS = ("codeUri", "handler", "runtime", "command", "interpreter", "env")
KEYS = (
    *("template", "parameters", "env", "envFile", "region", "account", "interpreter"),
    *("function", "tokenKeyName", "publicKey", "functions"),
)


COMMAND_STEP = "name a program that speaks the Runtime API: command under functions: in authlens.yaml"
IMAGE_STEP = "give its runtime, handler and codeUri, or a command, under functions: in authlens.yaml"
KEY_STEP = (
    "give its signing key with --public-key FILE, or publicKey: FILE in authlens.yaml; "
    "'authlens init DIR --from FILE' makes one"
)
FUNCTION_OPTION = "--function NAME, or function: NAME in authlens.yaml"


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """The settings of one function, by its logical id."""

    code_uri: Path | None = None
    handler: str | None = None
    runtime: str | None = None
    command: tuple[str, ...] = ()
    interpreter: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    parameters: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    account: str | None = None
    interpreter: str | None = None
    """A path, or a name in PATH, for functions in its language."""
    function: str | None = None
    """The logical id of a function to serve as an authorizer of that name."""
    token_key_name: str | None = None
    public_key: Path | None = None
    """Without a key, signing is disabled."""
    functions: Mapping[str, FunctionSettings] = field(default_factory=dict)
    template: Path | None = None
    stack_name: str | None = None
    warnings: tuple[str, ...] = ()

    def over(self, other: ProjectSettings) -> ProjectSettings:
        """These settings, completed from the other ones."""
        known: dict[str, Any] = {}
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            known[each.name] = {**theirs, **mine} if isinstance(mine, Mapping) else (mine if mine else theirs)
        known["warnings"] = (*self.warnings, *other.warnings)
        return ProjectSettings(**known)


def settings_beside(path: Path, environ: Mapping[str, str] | None = None) -> ProjectSettings:
    """The settings files next to a template. Raises DefinitionError for an invalid authlens.yaml."""
    # Late, because these build ProjectSettings.
    from authlens.endpoint.templates.cloudformation.sam_config import SAM_CONFIGS, read_sam_config
    from authlens.endpoint.templates.cloudformation.serverless_state import SERVERLESS_STATE, read_serverless_state

    settings = ProjectSettings()
    for folder in project_folders(path):
        notice(*(folder / name for name in (FILE, *SAM_CONFIGS, SERVERLESS_STATE)))
        if (folder / FILE).is_file():
            settings = settings.over(read_settings(folder / FILE, environ))
    for folder in project_folders(path):
        sam = next((folder / name for name in SAM_CONFIGS if (folder / name).is_file()), None)
        settings = settings.over(read_sam_config(sam)) if sam else settings
        if (folder / SERVERLESS_STATE).is_file():
            settings = settings.over(read_serverless_state(folder / SERVERLESS_STATE))
    return settings


def read_settings(path: Path, environ: Mapping[str, str] | None = None) -> ProjectSettings:
    """An authlens.yaml. Raises DefinitionError."""
    path = Path(os.path.abspath(path))
    try:
        return _settings(load(decode(content_of(path))), path, os.environ if environ is None else environ)
    except YamlError as error:
        raise DefinitionError(path, error.line, error.column, error.message) from None
    except OSError as error:
        raise DefinitionError(path, 0, 0, f"cannot be read: {error.strerror}") from None


def _settings(root: YamlNode, path: Path, environ: Mapping[str, str]) -> ProjectSettings:
    if root.value is None:
        return ProjectSettings()
    given = root.fields(*KEYS)
    base = path.parent
    found = ProjectSettings()
    if "envFile" in given:
        file = _path(given["envFile"], base)
        try:
            found = replace(found, env=read_env_file(file))
        except (OSError, ValueError) as error:
            raise given["envFile"].error(f"{file} cannot be read: {_why(error)}") from None
    if "parameters" in given:
        found = replace(found, parameters={name: _value(node, environ) for name, node in _entries(given["parameters"])})
    if "env" in given:
        found = replace(found, env={**found.env, **_environment(given["env"], environ)})
    functions = _entries(given["functions"]) if "functions" in given else []
    return replace(
        found,
        interpreter=_program(given["interpreter"], base) if "interpreter" in given else None,
        function=given["function"].string() if "function" in given else None,
        token_key_name=given["tokenKeyName"].string() if "tokenKeyName" in given else None,
        public_key=_path(given["publicKey"], base) if "publicKey" in given else None,
        template=_path(given["template"], base) if "template" in given else None,
        region=region_of_node(given["region"]) if "region" in given else None,
        account=account_of(given["account"]) if "account" in given else None,
        functions={name: _function(node, base, environ) for name, node in functions},
    )


def _program(node: YamlNode, base: Path) -> str:
    """A path relative to the file, or a name in PATH."""
    text = node.string()
    return str(_path(node, base)) if os.sep in text else text


def _function(node: YamlNode, base: Path, environ: Mapping[str, str]) -> FunctionSettings:
    given = node.fields(*FUNCTION_KEYS)
    return FunctionSettings(
        code_uri=_path(given["codeUri"], base) if "codeUri" in given else None,
        handler=given["handler"].string() if "handler" in given else None,
        runtime=given["runtime"].string() if "runtime" in given else None,
        command=_command(given["command"], base) if "command" in given else (),
        interpreter=_program(given["interpreter"], base) if "interpreter" in given else None,
        env=_environment(given["env"], environ) if "env" in given else {},
    )


def _command(node: YamlNode, base: Path) -> tuple[str, ...]:
    words = node.list()
    return (_program(words[0], base), *(word.string("command") for word in words[1:])) if words else ()


def _entries(node: YamlNode) -> list[tuple[str, YamlNode]]:
    return [] if node.value is None else list(node.mapping().items())


def _environment(node: YamlNode, environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, each in _entries(node):
        with unfit_at(each.key or each):
            found[name] = checked_variable(name, _value(each, environ))
    return found


def _value(node: YamlNode, environ: Mapping[str, str]) -> str:
    """Text, or a number or boolean as written. `${env:NAME}` comes from the environment."""
    text = node.text if isinstance(node.value, int | float | bool) and node.text is not None else node.string()
    with unfit_at(node):
        return filled(text, environ)


def _path(node: YamlNode, base: Path) -> Path:
    try:
        return Path(os.path.abspath(user_path(node.string(), base)))
    except NotAPath as error:
        raise node.error(str(error)) from None


_VALUE = re.compile(
    r"""(?P<space>[^\S\n]*)
    (?:(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>[^']*)')[^\S\n]*(?:\#[^\n]*)?(?=\n)
    |(?P<plain>[^\n]*))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?P<character>.)", re.DOTALL)
_LONGEST_ENV_FILE = 128 * 1024
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=VALUE` lines, comments, `export`, and quotes over several lines, as dotenv reads them.

    Raises OSError, ValueError.
    """
    content = content_of(path, _LONGEST_ENV_FILE)
    if len(content) > _LONGEST_ENV_FILE:
        raise ValueError(f"it is larger than {_LONGEST_ENV_FILE // 1024} KiB")
    text = content.decode("utf-8-sig").replace("\r\n", "\n") + "\n"
    found: dict[str, str] = {}
    start = 0
    while start < len(text):
        end = text.index("\n", start)
        before, equals, _ = text[start:end].partition("=")
        if equals and not before.lstrip().startswith("#"):
            name = before.strip().removeprefix("export ").strip()
            value, end = _written_value(text, start + len(before) + 1)
            try:
                found[name] = checked_variable(name, value)
            except Unfit as reason:
                raise ValueError(f"line {_line(text, start)}: {reason}") from None
        elif before.strip() and not before.lstrip().startswith("#"):
            raise ValueError(f"line {_line(text, start)} is not NAME=VALUE")
        start = end + 1
    return found


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _written_value(text: str, place: int) -> tuple[str, int]:
    """The value that is written there, and where it ends."""
    written = _VALUE.match(text, place)
    assert written
    if written["double"] is not None:
        return _ESCAPE.sub(lambda found: _ESCAPES.get(found["character"], found[0]), written["double"]), written.end()
    if written["single"] is not None:
        return written["single"], written.end()
    value = written["space"] + written["plain"]
    comment = re.search(r"\s#", value)
    return value[: comment.start() if comment else None].strip(), written.end()


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def with_signing(authorizer: Authorizer, settings: ProjectSettings) -> Authorizer:
    """The authorizer with the configured key; without one, signing is disabled. Raises DefinitionError."""
    name = settings.token_key_name or authorizer.token_key_name
    if settings.public_key is None:
        return replace(authorizer, signing_disabled=True, token_key_name=name)
    path = settings.public_key
    try:
        pem = content_of(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise DefinitionError(path, 0, 0, f"the public key cannot be read: {why}") from None
    refusal = management.key_refusal(authorizer.name, "key", pem)
    if refusal:
        raise DefinitionError(path, 0, 0, f"AWS IoT refuses this: {refusal.message}")
    return replace(
        authorizer,
        signing_disabled=False,
        token_key_name=name or "token",
        token_signing_public_keys=(("key", pem),),
    )


def refusal_step(authorizer: Authorizer) -> str:
    """What to do about AWS's refusal of it, if the reason is its signing."""
    without = replace(authorizer, signing_disabled=True, token_signing_public_keys=())
    if authorizer.signing_disabled or authorizer_refusal(without) is not None:
        return ""
    return KEY_STEP if authorizer.token_key_name else "give it a token key name, or disable signing"


def with_key_if_needed(authorizer: Authorizer, settings: ProjectSettings) -> Authorizer:
    """The authorizer with the configured key if AWS would refuse its own. Raises DefinitionError."""
    if authorizer.signing_disabled or settings.public_key is None or authorizer_refusal(authorizer) is None:
        return authorizer
    return with_signing(authorizer, settings)
