"""Reads the authorizers of a SAM, CloudFormation or synthesised CDK template, and says what it could not resolve.

What is wrong stops with a DefinitionError. What only AWS knows (an S3 bucket with the code, another stack's function)
becomes a warning, and the authorizer that needs it is left out.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authlens.core.request.authorizer import Authorizer
from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import Node, YamlError
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.definition_file import DEFAULT_REGION, content_of
from authlens.endpoint.templates.definitions import (
    DEFAULT_ACCOUNT,
    DEFAULT_MEMORY_SIZE,
    AuthorizerDefinition,
    DefinitionError,
    Definitions,
    FunctionDefinition,
    authorizer_arn,
    authorizer_refusal,
    function_arn,
)
from authlens.endpoint.templates.function_checks import Unfit, unfit_at
from authlens.endpoint.templates.lambda_runtimes import RESERVED, language
from authlens.endpoint.templates.template_text import load_template
from authlens.endpoint.templates.template_values import NO_VALUE, Resolver, Unresolvable, as_text, section

LAMBDA_TIMEOUT = 3.0
"""Seconds; Lambda's default, which SAM keeps."""
AUTHORIZER = "AWS::IoT::Authorizer"
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
QUALIFIED = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
INLINE_FILES = {"python": "index.py", "nodejs": "index.js"}


def read_template(path: Path, ask: bool = True) -> Definitions:
    """What a template defines; its `warnings` say what could not be resolved. Raises DefinitionError.

    ask: interpreters may be asked for their versions; without it nothing is run.
    """
    path = Path(path).absolute()
    try:
        root = load_template(yaml_reader.decode(content_of(path)))
        return _Template(root.mapping(), path, ask).definitions()
    except YamlError as error:
        raise DefinitionError(path, error.line, error.column, error.message) from None
    except OSError as error:
        raise DefinitionError(path, 0, 0, f"cannot be read: {error.strerror}") from None


class _Template:
    """One template: its resources, and what they refer to."""

    def __init__(self, root: Mapping[str, Node], path: Path, ask: bool) -> None:
        self._path = path
        self._ask = ask
        resources = section(root, "Resources")
        self._resources: dict[str, dict[str, Node]] = {
            name: node.value for name, node in resources.items() if isinstance(node.value, dict)
        }
        self._globals = section(section(root, "Globals"), "Function")
        self._resolver = Resolver(root, _pseudo_parameters(path), self._reference)
        self._functions: dict[str, FunctionDefinition] = {}
        self._notes: list[str] = []

    def definitions(self) -> Definitions:
        found = [name for name, fields in self._resources.items() if _type(fields) == AUTHORIZER]
        read = [self._authorizer_if_possible(name) for name in found]
        authorizers = tuple(definition for definition in read if definition)
        notes = tuple(dict.fromkeys(self._notes))
        if not authorizers:
            none = f"the template has no {AUTHORIZER} that can run here"
            raise DefinitionError(self._path, 0, 0, "; ".join((none, *notes)))
        return Definitions(DEFAULT_REGION, DEFAULT_ACCOUNT, authorizers, tuple(self._functions.values()), notes)

    def _note(self, node: Node, text: str) -> None:
        self._notes.append(f"{self._path}, line {node.line}: {text}")

    def _authorizer_if_possible(self, name: str) -> AuthorizerDefinition | None:
        fields = self._resources[name]
        place = fields["Type"]
        try:
            if "Condition" in fields and not self._resolver.condition(place, fields["Condition"].string()):
                return None
            return self._authorizer(name, section(fields, "Properties"), place)
        except Unresolvable as problem:
            self._note(problem.node, f"{problem.reason}; the authorizer {name} is left out")
            return None

    def _authorizer(self, logical: str, properties: Mapping[str, Node], place: Node) -> AuthorizerDefinition:
        read = _Properties(self._resolver, properties)
        function = self._function_behind(properties.get("AuthorizerFunctionArn", place), read)
        name = self._physical(logical, "AuthorizerName")
        keys = read.value("TokenSigningPublicKeys", {})
        authorizer = Authorizer(
            name=name,
            arn=authorizer_arn(DEFAULT_REGION, DEFAULT_ACCOUNT, name),
            function_arn=function.arn,
            status=as_text(read.value("Status", "INACTIVE")),
            signing_disabled=as_text(read.value("SigningDisabled", False)) == "true",
            token_key_name=read.text("TokenKeyName"),
            token_signing_public_keys=tuple((key, as_text(pem)) for key, pem in keys.items()),
            enable_caching_for_http=as_text(read.value("EnableCachingForHttp", False)) == "true",
        )
        refusal = authorizer_refusal(authorizer)
        if refusal:
            raise place.error(f"AWS IoT refuses this: {refusal.message}")
        return AuthorizerDefinition(authorizer, function)

    def _function_behind(self, place: Node, read: _Properties) -> FunctionDefinition:
        arn = read.text("AuthorizerFunctionArn") or ""
        for logical, fields in self._resources.items():
            if _type(fields) in FUNCTIONS:
                name = self._physical(logical, "FunctionName")
                whole = function_arn(DEFAULT_REGION, DEFAULT_ACCOUNT, name)
                if arn in (whole, name) or arn.startswith(f"{whole}:"):
                    if name not in self._functions:
                        self._functions[name] = self._function(logical, name)
                    return self._functions[name]
        raise Unresolvable(place, "its function is not in this template")

    def _function(self, logical: str, name: str) -> FunctionDefinition:
        fields = self._resources[logical]
        properties: dict[str, Node] = {**self._globals, **section(fields, "Properties")}
        read = _Properties(self._resolver, properties)
        place = fields["Type"]
        runtime = self._runtime(properties, read, place)
        environment = self._environment(section(fields, "Properties"))
        folder = _Code(self._path, fields, properties, self._resolver).folder(runtime)
        handler = read.text("Handler") or ""
        if "Layers" in properties:
            self._note(properties["Layers"], f"the layers of the function {logical} are not used here")
        if language(runtime) != "provided":
            with unfit_at(properties.get("Handler", place)):
                function_checks.check_handler(folder, handler, runtime, environment)
        return FunctionDefinition(
            name=name,
            code_uri=folder,
            handler=handler,
            runtime=runtime,
            environment=environment,
            timeout=read.number("Timeout", LAMBDA_TIMEOUT),
            memory_size=int(read.number("MemorySize", DEFAULT_MEMORY_SIZE)),
            command=self._command(runtime, folder, place),
            arn=function_arn(DEFAULT_REGION, DEFAULT_ACCOUNT, name),
        )

    def _runtime(self, properties: Mapping[str, Node], read: _Properties, place: Node) -> str:
        runtime = read.text("Runtime")
        place = properties.get("Runtime", place)
        if runtime is None:
            raise Unresolvable(place, "a function without a Runtime (an image) does not run here")
        try:
            function_checks.checked_runtime(runtime)
        except Unfit as reason:
            raise Unresolvable(place, str(reason)) from None
        if self._ask and language(runtime) != "provided":
            with unfit_at(place):
                warning = function_checks.version_warning(runtime, None)
            if warning:
                self._note(place, warning)
        return runtime

    def _command(self, runtime: str, folder: Path, place: Node) -> tuple[str, ...]:
        if language(runtime) != "provided":
            return ()
        with unfit_at(place):
            return function_checks.own_bootstrap(folder)

    def _environment(self, properties: Mapping[str, Node]) -> dict[str, str]:
        """The variables of Globals and of the function; what cannot be resolved is left out, and said."""
        variables = {
            **section(section(self._globals, "Environment"), "Variables"),
            **section(section(properties, "Environment"), "Variables"),
        }
        return {name: value for name, node in variables.items() if (value := self._variable(name, node)) is not None}

    def _variable(self, name: str, node: Node) -> str | None:
        if name in RESERVED:
            self._note(node, f"the variable {name} is left out: Lambda sets it")
            return None
        try:
            value = self._resolver.resolve(node)
        except Unresolvable as problem:
            return self._stand_in(name, node, problem)
        with unfit_at(node):
            return None if value is NO_VALUE else function_checks.checked_variable(name, as_text(value))

    def _stand_in(self, name: str, node: Node, problem: Unresolvable) -> str | None:
        """A resource's logical name stands for it, so that a function that reads the variable finds one."""
        logical = node.plain().get("Ref") if isinstance(node.value, dict) else None
        if logical in self._resources:
            self._note(node, f"the variable {name} is {logical!r} here; the name of that resource is known on AWS only")
            return str(logical)
        self._note(node, f"the variable {name} is left out: {problem.reason}")
        return None

    def _physical(self, logical: str, key: str) -> str:
        """The name a resource is given; its logical one where the template gives none."""
        properties = section(self._resources[logical], "Properties")
        try:
            return _Properties(self._resolver, properties).text(key) or logical
        except Unresolvable as problem:
            self._note(problem.node, f"{problem.reason}; {logical} is called so here")
            return logical

    def _reference(self, logical: str, attribute: str | None) -> str | None:
        """What Ref and GetAtt say of a resource, where that is known here."""
        kind = _type(self._resources.get(logical, {}))
        if kind in FUNCTIONS:
            name = self._physical(logical, "FunctionName")
            arn = function_arn(DEFAULT_REGION, DEFAULT_ACCOUNT, name)
        elif kind == AUTHORIZER:
            name = self._physical(logical, "AuthorizerName")
            arn = authorizer_arn(DEFAULT_REGION, DEFAULT_ACCOUNT, name)
        elif kind in QUALIFIED:
            return self._qualified(logical)
        else:
            return None
        return {None: name, "Arn": arn}.get(attribute)

    def _qualified(self, logical: str) -> str:
        """The ARN of an alias or a version: of its function, which here has one state only."""
        read = _Properties(self._resolver, section(self._resources[logical], "Properties"))
        function = read.text("FunctionName") or ""
        whole = function if function.startswith("arn:") else function_arn(DEFAULT_REGION, DEFAULT_ACCOUNT, function)
        return f"{whole}:{read.text('Name') or 1}"


class _Properties:
    """The properties of one resource, resolved as they are asked for."""

    def __init__(self, resolver: Resolver, properties: Mapping[str, Node]) -> None:
        self._resolver = resolver
        self._properties = properties

    def value(self, name: str, default: Any) -> Any:
        if name not in self._properties:
            return default
        value = self._resolver.resolve(self._properties[name])
        return default if value is NO_VALUE or value is None else value

    def text(self, name: str) -> str | None:
        value = self.value(name, None)
        return None if value is None else as_text(value)

    def number(self, name: str, default: float) -> float:
        value = self.value(name, default)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise self._properties[name].error(f"{name} must be a number") from None


class _Code:
    """Where the code of a function lies on this machine."""

    def __init__(
        self, template: Path, fields: Mapping[str, Node], properties: Mapping[str, Node], resolver: Resolver
    ) -> None:
        self._base = template.parent
        self._metadata = _Properties(resolver, section(fields, "Metadata"))
        self._properties = properties
        self._read = _Properties(resolver, properties)
        self._place = fields["Type"]

    def folder(self, runtime: str) -> Path:
        inline = self._inline()
        if inline is not None:
            return _written(inline, runtime, self._place)
        path = self._metadata.text("aws:asset:path") or self._local_path()
        with unfit_at(self._properties.get("CodeUri", self._properties.get("Code", self._place))):
            return function_checks.checked_folder(path, self._base)

    def _inline(self) -> str | None:
        code = self._read.value("Code", None) if self._is_inline() else None
        return self._read.text("InlineCode") or (code and as_text(code["ZipFile"]))

    def _is_inline(self) -> bool:
        code = self._properties.get("Code")
        return code is not None and isinstance(code.value, dict) and "ZipFile" in code.value

    def _local_path(self) -> str:
        """SAM's CodeUri (the template's own folder where there is none), or a local Code before it is packaged."""
        name = "CodeUri" if "CodeUri" in self._properties or "Code" not in self._properties else "Code"
        place = self._properties.get(name, self._place)
        if isinstance(place.value, dict) and any(key.startswith(("Bucket", "S3", "Image")) for key in place.value):
            raise Unresolvable(place, "the code lies in S3 or in an image, not on this machine")
        path = self._read.value(name, ".")
        if not isinstance(path, str) or path.startswith("s3://"):
            raise Unresolvable(place, "the code lies in S3, not on this machine")
        return path


def _written(code: str, runtime: str, place: Node) -> Path:
    """A folder with the code of an inline function, for as long as this process runs."""
    name = INLINE_FILES.get(language(runtime))
    if name is None:
        raise place.error(f"inline code is for Python and Node.js, not for {runtime}")
    folder = Path(tempfile.mkdtemp(prefix="authlens-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / name).write_text(code, encoding="utf-8")
    return folder


def _type(fields: Mapping[str, Node]) -> str:
    return str(fields["Type"].value) if "Type" in fields else ""


def _pseudo_parameters(path: Path) -> dict[str, Any]:
    stack = path.parent.name or "stack"
    return {
        "AWS::Region": DEFAULT_REGION,
        "AWS::AccountId": DEFAULT_ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": stack,
        "AWS::StackId": f"arn:aws:cloudformation:{DEFAULT_REGION}:{DEFAULT_ACCOUNT}:stack/{stack}/0",
        "AWS::NotificationARNs": [],
        "AWS::NoValue": NO_VALUE,
    }
