"""Every reader of text from outside, as a function of the text. What it makes of it is not looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path


def yaml(text: str) -> None:
    from authlens.core.text.yaml_reader import load

    load(text)


def request(text: str) -> None:
    from authlens.core.saved.saved_request_yaml import read

    read(text)


def found(text: str) -> None:
    from authlens.suite_items import _may_mean_request

    _may_mean_request(text)


def json(text: str) -> None:
    from authlens.core.text import json_nodes, json_reader

    json_reader.parse(text)
    json_nodes.load(text)


def policies(text: str) -> None:
    from authlens.core.policy.policy_file import read

    read(text)


def answer(text: str) -> None:
    from authlens.aws.answers import read_answer

    read_answer(text.encode(), None)


def key(text: str) -> None:
    from authlens.core.signing.keys import read_private_key

    read_private_key(text.encode())


def jwt(text: str) -> None:
    from authlens.core.signing.jwt import read

    read(text)


def pasted(text: str) -> None:
    from authlens.core.pasted.kinds import elsewhere, read_pasted

    elsewhere(text)
    read_pasted(text, datetime(2026, 11, 23, tzinfo=UTC), "A")


def log(text: str) -> None:
    from authlens.core.text.visible import visible_lines

    visible_lines(text)


def local(text: str) -> None:
    from authlens.endpoint.templates.outline import authorizers_of, programs_of

    path = Path("authorizers.yaml")
    path.write_text(text)
    authorizers_of(path)
    programs_of(path)


def template(text: str) -> None:
    from authlens.endpoint.templates.cloudformation.template import read_template

    path = Path("template.yaml")
    path.write_text(text)
    read_template(path, ask=False)


def plan(text: str) -> None:
    from authlens.endpoint.projects.plan import read_plan
    from authlens.endpoint.templates.settings import ProjectSettings
    from authlens.endpoint.templates.unpack import Cache

    path = Path("plan.json")
    path.write_text(text)
    read_plan(path, ProjectSettings(), Cache(), ask=False)


def assembly(text: str) -> None:
    from authlens.endpoint.projects.assembly import assets_of, stack_files

    Path("manifest.json").write_text(text)
    Path("a.assets.json").write_text(text)
    list(stack_files(Path(), []))
    assets_of(Path("a.template.json"), [])


def look(text: str) -> None:
    from authlens.endpoint.templates.definition_file import looks_like_template

    looks_like_template(text)


def project_file(text: str) -> None:
    from authlens.cli.inputs.project_files import lint_project_file

    Path("a.yaml").write_text(text)
    lint_project_file("a.yaml", text, {})


def linted(text: str) -> None:
    from authlens.__main__ import main

    Path("policy.json").write_text(text)
    main(["lint", "policy.json"])


def explained(text: str) -> None:
    from authlens.__main__ import main

    Path("answer.json").write_text(text)
    main(["explain", "--answer", "answer.json"])


def explained_on_screen(text: str) -> None:
    """An answer of ten documents, each this text."""
    _explained(text, 0)


def asked_on_screen(text: str) -> None:
    """As before, with a hundred questions."""
    _explained(text, 100)


def asked_on_the_command_line(text: str) -> None:
    """As before, by `authlens explain`."""
    from json import dumps

    from authlens.__main__ import main

    Path("asked.json").write_text(dumps({"isAuthenticated": True, "principalId": "P", "policyDocuments": [text] * 10}))
    questions = (word for number in range(100) for word in ("--ask", f"iot:Publish topic/a/{number}"))
    main(["explain", "--answer", "asked.json", *questions])


def _explained(text: str, questions: int) -> None:
    from dataclasses import replace

    from authlens.core.contract.outcome import Outcome
    from authlens.core.saved.expectation import Question
    from authlens.ui.text.answer.explanation import explain
    from support.stored_invocations import short

    asked = tuple(Question("iot:Publish", f"topic/a/{number}") for number in range(questions))
    explain(replace(short(), result=Outcome(True, "P", (text,) * 10, 300, 86400)), asked, None)


def side(text: str) -> None:
    from authlens.__main__ import main

    Path("side.json").write_text(text)
    Path("other.json").write_text('{"isAuthenticated": true}')
    main(["diff", "side.json", "other.json"])


def event(text: str) -> None:
    from authlens.core.event.reading import read_event

    read_event(text)


def authorizer(text: str) -> None:
    from authlens.__main__ import main

    Path("a.json").write_text(text)
    Path("r.yaml").write_text("request: {authorizerName: A, token: t}")
    main(["explain", "--request", "r.yaml", "--authorizer", "a.json"])


def environment(text: str) -> None:
    from authlens.core.saved.environment import read_environment

    read_environment(text)


def settings(text: str) -> None:
    from authlens.store.settings import load_settings

    Path("config.yaml").write_text(text)
    load_settings(Path("config.yaml"))


def theme(text: str) -> None:
    from authlens.ui.runtime.themes import parse_theme

    parse_theme("t", text)


def trust_list(text: str) -> None:
    from authlens.store.trust import TrustList

    Path("trust.yaml").write_text(text)
    TrustList(Path("trust.yaml")).entries()


def cli_yaml(text: str) -> None:
    from authlens.cli.invoke.invoke_yaml_input import members

    members(text)


def cli_json(text: str) -> None:
    from authlens.core.commands.values import from_json

    from_json("--cli-input-json", text)


def function_error(text: str) -> None:
    from authlens.endpoint.runtime.advice import advice
    from authlens.endpoint.templates.definitions import FunctionDefinition

    function = FunctionDefinition("f", Path(), "app.handler", "python3.12", {"AWS_PROFILE": "p"})
    advice(function, "Runtime.ImportModuleError", text)


def mistakes(text: str) -> None:
    from authlens.core.signing.mistakes import likely_mistakes
    from support.public_keys import pair

    likely_mistakes(text, text, [("K", pair("a").public_pem)])


def ledger(text: str) -> None:
    from authlens.core.devices.ledger import Ledger

    Ledger().read(text)


def function_answer(text: str) -> None:
    from authlens.core.contract.answer import judge

    judge(text.encode())


def device_words(text: str) -> None:
    from authlens.core.pasted.framed_errors import framed_error
    from authlens.core.verdict.device_messages import recognise

    recognise(text)
    framed_error(text)


def local_log(text: str) -> None:
    from authlens.core.verdict.local_causes import network_error

    network_error(text)


def pretty(text: str) -> None:
    from authlens.ui.text.page import laid_out

    laid_out(text)


def expected(text: str) -> None:
    from dataclasses import replace

    from authlens.core.contract.outcome import Outcome
    from authlens.core.expect.check import judge
    from authlens.core.saved.saved_request_yaml import read
    from support.stored_invocations import short

    saved = read("request: {authorizerName: A}\nexpect: {principalId: '/(a|a|b)*(a+)+c/'}\n")
    judge(saved.expect, replace(short(), result=Outcome(True, text, (), 300, 86400)))


def saved_over(text: str) -> None:
    """A file is opened, its token is changed, and it is saved again."""
    from dataclasses import replace

    from authlens.store.requests import load, save

    path = Path("saved.yaml")
    path.write_text(text)
    loaded = load(path)
    request = replace(loaded.saved.request, token="changed")
    save(path, replace(loaded.saved, request=request), loaded.digest)


def public_key(text: str) -> None:
    from authlens.core.signing.keys import read_public_key

    read_public_key(text)


def certificate(text: str) -> None:
    from authlens.core.saved.certificate_variables import certificate_id, subject_of

    certificate_id(text)
    subject_of(text)


def definitions(text: str) -> None:
    from authlens.endpoint.templates.definitions import read_definitions

    path = Path("authorizers.yaml")
    path.write_text(text)
    read_definitions(path)


def sam_config(text: str) -> None:
    from authlens.endpoint.templates.cloudformation.sam_config import read_sam_config

    Path("samconfig.toml").write_text(text)
    read_sam_config(Path("samconfig.toml"))


def serverless_state(text: str) -> None:
    from authlens.endpoint.templates.cloudformation.serverless_state import read_serverless_state

    Path("serverless-state.json").write_text(text)
    read_serverless_state(Path("serverless-state.json"))


def function_policy(text: str) -> None:
    from authlens.core.deployment.invoke_permission import other_services, permission
    from authlens.core.request.authorizer import Authorizer

    permission(text, Authorizer("A", arn="arn:aws:iot:eu-west-1:1:authorizer/A"))
    other_services(text)


def stored_record(text: str) -> None:
    from authlens.store.history.record import invocation_of

    invocation_of(1, text.encode())


def open_questions(text: str) -> None:
    from authlens.store.open_questions import load_questions

    Path("questions.json").write_text(text)
    load_questions(Path("questions.json"))


def setting(text: str) -> None:
    from dataclasses import replace

    from authlens.store.settings import load_settings, save_settings

    path = Path("config.yaml")
    path.write_text(text)
    save_settings(path, replace(load_settings(path), theme="x"))


def zipped(text: str) -> None:
    import zipfile

    from authlens.endpoint.templates.unpack import Cache

    with zipfile.ZipFile("code.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", text)
    Cache(Path("unpacked")).unpacked(Path("code.zip"))


def token_jwt(text: str) -> None:
    """A JWT whose claims are this text."""
    from base64 import urlsafe_b64encode

    from authlens.core.signing.jwt import read

    part = urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    read(f"eyJhbGciOiJub25lIn0.{part}.x")
