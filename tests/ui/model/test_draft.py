from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.ui.model.draft import Draft, PasswordKind, of_saved, with_kind

texts = st.none() | st.text(max_size=20)
headers = st.none() | st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=3).map(tuple)
requests = st.builds(
    AuthorizerRequest,
    texts,
    texts,
    texts,
    st.none() | st.builds(HttpContext, headers, texts),
    st.none() | st.builds(MqttContext, texts, st.none() | st.text(max_size=20) | st.binary(max_size=20), texts),
    st.none() | st.builds(TlsContext, texts),
)


@pytest.mark.parametrize(
    ("draft", "blank", "left_out"),
    [
        pytest.param(Draft(target=Target("dev")), True, False, id="only a target"),
        pytest.param(Draft(authorizer_name="a"), False, False, id="a name"),
        pytest.param(Draft(mode=Mode.TOKEN), False, False, id="another mode"),
        pytest.param(Draft(token="t"), False, True, id="a token with contexts"),
        pytest.param(Draft(mode=Mode.TOKEN, token="t", username="u"), False, True, id="a context with a token"),
        pytest.param(Draft(mode=Mode.BOTH, token="t", username="u"), False, False, id="both"),
        pytest.param(Draft(headers=(("", ""),)), False, False, id="an empty row"),
    ],
)
def test_what_is_not_begun_and_what_is_not_sent(draft: Draft, blank: bool, left_out: bool) -> None:
    assert (draft.is_blank, draft.left_out) == (blank, left_out)


@given(requests)
def test_a_request_survives_the_form(request: AuthorizerRequest) -> None:
    saved = SavedRequest(request, target=Target(profile="dev"))
    assert of_saved(saved).saved == saved


@pytest.mark.parametrize(
    ("mode", "member"),
    [(Mode.TOKEN, "token"), (Mode.CONTEXT, "mqttContext")],
)
def test_only_the_chosen_mode_is_sent_and_the_other_is_kept(mode: Mode, member: str) -> None:
    draft = Draft(mode=mode, authorizer_name="a", token="t", token_signature="s", username="u")
    sent = set(draft.request.to_api()) - {"authorizerName"}
    assert member in sent
    assert sent < {"token", "tokenSignature", "mqttContext"}
    assert set(replace(draft, mode=Mode.BOTH).request.to_api()) > sent


@pytest.mark.parametrize(
    ("kind", "text", "password"),
    [
        (PasswordKind.TEXT, "pass", "pass"),
        (PasswordKind.BASE64, "cGFz cw==", b"pass"),
        (PasswordKind.HEX, "70:61 73 73", b"pass"),
        (PasswordKind.FILE, "key.bin", "${file:key.bin}"),
    ],
)
def test_the_password_is_read_in_its_kind(kind: PasswordKind, text: str, password: str | bytes) -> None:
    request = Draft(password=text, password_kind=kind).request
    assert request.mqtt_context is not None
    assert request.mqtt_context.password == password


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (PasswordKind.BASE64, "ab!d", "character 3"),
        (PasswordKind.BASE64, "abc", "not base64"),
        (PasswordKind.HEX, "7g", "character 2"),
        (PasswordKind.HEX, "7", "two digits"),
    ],
)
def test_a_password_of_the_wrong_kind_is_reported_and_not_sent(kind: PasswordKind, text: str, said: str) -> None:
    draft = Draft(password=text, password_kind=kind)
    assert said in (draft.problem or "")
    assert text not in (draft.problem or "")
    assert draft.request.mqtt_context is None


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_changing_the_kind_keeps_the_password(text: str) -> None:
    draft = Draft(password=text)
    for kind in (PasswordKind.BASE64, PasswordKind.HEX, PasswordKind.TEXT):
        draft = with_kind(draft, kind)
    assert draft.password == text


def test_a_password_that_cannot_be_written_in_the_other_kind_stays_as_typed() -> None:
    draft = with_kind(Draft(password="zz", password_kind=PasswordKind.HEX), PasswordKind.TEXT)
    assert (draft.password, draft.password_kind) == ("zz", PasswordKind.TEXT)
