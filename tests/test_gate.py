"""The gate: what only a file names is neither run nor reached before its folder is trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from authlens.core.invocation.invocation import FailureKind
from authlens.core.request.target import Target
from authlens.gate import Gate, build_gate, named_by
from authlens.store.trust import TrustList

LOCAL = Target(local="authorizers.yaml")
ABROAD = Target("dev", "eu-west-1", "https://iot.other.example")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "repository" / "requests").mkdir(parents=True)
    return tmp_path / "repository"


def folders(gate: Gate, target: Target, base: Path | None, *sources: Path) -> list[Path]:
    wanted = gate.wanted(target, base, sources)
    return list(wanted.folders) if wanted else []


def test_what_is_typed_passes() -> None:
    assert Gate().wanted(LOCAL, None) is None
    assert Gate().wanted(ABROAD, None) is None


@pytest.mark.parametrize("target", [Target(), Target("prod"), Target(region="eu-west-1"), Target(local="demo")])
def test_aws_itself_and_the_samples_pass(target: Target, repository: Path) -> None:
    assert Gate().wanted(target, repository) is None


@pytest.mark.parametrize("target", [LOCAL, ABROAD, Target(region="s3"), Target(endpoint_url="http://[::1")])
def test_a_program_and_a_host_of_a_file_need_trust(target: Target, repository: Path) -> None:
    wanted = Gate().wanted(target, repository, [repository / "a.yaml"])
    assert wanted is not None
    assert wanted.folders == (repository,)
    assert wanted.failure.kind is FailureKind.NOT_TRUSTED
    assert str(wanted.failure.message).endswith(f"\nauthlens trust {repository}")


def test_the_line_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "it's; $(touch x)"
    folder.mkdir()
    wanted = Gate().wanted(LOCAL, folder)
    assert wanted is not None
    assert str(wanted.failure.message).splitlines()[-1].startswith("authlens trust '")


def test_loopback_needs_none(repository: Path) -> None:
    assert Gate().wanted(Target(endpoint_url="http://127.0.0.1:8080"), repository) is None


def test_the_request_and_its_local_target_both_need_it(tmp_path: Path, repository: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    there = Target(local=str(other / "authorizers.yaml"))
    gate = Gate(allowed=[repository])
    assert folders(gate, there, repository) == [other]
    gate = Gate(allowed=[other])
    assert folders(gate, there, repository) == [repository]
    assert folders(Gate(), there, repository) == [other, repository]
    assert folders(Gate(allowed=[other, repository]), there, repository) == []


def test_a_folder_above_is_named_alone(repository: Path) -> None:
    assert folders(Gate(), Target(local="../authorizers.yaml"), repository / "requests") == [repository]


def test_dots_lead_out(tmp_path: Path, repository: Path) -> None:
    target = Target(local="requests/../../authorizers.yaml")
    assert folders(Gate(allowed=[repository]), target, repository) == [tmp_path]


def test_links_lead_out(tmp_path: Path, repository: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "a.yaml").touch()
    (evil / "authorizers.yaml").touch()
    (repository / "a.yaml").symlink_to(evil / "a.yaml")
    (repository / "authorizers.yaml").symlink_to(evil / "authorizers.yaml")
    (repository / "folder").symlink_to(evil)
    gate = Gate(allowed=[repository])
    assert folders(gate, ABROAD, repository, repository / "a.yaml") == [evil]
    assert folders(gate, LOCAL, repository, repository / "b.yaml") == [evil]
    assert folders(gate, ABROAD, repository / "folder") == [evil]


def test_a_link_to_a_trusted_file_from_elsewhere_is_not_trusted(tmp_path: Path, repository: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    (repository / "a.yaml").touch()
    (evil / "a.yaml").symlink_to(repository / "a.yaml")
    assert folders(Gate(allowed=[repository]), LOCAL, evil, evil / "a.yaml") == [evil]


def test_another_case_of_a_name_is_another_folder(repository: Path) -> None:
    assert folders(Gate(allowed=[repository]), LOCAL, repository.with_name("Repository")) != []


def test_what_options_name_is_the_persons_choice(repository: Path) -> None:
    gate = Gate()
    gate.vouch(named_by({"endpoint_url": ABROAD.endpoint_url, "verify_ssl": False}))
    assert gate.wanted(ABROAD, repository) is None
    assert gate.wanted(Target(endpoint_url="https://third.example"), repository) is not None
    gate.vouch(Target(local=str(repository / "authorizers.yaml")))
    assert gate.wanted(LOCAL, repository) is None
    assert gate.wanted(LOCAL, repository / "requests") is not None


def test_a_region_that_was_named_does_not_excuse_the_files_host(repository: Path) -> None:
    asked: list[Target] = []

    def is_aws(target: Target) -> bool:
        asked.append(target)
        return False

    gate = Gate(is_aws=is_aws)
    gate.vouch(Target(region="eu-central-1"))
    host = Target(region="eu-central-1", endpoint_url="https://iot.eu-central-1.amazonaws.com")
    assert gate.wanted(host, repository) is not None
    assert asked == [host]


def test_trust_for_one_run(tmp_path: Path, repository: Path) -> None:
    gate = Gate()
    gate.allow_wanted(Target(local=str(tmp_path / "other" / "a.yaml")), repository, [])
    assert gate.wanted(LOCAL, repository) is None
    gate = Gate()
    gate.open()
    assert gate.wanted(LOCAL, repository) is None


def test_what_was_trusted_passes_also_where_its_file_is_not_known(repository: Path) -> None:
    """As for a folder that is served as a whole: the request is read from it, and sent from the folder above."""
    whole = repository / "cdk.out"
    whole.mkdir()
    target, gate = Target(local="cdk.out"), Gate()
    assert folders(gate, target, repository, whole) == [whole]
    gate.allow_wanted(target, repository, [whole])
    assert gate.refusal(target, repository) is None
    assert gate.refusal(LOCAL, repository) is not None


def test_a_request_that_was_saved_here_trusts_no_other(tmp_path: Path, repository: Path) -> None:
    mine = repository / "mine.yaml"
    mine.touch()
    trusted = {str(mine), str(repository / "authorizers.yaml")}
    gate = Gate(lambda path: str(path) in trusted)
    assert gate.wanted(LOCAL, repository, [mine]) is None
    assert gate.refusal(LOCAL, repository) is None, "it passed just now"
    assert gate.wanted(LOCAL, repository, [repository / "theirs.yaml"]) is not None


def test_a_history_entry_is_as_trusted_as_its_file(repository: Path) -> None:
    assert Gate().wanted(ABROAD, None, [repository / "a.yaml"]) is not None


def test_nothing_a_file_names_is_looked_up_before_the_first_send(repository: Path) -> None:
    gate = Gate()
    for target in (LOCAL, ABROAD, Target("dev"), Target(region="eu-west-1"), Target(endpoint_url="http://127.0.0.1")):
        assert not gate.may_look_up(target, repository)
        assert gate.may_look_up(target, None)
    assert gate.may_look_up(Target(), repository)
    assert gate.may_look_up(Target(local="demo"), repository)
    assert gate.wanted(Target("dev"), repository) is None, "sending needs no trust for it"
    assert gate.may_look_up(Target("dev"), repository)
    assert Gate(allowed=[repository]).may_look_up(LOCAL, repository)


def test_over_the_list_and_the_environment(tmp_path: Path, repository: Path) -> None:
    gate = build_gate({"AUTHLENS_TRUST": str(repository)}, lambda: tmp_path / "trust.yaml")
    assert gate.wanted(LOCAL, repository) is None
    gate = build_gate({"AUTHLENS_TRUST": ":"}, lambda: tmp_path / "trust.yaml")
    assert gate.wanted(LOCAL, repository) is not None
    TrustList(tmp_path / "trust.yaml").add([repository], datetime.now(UTC))
    assert gate.wanted(LOCAL, repository) is None


def test_hosts_of_aws_by_botocore(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = build_gate({}, lambda: tmp_path / "trust.yaml")
    own = "https://iot.eu-west-1.amazonaws.com"
    assert gate.wanted(Target(endpoint_url=own, region="eu-west-1"), repository) is None
    assert gate.wanted(Target(endpoint_url=own, region="us-east-1"), repository) is not None
    assert gate.wanted(Target(endpoint_url=own), repository) is not None, "no region is known"
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert gate.wanted(Target(endpoint_url=own), repository) is None
    assert gate.wanted(Target("no such profile", endpoint_url=own), repository) is not None


@pytest.mark.parametrize(("stored", "asked"), [(ABROAD, True), (Target("dev", "eu-west-1"), False)])
def test_a_request_of_the_history_needs_trust_for_the_environment_that_it_was_sent_in(
    stored: Target, asked: bool, repository: Path
) -> None:
    requests, environments = repository / "requests", repository / "environments"
    environments.mkdir()
    (environments / "broken.yaml").write_text("values: [")
    (environments / "other.yaml").write_text("endpointUrl: https://elsewhere.example\n")
    (environments / "prod.yaml").write_text(f"endpointUrl: {ABROAD.endpoint_url}\nregion: eu-west-1\n")
    gate = Gate(allowed=[requests])
    gate.note_stored(stored, requests)
    assert folders(gate, stored, requests, requests / "a.yaml") == ([environments] if asked else [])
    gate.allow([environments])
    assert folders(gate, stored, requests, requests / "a.yaml") == []
