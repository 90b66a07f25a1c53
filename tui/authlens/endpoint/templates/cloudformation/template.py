"""Reads the authorizers of SAM, CloudFormation and synthesised CDK templates, and reports what is unresolved.

The rule: one piece that cannot run here is left out with its line and the next step, and the rest is served.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from authlens.core.policy.arn import function_named
from authlens.core.request.authorizer import Authorizer
from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import YamlError, YamlNode
from authlens.endpoint.templates.cloudformation.function_reader import read_function
from authlens.endpoint.templates.cloudformation.macros import Expansion, needs_expansion
from authlens.endpoint.templates.cloudformation.stack import (
    AUTHORIZER,
    FUNCTIONS,
    NESTED,
    Project,
    Stack,
    StackEnvironment,
)
from authlens.endpoint.templates.cloudformation.text import load_template
from authlens.endpoint.templates.cloudformation.values import Unresolvable, as_text, section
from authlens.endpoint.templates.definition_file import (
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    content_of,
    project_folders,
)
from authlens.endpoint.templates.definitions import (
    AuthorizerDefinition,
    DefinitionError,
    Definitions,
    FunctionDefinition,
    authorizer_arn,
    authorizer_refusal,
    left_out,
)
from authlens.endpoint.templates.noticed import notice
from authlens.endpoint.templates.settings import (
    FUNCTION_OPTION,
    KEY_STEP,
    ProjectSettings,
    refusal_step,
    with_key_if_needed,
    with_signing,
)
from authlens.endpoint.templates.unpack import Cache

MOST_IN_ALL = 1_000
"""No nested stack is read after this many resources of all stacks: the person waits for them."""
MOST_RESOURCES = 500
"""CloudFormation's own limit (documented:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""
DEEPEST = 5
"""Maximum nesting of stacks."""
MOST_STACKS = 50


def read_template(
    path: Path, settings: ProjectSettings | None = None, cache: Cache | None = None, ask: bool = True
) -> Definitions:
    """What a template defines; `warnings` lists what could not be resolved. Raises DefinitionError.

    ask: interpreters may be asked for their versions; without it nothing is run.
    """
    path = Path(os.path.abspath(path))
    project = new_project(settings or ProjectSettings(), cache or Cache(), ask)
    load_stack(path, project, _stack_name(path, project))
    return definitions_of(project, path)


def authorizer_names(path: Path) -> tuple[str, ...]:
    """The names of the authorizers of a template and its nested stacks; reads no function. Raises DefinitionError."""
    project = new_project(ProjectSettings(), Cache(), ask=False)
    path = Path(os.path.abspath(path))
    load_stack(path, project, _stack_name(path, project))
    return tuple(stack.physical(logical) for stack, logical in project.of_kind((AUTHORIZER,)))


def _stack_name(path: Path, project: Project) -> str:
    """The stack's name if a tool's file gives one, otherwise that of the project's folder."""
    return project.settings.stack_name or project_folders(path)[-1].name or "stack"


def new_project(
    settings: ProjectSettings, cache: Cache, ask: bool, region: str | None = None, account: str | None = None
) -> Project:
    region, account = settings.region or region or DEFAULT_REGION, settings.account or account or DEFAULT_ACCOUNT
    return Project(settings, cache, region, account, ask, notes=list(settings.warnings))


def load_stack(
    path: Path,
    project: Project,
    name: str,
    assets: Mapping[str, Path] | None = None,
    given: Mapping[str, Callable[[], Any]] | None = None,
    depth: int = 1,
    environment: StackEnvironment | None = None,
) -> Stack:
    """A template with the stacks nested in it. Raises DefinitionError.

    environment: where it is deployed, if not where the project is.
    """
    try:
        sections = _root(path, project)
        if "Resources" in sections and len(sections["Resources"].mapping()) > MOST_RESOURCES:
            count = len(sections["Resources"].mapping())
            raise sections["Resources"].error(
                f"{count:,} resources; CloudFormation accepts {MOST_RESOURCES} per template"
            )
        stack = Stack(sections, path, project, name, given, environment)
    except YamlError as error:
        raise DefinitionError(path, error.line, error.column, error.message) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise DefinitionError(path, 0, 0, f"cannot be read: {why}") from None
    stack.assets = assets or {}
    for logical in stack.resources:
        if stack.kind(logical) in NESTED and stack.is_there(logical) is not False:
            _nest(stack, logical, depth)
    return stack


def _root(path: Path, project: Project) -> dict[str, YamlNode]:
    """The sections of a template, with loops and local includes expanded."""
    text = yaml_reader.decode(content_of(path))
    root = load_template(text).mapping()
    if not needs_expansion(text):
        return root
    return Expansion(root, path, partial(project.note, path), project.settings.parameters).expanded()


def _nest(stack: Stack, logical: str, depth: int) -> None:
    """Read the template of a nested stack if it is a local file."""
    place = stack.place(logical)
    try:
        properties = stack.properties(logical)
        if depth >= DEEPEST:
            raise Unresolvable(place, f"stacks are nested deeper than {DEEPEST} levels")
        if len(stack.project.stacks) >= MOST_STACKS:
            raise Unresolvable(place, f"there are more than {MOST_STACKS} stacks")
        if sum(len(each.resources) for each in stack.project.stacks) > MOST_IN_ALL:
            raise Unresolvable(place, f"the stacks have more than {MOST_IN_ALL:,} resources in total")
        path = _nested_path(stack, logical, properties)
        parameters = section(properties, "Parameters")
        given = {name: _thunk(stack, node) for name, node in parameters.items()}
        name = f"{stack.name}-{logical}"
        child = load_stack(path, stack.project, name, stack.assets, given, depth + 1, stack.environment)
        stack.children[logical] = child
    except Unresolvable as problem:
        stack.project.note(
            stack.path,
            problem.node.line,
            f"the nested stack {logical} is not read: {problem.reason}",
            problem.next_step,
        )
    except (DefinitionError, YamlError) as error:
        stack.project.note(stack.path, place.line, f"the nested stack {logical} is not read: {error}")


def _thunk(stack: Stack, node: YamlNode) -> Callable[[], Any]:
    def value() -> Any:
        found = stack.resolver.resolve(node)
        return ",".join(map(as_text, found)) if isinstance(found, list) else as_text(found)

    return value


def _nested_path(stack: Stack, logical: str, properties: Mapping[str, YamlNode]) -> Path:
    place = stack.place(logical)
    asset = stack.read(section(stack.resources[logical], "Metadata")).text("aws:asset:path")
    name = "TemplateURL" if "TemplateURL" in properties else "Location"
    node = properties.get(name, place)
    if asset is None and isinstance(node.value, dict) and "ApplicationId" in node.value:
        raise Unresolvable(node, "it is an application of the Serverless Application Repository")
    value = asset or stack.read(properties).value(name, "")
    if not isinstance(value, str) or value.startswith(("http:", "https:", "s3:")):
        step = "name the template as it was before packaging"
        raise Unresolvable(node, "its template is in S3, not on this machine", step)
    path = Path(os.path.abspath(stack.path.parent / value))
    notice(path)
    if not os.path.isfile(path):
        raise Unresolvable(node, f"its template {path} does not exist", f"create it, or correct {name}")
    if any(path == other.path for other in stack.project.stacks if stack.name.startswith(other.name)):
        raise Unresolvable(node, "it nests itself", "remove it from one of the templates")
    return path


def definitions_of(project: Project, path: Path) -> Definitions:
    """What all stacks of a project define together. Raises DefinitionError if nothing can run."""
    return _Reader(project, path).definitions()


class _Reader:
    def __init__(self, project: Project, path: Path) -> None:
        self._project = project
        self._path = path
        self._functions: dict[str, FunctionDefinition] = {}
        self._owners: dict[tuple[str, str], tuple[Stack, str]] = {}
        """The stack and logical id that has a name, by kind and name: the endpoint serves one of each name."""
        self._left: list[tuple[str, Any]] = []
        self._faults: list[DefinitionError] = []

    def definitions(self) -> Definitions:
        found = list(self._project.of_kind((AUTHORIZER,)))
        named = self._project.settings.function
        read = [self._authorizer_if_possible(*each) for each in found]
        read += [self._of_function(named)] if named else []
        authorizers = tuple(definition for definition in read if definition)
        notes = tuple(dict.fromkeys(self._project.notes))
        if not authorizers and self._faults:
            raise self._faults[0].with_notes(notes)
        if not authorizers:
            raise DefinitionError(self._path, 0, 0, self._nothing(), notes)
        return Definitions(
            *(self._project.region, self._project.account, authorizers, tuple(self._functions.values()), notes),
            left_out=tuple(each for each in self._left if each[0] not in {one.authorizer.name for one in authorizers}),
        )

    def _own(self, kind: str, name: str, stack: Stack, logical: str) -> None:
        """Raises Unresolvable if another one has this name, as where one app is deployed to several places."""
        owner, _ = first = self._owners.setdefault((kind, name), (stack, logical))
        if first != (stack, logical):
            where = f"in {owner.path}" if owner.path != stack.path else "in this template"
            step = (
                f"name {stack.path} to serve this one" if owner.path != stack.path else "give one of them another name"
            )
            raise Unresolvable(stack.place(logical), f"another {kind} is named {name}, {where}", step)

    def _nothing(self) -> str:
        functions = [logical for _, logical in self._project.of_kind(FUNCTIONS)]
        functions.sort(key=set(self._service_tokens()).__contains__)
        if not functions:
            return f"it has no {AUTHORIZER} and no Lambda function"
        return (
            f"it has no {AUTHORIZER}; its functions are {', '.join(functions)}. "
            f"Serve one as an authorizer with --function {functions[0]}, "
            f"or function: {functions[0]} in authlens.yaml"
        )

    def _service_tokens(self) -> Iterator[str]:
        """The functions behind custom resources, which create an authorizer rather than being one."""
        for stack in self._project.stacks:
            for logical in stack.resources:
                with suppress(Unresolvable, YamlError, RecursionError):
                    arn = stack.read(stack.properties(logical)).value("ServiceToken", None)
                    yield function_named(str(arn)) or ""

    def _of_function(self, logical: str) -> AuthorizerDefinition | None:
        """A function without an authorizer, served as an authorizer named after its logical id."""
        stack = next((stack for stack, name in self._project.of_kind(FUNCTIONS) if name == logical), None)
        if stack is None:
            known = ", ".join(name for _, name in self._project.of_kind(FUNCTIONS)) or "none"
            raise DefinitionError(self._path, 0, 0, f"it has no function {logical}; its functions: {known}")
        try:
            function = self._function(stack, logical)
            arn = authorizer_arn(self._project.region, self._project.account, logical)
            authorizer = with_signing(Authorizer(logical, arn, function.arn, "ACTIVE"), self._project.settings)
            return AuthorizerDefinition(authorizer, function)
        except (Unresolvable, YamlError) as problem:
            self._leave_out(stack, logical, problem)
            return None

    def _authorizer_if_possible(self, stack: Stack, logical: str) -> AuthorizerDefinition | None:
        try:
            if stack.is_there(logical) is False:
                condition = stack.resources[logical]["Condition"]
                raise Unresolvable(
                    condition,
                    f"its condition {condition.value} is false",
                    "give other values with --parameter NAME=VALUE, or parameters: {NAME: VALUE} in authlens.yaml",
                )
            return self._authorizer(stack, logical, stack.place(logical))
        except (Unresolvable, YamlError) as problem:
            self._leave_out(stack, logical, problem)
            return None

    def _leave_out(self, stack: Stack, logical: str, problem: Unresolvable | YamlError) -> None:
        if isinstance(problem, Unresolvable):
            line, column, reason, step = problem.node.line, problem.node.column, problem.reason, problem.next_step
        else:
            line, column, reason, step = problem.line, problem.column, problem.message, ""
        whole = f"{reason}; the authorizer {logical} is left out" + (f"; {step}" if step else "")
        self._faults.append(DefinitionError(stack.path, line, column, whole))
        self._project.note(stack.path, line, f"{reason}; the authorizer {logical} is left out", step)
        names = {logical}
        if stack.kind(logical) == AUTHORIZER:
            with suppress(Unresolvable, YamlError):
                names.add(stack.physical(logical))
        self._left += [left_out(name, stack.path, line, reason, step) for name in sorted(names)]

    def _authorizer(self, stack: Stack, logical: str, place: YamlNode) -> AuthorizerDefinition:
        properties = stack.properties(logical)
        read = stack.read(properties)
        try:
            arn = read.text("AuthorizerFunctionArn") or ""
        except Unresolvable as problem:
            raise Unresolvable(problem.node, problem.reason, problem.next_step or self._others()) from None
        function = self._function_behind(stack, properties.get("AuthorizerFunctionArn", place), arn)
        settings = self._project.settings
        signing_disabled = read.flag("SigningDisabled")
        authorizer = Authorizer(
            name=stack.physical(logical),
            arn=stack.arn(logical),
            function_arn=function.arn,
            status=as_text(read.value("Status", "INACTIVE")),
            signing_disabled=signing_disabled,
            token_key_name=read.text("TokenKeyName"),
            token_signing_public_keys=self._keys(stack, logical, signing_disabled),
            enable_caching_for_http=read.flag("EnableCachingForHttp"),
        )
        authorizer = with_key_if_needed(authorizer, settings)
        refusal = authorizer_refusal(authorizer)
        if refusal:
            raise Unresolvable(place, f"AWS IoT refuses this: {refusal.message}", refusal_step(authorizer))
        self._own("authorizer", authorizer.name, stack, logical)
        return AuthorizerDefinition(authorizer, function)

    def _function_behind(self, stack: Stack, place: YamlNode, arn: str) -> FunctionDefinition:
        """By its ARN, or by the function's name alone or in an ARN of another account; the stack's own come first."""
        candidates = sorted(self._candidates(), key=lambda each: each[0] is not stack)
        for owner, logical in candidates:
            whole = owner.arn(logical)
            if arn == whole or arn.startswith(f"{whole}:"):
                return self._function(owner, logical)
        name = function_named(arn) or arn
        for owner, logical in candidates:
            if name and name == owner.physical(logical):
                return self._function(owner, logical)
        raise Unresolvable(place, "its function is not in this template", self._others())

    def _candidates(self) -> list[tuple[Stack, str]]:
        return [each for each in self._project.of_kind(FUNCTIONS) if each[0].is_there(each[1]) is not False]

    def _others(self) -> str:
        others = ", ".join(logical for _, logical in self._candidates())
        return f"serve another of its functions with {FUNCTION_OPTION}: {others}" if others else ""

    def _keys(self, stack: Stack, logical: str, signing_disabled: bool) -> tuple[tuple[str, str], ...]:
        """The known keys; that none is known matters only if they are used and the settings have none."""
        known: dict[str, str] = {}
        problem: Unresolvable | None = None
        for name, node in stack.resolver.entries(stack.properties(logical).get("TokenSigningPublicKeys")).items():
            try:
                known[name] = as_text(stack.resolver.resolve(node))
            except Unresolvable as unknown:
                problem = Unresolvable(unknown.node, unknown.reason, unknown.next_step or KEY_STEP)
                if signing_disabled:
                    known[name] = ""
        if problem is not None and not known and self._project.settings.public_key is None:
            raise problem
        if problem is not None and known and not signing_disabled:
            what = f"{problem.reason}; {logical} verifies with its other key only"
            self._project.note(stack.path, problem.node.line, what, problem.next_step)
        return tuple(known.items())

    def _function(self, stack: Stack, logical: str) -> FunctionDefinition:
        name = stack.physical(logical)
        self._own("function", name, stack, logical)
        if name not in self._functions:
            try:
                self._functions[name] = read_function(stack, logical)
            except Unresolvable as problem:
                raise Unresolvable(problem.node, f"{logical}: {problem.reason}", problem.next_step) from None
        return self._functions[name]
