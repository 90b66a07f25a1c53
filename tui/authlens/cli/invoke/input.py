"""Combines options, input documents, standard input and a saved request into the request that is sent.

The rule: values on the command line are literal, as in the AWS CLI; only saved requests have references. Options
override an input document, and both override the saved request.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.inputs.files import STDIN_OPTIONS, load, read_secret
from authlens.core.commands import values as member_rules
from authlens.core.commands.options import GivenOptions
from authlens.core.request import references
from authlens.core.request.members import FIELDS
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.source import source_of, split_source
from authlens.core.text.file_names import file_hint
from authlens.frozen import dataclass
from authlens.user_path import user_path

if TYPE_CHECKING:
    from authlens.cli.console.services import CliServices


_LONGEST = 2**31 - 1
"""In seconds; the system refuses much longer timeouts, with an error that names no option."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class InvokeInput:
    """What to send, and the folder that its paths are relative to."""

    saved: SavedRequest
    base: Path | None = None
    source: str | None = None
    """The saved request's path, if there is one, and the case in it."""

    @property
    def file(self) -> Path | None:
        return Path(split_source(self.source)[0]) if self.source else None


def gather(given: GivenOptions, raw_password: bool, services: CliServices, complete: bool = True) -> InvokeInput:
    """The request from the command line. Raises CommandError.

    complete: an authorizer is required; a form to be filled in may lack it.
    """
    draft = _saved_request(given, services)
    members = _members(given, raw_password, services.environ)
    _check(members, draft.saved.request.authorizer_name, complete, given)
    _point_out_file_names(given, services)
    request = _merged(draft.saved.request, members)
    request = _with_standard_input(request, given, members, services)
    saved = replace(draft.saved, request=request, target=_target(given, draft.saved))
    if request.token_signature != draft.saved.request.token_signature:
        saved = replace(saved, sign=None)
    return replace(draft, saved=saved)


def check_readable(given: GivenOptions, environ: Mapping[str, str]) -> None:
    """Checks what the AWS CLI checks even if nothing is sent: shorthand, JSON, files, numbers. Raises CommandError."""
    _members(given, raw_password=True, environ=environ)
    _target(given, SavedRequest(AuthorizerRequest()))


def _saved_request(given: GivenOptions, services: CliServices) -> InvokeInput:
    name, environment = given.text("request"), given.text("environment")
    if name is None:
        if environment is not None:
            raise CommandError("--environment applies to a saved request; use it with --request FILE")
        return InvokeInput(SavedRequest(AuthorizerRequest()))
    from authlens.cli.inputs.saved_requests import STDIN, file_and_case, read_saved_request

    file, case = file_and_case(name)
    if file == STDIN:
        _refuse_two_readers(given)
    saved, base = read_saved_request(name, services, environment)
    return InvokeInput(saved, base, None if file == STDIN else source_of(str(user_path(file)), case))


def _refuse_two_readers(given: GivenOptions) -> None:
    option = next((key for key in STDIN_OPTIONS if given.flag(key)), None)
    if option:
        raise CommandError(f"--request - and --{option.replace('_', '-')} both read standard input; use one of them")


def _members(given: GivenOptions, raw_password: bool, environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        members = member_rules.of_options(given, lambda text: load(text, environ))
        for name, value in _document(given, environ).items():
            members.setdefault(name, value)
        if not raw_password:
            member_rules.decode_password(members)
    except member_rules.NotBase64 as error:
        raise CommandError(str(error), ExitCode.OTHER) from None
    except member_rules.MemberError as error:
        raise _refused(error) from None
    return members


def _document(given: GivenOptions, environ: Mapping[str, str]) -> Mapping[str, Any]:
    as_json, as_yaml = given.text("cli_input_json"), given.text("cli_input_yaml")
    if as_json is not None and as_yaml is not None:
        raise CommandError("Only one --cli-input- parameter may be specified: --cli-input-json or --cli-input-yaml")
    document = as_json if as_yaml is None else as_yaml
    if document is None:
        return {}
    option = "--cli-input-json" if as_yaml is None else "--cli-input-yaml"
    try:
        text = load(document, environ)
    except member_rules.UnreadableValue as error:
        raise member_rules.MemberError(str(error), option) from None
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if as_yaml is None:
        document_members: dict[str, Any] = member_rules.from_json(option, text)
        return document_members
    from authlens.cli.invoke.invoke_yaml_input import members

    return members(text)


def _check(members: Mapping[str, Any], saved_name: str | None, complete: bool, given: GivenOptions) -> None:
    if complete and "authorizerName" not in members and saved_name is None:
        raise CommandError("the following arguments are required: --authorizer-name")
    name = members.get("authorizerName")
    if isinstance(name, str) and _LONE_SURROGATE.search(name):
        raise CommandError("argument --authorizer-name: not valid text, so it cannot be part of a URL", ExitCode.OTHER)
    try:
        member_rules.check({"authorizerName": saved_name or "unnamed", **members})
    except member_rules.MemberError as error:
        raise CommandError(f"{_refused(error)}\nGiven by {', '.join(_blamed(str(error), given))}.") from None


def _point_out_file_names(given: GivenOptions, services: CliServices) -> None:
    """A text member is sent as written, even if a file was probably meant."""
    for key in ("token", "token_signature"):
        hint = file_hint(given.text(key) or "")
        if hint:
            narrate(f"authlens: note: --{key.replace('_', '-')} is sent as written. {hint}", services.stderr)


def _blamed(problems: str, given: GivenOptions) -> list[str]:
    """The options behind the members that the problems name."""
    places = re.findall(r"^.*? parameter (?:in )?(\w+)", problems, re.MULTILINE)
    options = [key for name, key in FIELDS.items() if name in places and given.text(key) is not None]
    documents = [key for key in ("cli_input_json", "cli_input_yaml") if given.text(key) is not None]
    by_options = {member for member, key in FIELDS.items() if key in options}
    blamed = options if by_options.issuperset(places) else [*options, *documents]
    return [f"--{key.replace('_', '-')}" for key in blamed]


def _refused(error: member_rules.MemberError) -> CommandError:
    return CommandError(f"An error occurred (ParamValidation): {error}")


def _merged(saved: AuthorizerRequest, members: Mapping[str, Any]) -> AuthorizerRequest:
    written = AuthorizerRequest.from_api(references.literal(_with_readable_password(members)))
    fields = [field for member, field in FIELDS.items() if member in members]
    return replace(saved, **{field: getattr(written, field) for field in fields})


def _with_readable_password(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members, with a base64 password decoded to text if possible, as it is saved and shown."""
    mqtt = members.get("mqttContext") or {}
    try:
        return {**members, "mqttContext": {**mqtt, "password": mqtt["password"].decode("utf-8")}}
    except (KeyError, AttributeError, UnicodeDecodeError):
        return members


def _with_standard_input(
    request: AuthorizerRequest, given: GivenOptions, members: Mapping[str, Any], services: CliServices
) -> AuthorizerRequest:
    asked = [key for key in STDIN_OPTIONS if given.flag(key)]
    if not asked:
        return request
    if len(asked) > 1:
        raise CommandError(
            "standard input holds one secret; give only one of --token-stdin, --token-signature-stdin, --password-stdin"
        )
    option = f"--{asked[0].replace('_', '-')}"
    _refuse_second_source(asked[0], option, members)
    secret = references.literal(read_secret(services.stdin, option))
    if not secret:
        raise CommandError(f"{option}: standard input is empty")
    if asked[0] == "password_stdin":
        return replace(request, mqtt_context=replace(request.mqtt_context or MqttContext(), password=secret))
    if isinstance(secret, bytes):
        raise CommandError(f"{option}: standard input is not UTF-8 text")
    return replace(request, **{asked[0].removesuffix("_stdin"): secret})


def _refuse_second_source(key: str, option: str, members: Mapping[str, Any]) -> None:
    place = STDIN_OPTIONS[key]
    twice = (
        "password" in members.get("mqttContext", {})
        if key == "password_stdin"
        else {"--token": "token", "--token-signature": "tokenSignature"}[place] in members
    )
    if twice:
        raise CommandError(f"{place} is given twice: by {option} and on the command line")


def target_of(given: GivenOptions) -> Target:
    """The target according to the options."""
    target: Target = _target(given, SavedRequest(AuthorizerRequest()))
    return target


def _target(given: GivenOptions, saved: SavedRequest) -> Any:
    changes: dict[str, Any] = {
        key: given.text(key)
        for key in ("profile", "region", "endpoint_url", "ca_bundle")
        if given.text(key) is not None
    }
    for key, option in (("read_timeout", "cli_read_timeout"), ("connect_timeout", "cli_connect_timeout")):
        if given.text(option) is not None:
            changes[key] = _seconds(option, given.text(option) or "")
    if given.flag("no_verify_ssl"):
        changes["verify_ssl"] = False
    if given.flag("no_sign_request"):
        changes["sign_request"] = False
    if "endpoint_url" in changes:
        changes["local"] = None
    return replace(saved.target, **changes)


def _seconds(option: str, text: str) -> float:
    with suppress(ValueError):
        if 0 <= int(text) <= _LONGEST:
            return float(int(text))
    name = option.replace("_", "-")
    raise CommandError(f"argument --{name}: must be a whole number of seconds from 0 to {_LONGEST}", ExitCode.OTHER)


def rebased(draft: InvokeInput, folder: Path) -> SavedRequest:
    """The request rewritten for another folder, so that its relative paths name the same files."""
    saved = draft.saved

    def moved(path: str) -> str:
        return path if os.path.isabs(path) else os.path.relpath((draft.base or Path()) / path, folder)

    if saved.sign is not None:
        saved = replace(saved, sign=replace(saved.sign, key=moved(saved.sign.key)))
    if saved.target.local not in (None, "demo"):
        saved = replace(saved, target=replace(saved.target, local=moved(saved.target.local or "")))
    return saved
