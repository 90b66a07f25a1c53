"""call an authorizer, with the options, output and exit codes of `aws iot test-invoke-authorizer`

The rule: AWS CLI v2 is the reference. Replacing `aws iot test-invoke-authorizer` with `authlens invoke` changes only
the speed, except that a broken answer is an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from authlens import __version__
from authlens.cli.console.diagnostics import CommandError, ExitCode, complain, narrate
from authlens.cli.console.services import CliServices, OpenApp
from authlens.cli.invoke import errors
from authlens.cli.invoke.aws_config import AwsCliSettings, Prompt
from authlens.cli.invoke.aws_config import settings as read_settings
from authlens.cli.invoke.input import InvokeInput, check_readable, gather, rebased, target_of
from authlens.cli.invoke.output import OutputStyle, answer_of, decoded, render
from authlens.core.commands.options import OPTIONS, OUTPUT, GivenOptions, Option, OptionError, read
from authlens.core.text.visible import visible
from authlens.frozen import dataclass
from authlens.user_path import NotAPath, user_path

if TYPE_CHECKING:
    import argparse

    from authlens.core.invocation.invocation import Failure, Invocation


def declare(parser: argparse.ArgumentParser) -> None:
    """The options, for help and completion; `main` parses them itself."""
    from authlens.cli.invoke.help import declare as declare_options

    declare_options(parser)


def main(argv: list[str], services: CliServices) -> ExitCode | OpenApp:
    try:
        given = read(argv)
    except OptionError as error:
        raise CommandError(f"{error} (see 'authlens invoke --help')") from None
    if given.flag("help") or given.words == ("help",):
        from authlens.cli.invoke.help import help_text

        services.output.write(help_text())
        return ExitCode.DONE
    if given.flag("version"):
        services.output.line(f"authlens {__version__}")
        return ExitCode.DONE
    return _run(_checked(given), services)


def _run(given: GivenOptions, services: CliServices) -> ExitCode | OpenApp:
    _encode_output(services)
    settings = read_settings(given, services.environ)
    if settings.prompt is Prompt.ON:
        return _prompt(given, settings, services)
    try:
        return _answer(given, settings, services)
    except CommandError as error:
        if settings.prompt is Prompt.ON_PARTIAL and error.code is ExitCode.USAGE:
            return _prompt(given, settings, services)
        raise


def _encode_output(services: CliServices) -> None:
    encoding = services.environ.get("AWS_CLI_OUTPUT_ENCODING")
    if encoding:
        try:
            services.output.encode_as(encoding)
        except LookupError:
            message = f"AWS_CLI_OUTPUT_ENCODING is not a known encoding: {encoding}; use one such as utf-8"
            raise CommandError(message, ExitCode.OTHER) from None


def _prompt(given: GivenOptions, settings: AwsCliSettings, services: CliServices) -> OpenApp:
    draft = gather(given, settings.raw_password, services, complete=False)
    more = [(option.name, given.text(option.key) or "") for option in OPTIONS if _outside_the_form(option, given)]
    services.gate().vouch(target_of(given))
    return OpenApp(saved=draft.saved, source=draft.file, prompt=True, more_options=tuple(more))


def _outside_the_form(option: Option, given: GivenOptions) -> bool:
    """Whether the option was given and affects the output; everything else is in the form."""
    how = option.group == OUTPUT or option.key in _NOT_THE_REQUEST
    return how and option.key in given.values


_NOT_THE_REQUEST = ("exit_code", "decode", "save", "no_history", "trust", "via", "qualifier", "event")


def _answer(given: GivenOptions, settings: AwsCliSettings, services: CliServices) -> ExitCode:
    query = _query(given.text("query"))
    skeleton = given.text("generate_cli_skeleton")
    if skeleton in ("input", "yaml-input"):
        from authlens.cli.invoke.skeleton import skeleton as input_skeleton

        check_readable(given, services.environ)
        services.output.write(input_skeleton(skeleton))
        return ExitCode.DONE
    draft = gather(given, settings.raw_password, services)
    call = _Call(given, settings, query, services)
    if skeleton == "output":
        from authlens.cli.invoke.skeleton import ANSWER

        return call.print_answer(ANSWER)
    return call.send(draft)


def _checked(given: GivenOptions) -> GivenOptions:
    if given.words:
        count = len(given.words)
        raise CommandError(f"{count} argument{'s' * (count > 1)} too many; a value with spaces needs quotes")
    if given.flag("cli_auto_prompt") and given.flag("no_cli_auto_prompt"):
        raise CommandError("Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.")
    if given.text("via") != "function":
        for name in ("qualifier", "event"):
            if given.text(name) is not None:
                raise CommandError(f"--{name} needs --via function")
    url = given.text("endpoint_url")
    if url is not None and "://" not in url:
        raise CommandError(
            f'Bad value for --endpoint-url "{url}": scheme is missing; write http://HOST or https://HOST'
        )
    return given


def _query(expression: str | None) -> Callable[[Any], Any]:
    """The function for `--query`."""
    if expression is None:
        return lambda answer: answer
    import jmespath

    try:
        search: Callable[[Any], Any] = jmespath.compile(expression).search
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        raise CommandError(f"Bad value for --query {expression}: {error}") from None
    return search


_SHORTEST = 6
"""Shorter secrets stay in error messages, because removing them would also remove parts of AWS's own words."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One run of the command, after its input has been read."""

    given: GivenOptions
    settings: AwsCliSettings
    query: Callable[[Any], Any]
    services: CliServices

    def send(self, draft: InvokeInput) -> ExitCode:
        if self.given.text("via") == "local" and draft.saved.target.local is None:
            raise CommandError(
                "--via local needs a saved request with a local target (target: {local: FILE}); "
                "'authlens run --via local --serve FILE' starts one for any request"
            )
        self._check_trust(draft)
        self._save(draft)
        self._debug_before(draft)
        invocation = self._sent(draft)
        problem = self._record(invocation)
        self._debug_after(invocation)
        try:
            return self._tell(invocation)
        finally:
            if problem:
                narrate(f"authlens: history: {problem}", self.services.stderr)

    def _sent(self, draft: InvokeInput) -> Invocation:
        if self.given.text("via") != "function":
            with self.services.patient_sender() as sender:
                return sender.send(draft.saved, draft.base, draft.source)
        # Lambda runs a function again at each retry, so there is none.
        with self.services.sender() as sender:
            event = self.given.text("event") or "test"
            way = sender.function_way(self.given.text("qualifier") or "", event)  # type: ignore[arg-type]  # a choice
            invocation = sender.send(draft.saved, draft.base, draft.source, way=way)
        self._print_log(invocation)
        return invocation

    def _print_log(self, invocation: Invocation) -> None:
        """What the function printed, as far as Lambda returns it, on standard error."""
        if invocation.function_log:
            redact = _redactor(invocation, shortest=_SHORTEST)
            narrate("authlens: the end of the function's log:", self.services.stderr)
            for line in invocation.function_log.splitlines():
                narrate(f"  {redact(line)}", self.services.stderr)

    def print_answer(self, answer: dict[str, Any]) -> ExitCode:
        output = self.services.output
        style = OutputStyle(self.settings.output, _width(output.is_terminal), self._colour())
        found = self._searched(decoded(answer) if self.given.flag("decode") else answer)
        shown = _made_visible(found) if style.colour and output.is_terminal else found
        try:
            text = render(shown, style)
        except ValueError as error:
            raise CommandError(str(error), ExitCode.OTHER) from None
        if style.colour and output.is_terminal:
            output.styled(text)
        else:
            output.write(text)
        return ExitCode.DONE

    def _searched(self, answer: dict[str, Any]) -> Any:
        import jmespath

        try:
            return self.query(answer)
        except jmespath.exceptions.JMESPathError as error:
            raise CommandError(f"--query failed on the answer: {error}", ExitCode.OTHER) from None

    def _tell(self, invocation: Invocation) -> ExitCode:
        if invocation.failure is not None:
            return self._complain(invocation, invocation.failure)
        answer = answer_of(invocation)
        self.print_answer(answer)
        refused = self.given.flag("exit_code") and not answer["isAuthenticated"]
        return ExitCode.NO if refused else ExitCode.DONE

    def _complain(self, invocation: Invocation, failure: Failure) -> ExitCode:
        redact = _redactor(invocation, shortest=_SHORTEST)
        code, message = errors.code_and_message(failure)
        if self.settings.error_format in ("json", "yaml", "text", "table"):
            structured = {"Message": redact(message), "Code": code}
            self.services.stderr.write(render(structured, OutputStyle(self.settings.error_format)))
        else:
            operation = "Invoke" if invocation.via == "function" else "TestInvokeAuthorizer"
            complain(redact(errors.sentence(failure, operation)), self.services.stderr)
        if failure.kind is failure.kind.BROKEN_ANSWER:
            narrate(redact(errors.what_came(invocation.wire)), self.services.stderr)
        return errors.exit_code(failure)

    def _check_trust(self, draft: InvokeInput) -> None:
        """Trust is for what the saved request names; what options name is the user's own choice."""
        if draft.base is None:
            return
        from authlens.cli.inputs.trust import check_trust

        self.services.gate().vouch(target_of(self.given))
        check_trust([(draft.saved.target, draft.base, draft.file)], self.given.flag("trust"), self.services)

    def _save(self, draft: InvokeInput) -> None:
        file = self.given.text("save")
        if file is None:
            return
        from authlens.store.requests import RequestFileError, save

        try:
            path = user_path(file)
            save(path, rebased(draft, path.parent), None)
        except (RequestFileError, NotAPath) as error:
            raise CommandError(f"--save: {error}") from None

    def _record(self, invocation: Invocation) -> str | None:
        """Record the invocation. Returns any problem, which does not make the command fail."""
        if self.given.flag("no_history"):
            return None
        with self.services.open_history() as history:
            history.record(invocation)
            return history.problem

    def _debug_before(self, draft: InvokeInput) -> None:
        if self.given.flag("debug"):
            from authlens.cli.invoke.debug import before

            narrate(before(self.given, self.settings, draft.saved.target), self.services.stderr)

    def _debug_after(self, invocation: Invocation) -> None:
        if self.given.flag("debug"):
            from authlens.cli.invoke.debug import after

            narrate(_redactor(invocation)(after(invocation)), self.services.stderr)

    def _colour(self) -> bool:
        """As in AWS CLI v2: tables have colours on a terminal, or on request."""
        choice = self.given.text("color") or "auto"
        is_on = choice == "on" or (choice == "auto" and self.services.output.is_terminal)
        return is_on and self.settings.output == "table"


def _made_visible(value: Any) -> Any:
    """The answer without anything that could control a terminal."""
    if isinstance(value, dict):
        return {visible(name): _made_visible(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_made_visible(inner) for inner in value]
    return visible(value) if isinstance(value, str) else value


def _redactor(invocation: Invocation, shortest: int = 1) -> Callable[[str], str]:
    """Removes the request's secrets, including the values of references, from any text."""
    from authlens.core.secrets.invocation_redaction import invocation_secrets
    from authlens.core.secrets.redaction import Redactor

    return Redactor(secret for secret in invocation_secrets(invocation) if len(secret) >= shortest).text


def _width(is_terminal: bool) -> int:
    if not is_terminal:
        return 80
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 80
