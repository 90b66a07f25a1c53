"""One template in its project: its resources, references to them, and nested stacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from authlens.core.policy.arn import DOMAINS, partition_of
from authlens.core.text.yaml_reader import YamlError, YamlNode
from authlens.endpoint.templates.cloudformation.values import (
    NO_VALUE,
    Outside,
    Resolver,
    Unresolvable,
    as_text,
    section,
)
from authlens.endpoint.templates.definitions import authorizer_arn, function_arn, warning_of
from authlens.endpoint.templates.settings import ProjectSettings
from authlens.endpoint.templates.unpack import Cache

AUTHORIZER = "AWS::IoT::Authorizer"
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
QUALIFIED = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SSM::Parameter": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Events::EventBus": "Name",
    "AWS::IoT::Thing": "ThingName",
    "AWS::IoT::Policy": "PolicyName",
    "AWS::IAM::Role": "RoleName",
}
"""The property that holds the name that `Ref` returns (documented on the page of each type)."""
Fields = Mapping[str, YamlNode]
Known = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StackEnvironment:
    """Where a stack is deployed."""

    region: str
    account: str


@dataclass(slots=True)
class Project:
    """All stacks that are read together, and what they share."""

    settings: ProjectSettings
    cache: Cache
    region: str
    account: str
    ask: bool = True
    """Interpreters may be asked for their versions; otherwise nothing is run."""
    stacks: list[Stack] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    owners: dict[str, Stack] = field(default_factory=dict)
    """The stack that owns a logical id, so that it needs no stack name in front."""
    _permissions: tuple[tuple[str, Known], ...] | None = None

    def exported(self, name: str) -> str | None:
        """The value of an export of any stack."""
        for stack in self.stacks:
            for output in stack.outputs.values():
                value = stack.export(output, name)
                if value is not None:
                    return value
        return None

    def of_kind(self, kinds: tuple[str, ...]) -> Iterator[tuple[Stack, str]]:
        for stack in self.stacks:
            yield from ((stack, logical) for logical in stack.of_kind(kinds))

    def permissions(self, read: Callable[[Project], Iterable[tuple[str, Known]]]) -> tuple[tuple[str, Known], ...]:
        """What the permissions say, resolved once for all functions, when every stack has been loaded."""
        if self._permissions is None:
            self._permissions = tuple(read(self))
        return self._permissions

    def called(self, stack: Stack, logical: str) -> str:
        """A name for an unnamed resource: its logical id, unless another stack has the same one."""
        owner = self.owners.setdefault(logical, stack)
        return logical if owner is stack else f"{stack.name}-{logical}"

    def note(self, path: Path, line: int, text: str, next_step: str = "") -> None:
        self.notes.append(warning_of(path, line, text, next_step))


class Stack:
    """One template with its parameter values."""

    def __init__(
        self,
        root: Mapping[str, YamlNode],
        path: Path,
        project: Project,
        name: str,
        given: Mapping[str, Callable[[], Any]] | None = None,
        environment: StackEnvironment | None = None,
    ) -> None:
        self.path = path
        self.name = name
        self.project = project
        self.environment = environment or StackEnvironment(project.region, project.account)
        self.resources: dict[str, Fields] = {
            logical: node.value for logical, node in section(root, "Resources").items() if isinstance(node.value, dict)
        }
        self._of_kind: dict[tuple[str, ...], list[str]] = {}
        self.outputs = section(root, "Outputs")
        self.globals = section(section(root, "Globals"), "Function")
        self.is_sam = "Transform" in root and "Serverless" in str(root["Transform"].plain())
        self.assets: Mapping[str, Path] = {}
        """Code by its object name in S3, if there is a list of assets."""
        self.children: dict[str, Stack] = {}
        values = given if given is not None else _given(project.settings)
        outside = Outside(_pseudo(self.environment, name), values, self.reference, project.exported)
        self.resolver = Resolver(root, outside)
        project.stacks.append(self)

    def kind(self, logical: str) -> str:
        fields = self.resources.get(logical, {})
        return str(fields["Type"].value) if "Type" in fields else ""

    def of_kind(self, kinds: tuple[str, ...]) -> list[str]:
        """The logical ids of these kinds. Cached, because every resource asks for the others."""
        if kinds not in self._of_kind:
            self._of_kind[kinds] = [logical for logical in self.resources if self.kind(logical) in kinds]
        return self._of_kind[kinds]

    def properties(self, logical: str) -> dict[str, YamlNode]:
        return section(self.resources[logical], "Properties")

    def globals_for(self, logical: str) -> dict[str, YamlNode]:
        """SAM's Globals for functions, without those that the resource ignores."""
        ignored = self.resources[logical].get("IgnoreGlobals")
        names = ignored.plain() if ignored is not None else []
        return {} if names == "*" else {key: node for key, node in self.globals.items() if key not in names}

    def place(self, logical: str) -> YamlNode:
        fields = self.resources[logical]
        return fields["Type"] if "Type" in fields else next(iter(fields.values()))

    def read(self, properties: Fields) -> Properties:
        return Properties(self.resolver, properties)

    def is_there(self, logical: str) -> bool | None:
        """Whether its condition is true; `None` if that is unknown."""
        fields = self.resources[logical]
        if "Condition" not in fields:
            return True
        try:
            return self.resolver.condition(fields["Condition"], fields["Condition"].text or "")
        except (Unresolvable, YamlError, RecursionError):
            return None

    def physical(self, logical: str) -> str:
        """The name of a function or authorizer; ours if the template gives none."""
        key = "AuthorizerName" if self.kind(logical) == AUTHORIZER else "FunctionName"
        try:
            return self.read(self.properties(logical)).text(key) or self.project.called(self, logical)
        except Unresolvable as problem:
            called = self.project.called(self, logical)
            self.project.note(
                self.path, problem.node.line, f"{problem.reason}; {logical} is named {called} here", problem.next_step
            )
            return called

    def arn(self, logical: str) -> str:
        make = authorizer_arn if self.kind(logical) == AUTHORIZER else function_arn
        return make(self.environment.region, self.environment.account, self.physical(logical))

    def layer_arn(self, logical: str) -> str:
        region, account = self.environment.region, self.environment.account
        return f"arn:{partition_of(region)}:lambda:{region}:{account}:layer:{self.name}-{logical}:1"

    def reference(self, logical: str, attribute: str | None) -> str | None:
        """The value of Ref or GetAtt of a resource, if it is known here."""
        kind = self.kind(logical)
        if kind in FUNCTIONS and attribute in ("Alias", "Version"):
            return f"{self.arn(logical)}:live"
        if kind in FUNCTIONS or kind == AUTHORIZER:
            return {None: self.physical, "Arn": self.arn}.get(attribute, lambda _: None)(logical)
        if kind in NAMES and attribute is None:
            return self._named(logical, NAMES[kind])
        if kind == "AWS::SSM::Parameter" and attribute == "Value":
            return self.read(self.properties(logical)).text("Value")
        if kind in QUALIFIED:
            return self._qualified(logical) if attribute in (None, "AliasArn", "FunctionArn") else None
        if kind in LAYERS and attribute in (None, "LayerVersionArn", "Arn"):
            return self.layer_arn(logical)
        if logical in self.children and attribute and attribute.startswith("Outputs."):
            return self.children[logical].output(attribute.removeprefix("Outputs."))
        base, dot, word = logical.partition(".")
        return self.reference(base, word) if dot and attribute is None and self.kind(base) in FUNCTIONS else None

    def _named(self, logical: str, key: str) -> str | None:
        """The name of a resource, if the template gives it one."""
        try:
            return self.read(self.properties(logical)).text(key)
        except Unresolvable as problem:
            raise Unresolvable(problem.node, problem.reason, problem.next_step, stand_in=logical) from None

    def _qualified(self, logical: str) -> str:
        """The ARN of an alias or version; every one is the same function here."""
        read = self.read(self.properties(logical))
        function = read.text("FunctionName") or ""
        whole = (
            function
            if function.startswith("arn:")
            else function_arn(self.environment.region, self.environment.account, function)
        )
        return f"{whole}:{read.text('Name') or 1}"

    def output(self, name: str) -> str | None:
        if name not in self.outputs or "Value" not in self.outputs[name].mapping():
            return None
        return as_text(self.resolver.resolve(self.outputs[name].mapping()["Value"]))

    def export(self, output: YamlNode, name: str) -> str | None:
        """The value of an output that is exported by this name. Raises Unresolvable if it is not known here."""
        fields = output.value if isinstance(output.value, dict) else {}
        exported = fields.get("Export")
        if exported is None or not isinstance(exported.value, dict) or "Name" not in exported.value:
            return None
        try:
            if as_text(self.resolver.resolve(exported.value["Name"])) != name or "Value" not in fields:
                return None
        except (Unresolvable, YamlError):
            return None
        try:
            return as_text(self.resolver.resolve(fields["Value"]))
        except YamlError as error:
            raise Unresolvable(fields["Value"], error.message) from None


class Properties:
    """The properties of one resource, resolved on access."""

    def __init__(self, resolver: Resolver, properties: Fields) -> None:
        self._resolver = resolver
        self._properties = properties

    def value(self, name: str, default: Any) -> Any:
        if name not in self._properties:
            return default
        try:
            value = self._resolver.resolve(self._properties[name])
        except RecursionError:
            raise Unresolvable(self._properties[name], f"{name} refers to itself") from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            raise Unresolvable(self._properties[name], f"{name} cannot be resolved") from None
        return default if value is NO_VALUE or value is None else value

    def text(self, name: str) -> str | None:
        value = self.value(name, None)
        if isinstance(value, dict | list):
            raise self._properties[name].error(f"{name} must be text")
        return None if value is None else as_text(value)

    def flag(self, name: str) -> bool:
        text = as_text(self.value(name, False))
        if text not in ("true", "false"):
            raise self._properties[name].error(f"{name} must be true or false, not {text!r}")
        return text == "true"

    def number(self, name: str, default: float) -> float:
        value = self.value(name, default)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise self._properties[name].error(f"{name} must be a number") from None


def _given(settings: ProjectSettings) -> dict[str, Callable[[], Any]]:
    return {name: lambda value=value: value for name, value in settings.parameters.items()}  # type: ignore[misc]


def _pseudo(environment: StackEnvironment, name: str) -> dict[str, Any]:
    region, account = environment.region, environment.account
    partition = partition_of(region)
    return {
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::Partition": partition,
        "AWS::URLSuffix": DOMAINS.get(partition, "amazonaws.com"),
        "AWS::StackName": name,
        "AWS::StackId": f"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/0",
        "AWS::NotificationARNs": [],
        "AWS::NoValue": NO_VALUE,
    }
