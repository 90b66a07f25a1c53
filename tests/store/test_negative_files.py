from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.saved.saved_request_yaml import read
from authlens.store.negative_files import cases_of, moved, write_case
from authlens.store.requests import Conflict, Unwritable
from support.public_keys import pair

GOOD = SavedRequest(AuthorizerRequest("A", "token"), target=Target(local="../authorizers.yaml"), sign=Sign("k.pem"))
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln"


def test_relative_paths_lead_to_the_same_files_from_another_folder() -> None:
    there = moved(GOOD, Path("/p/requests"), Path("/p/requests/negative"))
    assert (there.target.local, there.sign) == ("../../authorizers.yaml", Sign("../k.pem"))
    assert moved(GOOD, Path("/p"), Path("/p")) == GOOD
    fixed = replace(GOOD, target=Target(local="demo"), sign=Sign("/keys/k.pem"))
    assert moved(fixed, Path("/p"), Path("/q")) == fixed


def test_an_expired_jwt_is_signed_with_the_key_that_signs_the_request(tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_bytes(pair("b").private_pem)
    saved = replace(GOOD, request=AuthorizerRequest("A", JWT))
    said: list[str] = []
    with_key = {case.name: case.saved for case in cases_of(saved, None, tmp_path, {}, said.append)}
    without = {case.name: case.saved for case in cases_of(saved, None, tmp_path / "nowhere", {}, said.append)}
    assert (without["expired-jwt"].request.token or "").endswith(".c2ln")
    assert not (with_key["expired-jwt"].request.token or "").endswith(".c2ln")
    assert len(said) == 1
    assert said[0].startswith("the signing key k.pem cannot be used, so an expired JWT keeps its signature: ")


def test_a_case_is_written_once(tmp_path: Path) -> None:
    case = cases_of(GOOD, None, tmp_path, {}, print)[0]
    path = tmp_path / "negative" / f"{case.name}.yaml"
    write_case(case, path, tmp_path)
    assert read(path.read_text()).target.local == "../../authorizers.yaml"
    with pytest.raises(Conflict):
        write_case(case, path, tmp_path)
    with pytest.raises(Unwritable):
        write_case(case, path / "x.yaml", tmp_path)
