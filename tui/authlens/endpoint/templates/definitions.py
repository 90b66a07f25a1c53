"""What a local endpoint runs: authorizers and their functions, read from a file of the user.

Every error in such a file is a DefinitionError with file, line, column and reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Literal, TypeVar

from authlens.core.contract import management
from authlens.core.contract.refusal import Refusal
from authlens.core.deployment.deployment import Domain
from authlens.core.invocation.local_run import Unresolved
from authlens.core.policy.arn import partition_of, split
from authlens.core.request.authorizer import Authorizer
from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import YamlError, YamlNode
from authlens.endpoint.templates import function_checks, function_entries
from authlens.endpoint.templates.definition_file import DEFAULT_ACCOUNT, DEFAULT_REGION, content_of
from authlens.endpoint.templates.device_entries import read_default, read_domains
from authlens.endpoint.templates.function_checks import unfit_at
from authlens.endpoint.templates.lambda_runtimes import language
from authlens.endpoint.templates.noticed import noticing
from authlens.frozen import dataclass
from authlens.user_path import user_path

DEFAULT_TIMEOUT = 5.0
"""Seconds. AWS IoT ends an authorizer's function after five (contract §5)."""
DEFAULT_MEMORY_SIZE = 128
"""MiB, as Lambda's."""
FILE_KEYS = ("region", "account", "authorizers", "defaultAuthorizer", "domains")
AUTHORIZER_KEYS = ("status", "signingDisabled", "tokenKeyName", "tokenSigningPublicKeys", "enableCachingForHttp")
FUNCTION_KEYS = (
    *("codeUri", "handler", "runtime", "environment", "timeout", "memorySize"),
    *("interpreter", "command", "functionName"),
)

Value = TypeVar("Value")


class DefinitionError(Exception):
    """A file that defines authorizers cannot be used."""

    def __init__(self, path: Path, line: int, column: int, reason: str, notes: tuple[str, ...] = ()) -> None:
        where = f"{path}, line {line}, column {column}" if line else f"{path}"
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        """1-based; 0 for the file as a whole."""
        self.column = column
        self.reason = reason
        self.notes = notes
        """Other problems of the file, one line each."""
        self.files: tuple[Path, ...] = ()
        """What was read or looked for until then; a change of one of them may fix it."""

    def with_notes(self, notes: tuple[str, ...]) -> DefinitionError:
        """The same error with these notes, without repeating its own."""
        others = tuple(note for note in notes if self.reason not in note)
        return DefinitionError(self.path, self.line, self.column, self.reason, others)


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function with its Lambda configuration, and what this machine needs to run it."""

    name: str
    code_uri: Path
    """The absolute folder of its code, LAMBDA_TASK_ROOT."""
    handler: str
    """`module.function`; may be empty for runtime `provided`."""
    runtime: str
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: float = DEFAULT_TIMEOUT
    """Seconds."""
    memory_size: int = DEFAULT_MEMORY_SIZE
    """MiB."""
    interpreter: str | None = None
    """The absolute path of Python or Node.js; `None` means the running Python, or `node` from PATH."""
    command: tuple[str, ...] = ()
    """The program that speaks the Runtime API, for runtime `provided`, with an absolute path."""
    arn: str = ""
    origin: Literal["authorizers", "template", "function"] = "authorizers"
    """Where it is defined: in an authorizers.yaml, in a template or plan, or by `serve --function FILE:HANDLER`."""
    layers: tuple[Path, ...] = ()
    """The layers' folders; a later one hides files of an earlier one, as in /opt."""
    unresolved: tuple[Unresolved, ...] = ()
    """What could not be resolved for it."""
    differences: tuple[str, ...] = ()
    """How it differs from the function on Lambda, one sentence each."""
    permissions: tuple[str, ...] | None = None
    """The statements, as JSON, of the template's AWS::Lambda::Permission resources; `None` for other files."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Everything whose change restarts it: its code and its layers."""
        return (self.code_uri, *self.layers)

    @property
    def region(self) -> str:
        arn = split(self.arn)
        return arn.region if arn else DEFAULT_REGION


@dataclass(frozen=True, slots=True)
class AuthorizerDefinition:
    authorizer: Authorizer
    function: FunctionDefinition


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that one file defines."""

    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    authorizers: tuple[AuthorizerDefinition, ...] = ()
    functions: tuple[FunctionDefinition, ...] = ()
    """Every function once, including those without an authorizer."""
    warnings: tuple[str, ...] = ()
    """Warnings with file and line."""
    default_authorizer: str | None = None
    """The account's default authorizer."""
    domains: tuple[Domain, ...] = ()
    """The domain configurations of hosts that devices connect to."""
    left_out: tuple[tuple[str, Unresolved], ...] = ()
    """The authorizers that cannot run here, by name, with the reason; also in `warnings`."""
    files: tuple[Path, ...] = ()
    """The files that were read or looked for; a change of one of them causes a reload."""


def read_definitions(path: Path, ask: bool = True) -> Definitions:
    """What an authorizers.yaml defines. Raises DefinitionError.

    ask: interpreters may be asked for their versions; without it nothing is run.
    """
    path = Path(path).absolute()
    return with_files(lambda: _read(path, ask))


def with_files(read: Callable[[], Definitions]) -> Definitions:
    """What `read` returns, or its DefinitionError, with every file that was read or looked for."""
    with noticing() as seen:
        try:
            definitions = read()
        except DefinitionError as error:
            error.files = tuple(seen)
            raise
    return replace(definitions, files=tuple(seen))


def _read(path: Path, ask: bool) -> Definitions:
    text = ""
    try:
        text = yaml_reader.decode(content_of(path))
        return _definitions(yaml_reader.load(text), path, ask)
    except YamlError as error:
        from authlens.core.pasted import kinds, other_files  # only where something else was given

        said = kinds.elsewhere(text, other_files.AUTHORIZERS)
        place = (0, 0, said) if said else (error.line, error.column, error.message)
        raise DefinitionError(path, *place) from None
    except OSError as error:
        raise DefinitionError(path, 0, 0, f"cannot be read: {error.strerror}") from None


def left_out(name: str, path: Path, line: int, reason: str, next_step: str = "") -> tuple[str, Unresolved]:
    """An authorizer that is not served, with the reason."""
    return name, Unresolved(f"the authorizer {name} is left out", reason, _place(path, line), next_step)


def warning_of(path: Path, line: int, text: str, next_step: str = "") -> str:
    """One line: the place, the problem, and the next step."""
    return f"{_place(path, line)}: {text}" + (f"; {next_step}" if next_step else "")


def _place(path: Path, line: int) -> str:
    return f"{path}, line {line}" if line else f"{path}"


def authorizer_arn(region: str, account: str, name: str) -> str:
    return f"arn:{partition_of(region)}:iot:{region}:{account}:authorizer/{name}"


def function_arn(region: str, account: str, name: str) -> str:
    return f"arn:{partition_of(region)}:lambda:{region}:{account}:function:{name}"


def _optional(fields: Mapping[str, YamlNode], key: str, read: Callable[[YamlNode], Value], default: Value) -> Value:
    return read(fields[key]) if key in fields else default


def _required(node: YamlNode, fields: Mapping[str, YamlNode], key: str) -> YamlNode:
    if key not in fields:
        raise (node.key or node).error(f"{key} is missing")
    return fields[key]


def _definitions(root: YamlNode, path: Path, ask: bool) -> Definitions:
    fields = root.fields(*FILE_KEYS)
    region = _optional(fields, "region", region_of_node, DEFAULT_REGION)
    account = _optional(fields, "account", account_of, DEFAULT_ACCOUNT)
    entries = _required(root, fields, "authorizers")
    if not entries.mapping():
        raise entries.error("authorizers is empty; it names each authorizer and its function")
    if len(entries.mapping()) > MOST_AUTHORIZERS:
        count = len(entries.mapping())
        raise entries.error(f"authorizers has {count:,} entries; at most {MOST_AUTHORIZERS} of one file are served")
    reader = _Reader(path, region, account, ask)
    authorizers: list[AuthorizerDefinition] = []
    faults: list[tuple[str, YamlError]] = []
    for name, node in entries.mapping().items():
        try:
            authorizers.append(reader.authorizer(name, node))
        except YamlError as fault:
            faults.append((name, fault))
    if not authorizers:
        raise faults[0][1]
    domains = read_domains(fields, entries.mapping(), path.parent)
    unserved = [
        warning_of(path, fault.line, f"{fault.message}; the authorizer {name} is left out") for name, fault in faults
    ]
    return Definitions(
        *(region, account, tuple(authorizers), tuple(reader.functions.values())),
        warnings=(*reader.warnings, *unserved, *(warning_of(path, *each) for each in domains.warnings)),
        default_authorizer=read_default(fields, entries.mapping()),
        domains=domains.domains,
        left_out=tuple(left_out(name, path, fault.line, fault.message) for name, fault in faults),
    )


MOST_AUTHORIZERS = 500


def is_region(text: str) -> bool:
    return re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", text) is not None


def region_of_node(node: YamlNode) -> str:
    if not is_region(node.string()):
        raise node.error("region must be the name of an AWS region, such as us-west-2")
    return node.string()


def account_of(node: YamlNode) -> str:
    if not re.fullmatch("[0-9]{12}", node.string()):
        raise node.error("account must be twelve digits")
    return node.string()


class _Reader:
    """Reads the entries of one file and collects their functions and warnings."""

    def __init__(self, path: Path, region: str, account: str, ask: bool) -> None:
        self._ask = ask
        self._path = path
        self._base = path.parent
        self._region = region
        self._account = account
        self.functions: dict[str, FunctionDefinition] = {}
        self.warnings: list[str] = []

    def authorizer(self, name: str, node: YamlNode) -> AuthorizerDefinition:
        _stop(node.key or node, management.name_refusal(name))
        fields = node.fields(*AUTHORIZER_KEYS, *FUNCTION_KEYS)
        function = self._shared(self._function(name, node, fields), node)
        given = fields["tokenSigningPublicKeys"].mapping() if "tokenSigningPublicKeys" in fields else {}
        keys = tuple((key, self._key(name, key, pem)) for key, pem in given.items())
        signing = "tokenKeyName" in fields or bool(keys)
        authorizer = Authorizer(
            name=name,
            arn=authorizer_arn(self._region, self._account, name),
            function_arn=function.arn,
            status=_optional(fields, "status", lambda status: status.choice(management.STATUSES), "ACTIVE"),
            signing_disabled=_optional(fields, "signingDisabled", YamlNode.boolean, not signing),
            token_key_name=_optional(fields, "tokenKeyName", YamlNode.string, None),
            token_signing_public_keys=keys,
            enable_caching_for_http=_optional(fields, "enableCachingForHttp", YamlNode.boolean, False),
        )
        _stop(_place_of_signing(node, fields), authorizer_refusal(authorizer))
        return AuthorizerDefinition(authorizer, function)

    def _key(self, authorizer: str, name: str, node: YamlNode) -> str:
        """The PEM text, given directly or as a path."""
        text = node.string()
        if "-----BEGIN" not in text:
            try:
                file = user_path(text, self._base)
                text = content_of(file).decode("utf-8")
            except UnicodeDecodeError:
                raise node.error(f"the key file {self._base / text} cannot be read: it is not a text file") from None
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else error
                raise node.error(f"the key file {self._base / text} cannot be read: {why}") from None
        _stop(node, management.key_refusal(authorizer, name, text))
        return text

    def _shared(self, function: FunctionDefinition, node: YamlNode) -> FunctionDefinition:
        """Authorizers may share a function, which must then be the same."""
        if self.functions.setdefault(function.name, function) != function:
            raise (node.key or node).error(f"another authorizer defines the function {function.name} in another way")
        return function

    def _function(self, name: str, node: YamlNode, fields: Mapping[str, YamlNode]) -> FunctionDefinition:
        name = _optional(fields, "functionName", function_entries.function_name_of, name)
        folder = self._folder(node, fields)
        environment = function_entries.environment_of(fields["environment"]) if "environment" in fields else {}
        handler = _optional(fields, "handler", YamlNode.string, "")
        interpreter = self._interpreter(fields)
        runtime = self._runtime(node, fields, function_checks.default_runtime(folder, handler, interpreter, self._ask))
        if language(runtime) != "provided":
            handler_node = _required(node, fields, "handler")
            with unfit_at(handler_node):
                function_checks.check_handler(folder, handler, runtime, environment)
        return FunctionDefinition(
            name=name,
            code_uri=folder,
            handler=handler,
            runtime=runtime,
            environment=environment,
            timeout=_optional(fields, "timeout", function_entries.timeout_of, DEFAULT_TIMEOUT),
            memory_size=_optional(fields, "memorySize", function_entries.memory_size_of, DEFAULT_MEMORY_SIZE),
            interpreter=interpreter,
            command=self._command(node, fields, runtime, folder),
            arn=function_arn(self._region, self._account, name),
        )

    def _folder(self, node: YamlNode, fields: Mapping[str, YamlNode]) -> Path:
        """A command needs no folder of code: then it runs in the folder of the file."""
        if "codeUri" not in fields and "command" in fields:
            return self._base
        code_uri = _required(node, fields, "codeUri")
        with unfit_at(code_uri):
            return function_checks.checked_folder(code_uri.string(), self._base)

    def _interpreter(self, fields: Mapping[str, YamlNode]) -> str | None:
        if "interpreter" not in fields:
            return None
        with unfit_at(fields["interpreter"]):
            return function_checks.checked_program(fields["interpreter"].string(), self._base)

    def _runtime(self, node: YamlNode, fields: Mapping[str, YamlNode], default: str) -> str:
        """The runtime, after checking that its interpreter starts; a different version is a warning."""
        runtime = "provided" if "command" in fields else default
        if "runtime" in fields:
            with unfit_at(fields["runtime"]):
                runtime = function_checks.checked_runtime(fields["runtime"].string())
        place = fields.get("interpreter", fields.get("runtime", node.key or node))
        if language(runtime) == "provided":
            if "interpreter" in fields:
                raise place.error("interpreter is for Python and Node.js; runtime provided has command")
            return runtime
        with unfit_at(place):
            interpreter = self._interpreter(fields)
            warning = function_checks.version_warning(runtime, interpreter) if self._ask else None
        if warning:
            self.warnings.append(f"{self._path}, line {place.line}: {warning}")
        return runtime

    def _command(self, node: YamlNode, fields: Mapping[str, YamlNode], runtime: str, folder: Path) -> tuple[str, ...]:
        place = fields.get("command", fields.get("runtime", node.key or node))
        if language(runtime) != "provided":
            if "command" in fields:
                raise place.error("command is for runtime provided; Python and Node.js have handler")
            return ()
        with unfit_at(place):
            if "command" not in fields:
                return function_checks.own_bootstrap(folder)
            command = [item.string("command") for item in place.list()]
            return function_checks.checked_command(command, folder, self._base)


def authorizer_refusal(authorizer: Authorizer) -> Refusal | None:
    """AWS's refusal to create it, if any."""
    keys = dict(authorizer.token_signing_public_keys) or None
    members = {
        "authorizerFunctionArn": authorizer.function_arn,
        "tokenKeyName": authorizer.token_key_name,
        "tokenSigningPublicKeys": keys,
        "signingDisabled": authorizer.signing_disabled,
        "status": authorizer.status,
    }
    return management.create_refusal(authorizer.name, members)


def _place_of_signing(node: YamlNode, fields: Mapping[str, YamlNode]) -> YamlNode:
    """The place to report if AWS refuses the signing settings."""
    for key in ("tokenSigningPublicKeys", "signingDisabled", "tokenKeyName"):
        if key in fields:
            return fields[key].key or fields[key]
    return node.key or node


def _stop(node: YamlNode, refusal: Refusal | None) -> None:
    if refusal:
        raise node.error(f"AWS IoT refuses this: {refusal.message}")
