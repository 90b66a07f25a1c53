"""Environments as files: the nearest counts, nothing outside the project, and what cannot be read is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.store.environments import Environments, NoEnvironment, environment_names, load_environment


def write(path: Path, text: str = "region: eu-west-1\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_nearest_folder_counts(tmp_path: Path) -> None:
    write(tmp_path / "environments" / "prod.yaml", "region: far\n")
    write(tmp_path / "environments" / "dev.yml", "region: dev\n")
    write(tmp_path / "requests" / "environments" / "prod.yaml", "region: near\n")

    found = Environments("prod", tmp_path)

    assert found.of(tmp_path / "requests" / "sub").target.region == "near"
    assert found.of(Path("requests")).target.region == "near"
    assert found.of(tmp_path).target.region == "far"
    assert load_environment("dev", tmp_path / "requests", tmp_path).target.region == "dev"
    assert environment_names(tmp_path / "requests", tmp_path) == ("prod", "dev")


def test_nothing_above_the_working_folder_counts(tmp_path: Path) -> None:
    write(tmp_path / "environments" / "prod.yaml")
    project = tmp_path / "project"
    (project / "requests").mkdir(parents=True)

    with pytest.raises(NoEnvironment, match=r"create requests/environments/prod\.yaml"):
        load_environment("prod", project / "requests", project)


def test_outside_the_working_folder_one_folder_up_counts(tmp_path: Path) -> None:
    write(tmp_path / "other" / "environments" / "prod.yaml")
    write(tmp_path / "environments" / "dev.yaml")
    requests, cwd = tmp_path / "other" / "requests", tmp_path / "cwd"

    assert load_environment("prod", requests, cwd).target == Target(region="eu-west-1")
    assert environment_names(requests, cwd) == ("prod",)


def test_a_local_target_starts_from_the_environments_file(tmp_path: Path) -> None:
    write(tmp_path / "environments" / "local.yaml", "local: ../authorizers.yaml\n")

    local = load_environment("local", tmp_path / "requests", tmp_path).target.local

    assert local is not None
    assert Path(local).resolve() == tmp_path.resolve() / "authorizers.yaml"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("prodd", "there is no environment 'prodd': did you mean prod?"),
        ("xyz", "there is no environment 'xyz': there is broken, prod"),
        ("../prod", "cannot be the name of an environment"),
        (".hidden", "cannot be the name of an environment"),
        ("", "cannot be the name of an environment"),
        ("broken", "broken.yaml: line 1, column 1: unknown key"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, name: str, complaint: str) -> None:
    write(tmp_path / "environments" / "prod.yaml")
    write(tmp_path / "environments" / "broken.yaml", "zone: x\n")

    with pytest.raises(NoEnvironment, match=complaint.replace("?", r"\?")):
        load_environment(name, tmp_path, tmp_path)
