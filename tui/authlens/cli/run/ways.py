"""`run --via …`: sends each request in several ways, and compares the answers with those of the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.endpoint import given_endpoint
from authlens.cli.run.items import items_of
from authlens.cli.run.options import ViaOptions
from authlens.cli.run.suite import check_items, check_junit, open_suite
from authlens.cli.run.targets import Compared, differences, finished, write_row
from authlens.core.expect.check import Judgement, JudgementState
from authlens.core.invocation.invocation import Invocation
from authlens.core.probe.plan import WAYS, ProbeOptions, ProbePlan, Way, trials
from authlens.core.probe.words import announcement
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.secrets.redaction import Redactor
from authlens.probe.making import CannotProbe, probe_of, probed_request
from authlens.sending import Sender
from authlens.suite import Result, Suite
from authlens.suite_items import SuiteItem

NAMES = ("test", "function", "local", *WAYS)


def compare_ways(options: ViaOptions, services: CliServices) -> ExitCode:
    ways = _names(options.via)
    _checked(options, ways)
    check_junit(options.reporting.junit)
    reported: list[Compared] = []
    with open_suite(None, options.no_history, services) as suite:
        items = items_of(options.selection, services, options.environment)
        local = Target(local=str(Path(options.serve).absolute())) if options.serve else None
        if local is not None:
            services.gate().vouch(local)
        check_items(items, options.trust, services)
        for item in items:
            row = list(_row(item, ways, _Sending(suite, options, local, services)))
            reported += row
            write_row(item, row, options.reporting, services, "way")
    return finished(reported, options.reporting, services, "way")


def _names(given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    unknown = next((name for name in names if name not in NAMES), None)
    if unknown is not None or not names:
        raise CommandError(f"--via {unknown or given!r}: choose from {', '.join(NAMES)}, separated by commas")
    return names


def _checked(options: ViaOptions, ways: Sequence[str]) -> None:
    given_endpoint(options.endpoint)
    if "https" in ways and len(options.publish) != 1:
        raise CommandError("--via https can only publish; give one --publish TOPIC")
    if not set(ways) & set(WAYS) and (options.publish or options.subscribe or options.endpoint):
        raise CommandError(f"--publish, --subscribe and --endpoint apply to connections; add --via {', '.join(WAYS)}")


def _row(item: SuiteItem, ways: Sequence[str], sending: _Sending) -> Iterator[Compared]:
    first: Result | None = None
    for way in ways if item.saved is not None and item.saved.suite.skip is None else ways[:1]:
        result = sending.send(replace(item, name=f"{item.name} [{way}]"), way, first.invocation if first else None)
        first = first or result
        yield Compared(way, result, tuple(differences(first, result)))


class _Sending:
    """Sends one item in each way, one after the other, because a client id may connect only once a second."""

    def __init__(self, suite: Suite, options: ViaOptions, local: Target | None, services: CliServices) -> None:
        self._services = services
        self._suite = suite
        self._options = options
        self._local = local

    def send(self, item: SuiteItem, way: str, earlier: Invocation | None) -> Result:
        if item.saved is None or way == "test":
            return self._suite.run(item)
        if way == "local":
            return self._locally(item, item.saved)
        if way == "function":
            return self._suite.run(item, self._suite.sender.function_way(self._options.qualifier or ""))
        return self._connect(item, item.saved, way, earlier)

    def _locally(self, item: SuiteItem, saved: SavedRequest) -> Result:
        if self._local is None and saved.target.local is None:
            return _not_sent(item, "there is no local function; give its file with --serve FILE")
        return self._suite.run(replace(item, saved=replace(saved, target=self._local)) if self._local else item)

    def _connect(self, item: SuiteItem, saved: SavedRequest, way: str, earlier: Invocation | None) -> Result:
        options = _probe_options(self._options, way)
        request = probed_request(options, saved)
        try:
            sender: Sender = self._suite.sender
            probe = probe_of(
                options,
                request,
                item.base,
                sender.device_endpoint,
                earlier,
                self._announce,
                sender.reasons_against,
            )
        except CannotProbe as problem:
            return _not_sent(item, str(problem))
        return self._suite.run(replace(item, saved=request), probe)

    def _announce(self, plan: ProbePlan) -> None:
        narrate(f"authlens: {announcement(plan)}", self._services.stderr)


def _probe_options(options: ViaOptions, way: str) -> ProbeOptions:
    host, port = given_endpoint(options.endpoint)
    return ProbeOptions(
        way=cast("Way", way),
        host=host,
        port=port,
        server_name=options.server_name,
        ca_file=options.ca_file,
        trials=trials(() if way == "https" else options.subscribe, options.publish),
    )


def _not_sent(item: SuiteItem, reason: str) -> Result:
    return Result(item, Judgement(JudgementState.UNJUDGED, reason=reason), None, Redactor(()))
