"""The signature bench: sign as you type, verify against every key of the authorizer, fix mistakes, read a JWT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar, get_args

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import literal, refers, unescaped
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import Place, find_token, place, put
from authlens.core.saved.saved_request import Sign
from authlens.core.signing import signing
from authlens.core.signing.bench import Bench, bench, with_third_part
from authlens.core.signing.jwt import validity
from authlens.core.signing.keys import KeyProblem, PassphraseNeeded, public_pem_of, size_advice
from authlens.core.signing.mistakes import SIGNATURE_CORRECTIONS
from authlens.core.text.encodings import signature_bytes
from authlens.frozen import dataclass
from authlens.store.signing_keys import read_key, write_key_pair
from authlens.ui.runtime import background
from authlens.ui.screens.dialogs.dialog import AskText, Dialog
from authlens.ui.text.bench_text import report
from authlens.ui.text.safe_content import prose_lines
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.user_path import NotAPath, user_path

_PLACES = (
    Choice("token", "next to it"),
    Choice("username", "username"),
    Choice("queryString", "query"),
    Choice("headers", "headers"),
)


_PASSPHRASE = "of an encrypted key, or ${env:NAME}"
_NOT_KEPT = (
    "A passphrase is never kept, so this signature will not be renewed. "
    "Write the passphrase as ${env:NAME} to sign again on every send."
)


@dataclass(frozen=True, slots=True)
class Signed:
    """The bench's result: the request with its signature, and how to sign it again when it is sent."""

    request: AuthorizerRequest
    sign: Sign | None


class SignatureScreen(Dialog[Signed]):
    DEFAULT_CSS = """
    SignatureScreen > .box { width: 96%; height: 96%; max-width: 150; padding: 0 1; }
    SignatureScreen #bench { height: 1fr; margin-top: 1; }
    SignatureScreen #given { width: 1fr; margin-right: 2; }
    SignatureScreen CodeView { width: 1fr; }
    SignatureScreen Field { max-height: 8; }
    SignatureScreen .said { height: auto; padding: 1 0 0 13; color: $text-warning; }
    SignatureScreen.-narrow #bench { layout: vertical; }
    SignatureScreen.-narrow #given { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+s", "use", "Use it", id="signature.use", tooltip="Put token and signature into the request"),
        Binding("f8", "fix", "Fix", id="signature.fix", tooltip="Apply the fix that makes the signature match"),
        Binding("f4", "convert", "To base64", id="signature.convert", tooltip="Convert the signature to plain base64"),
        Binding("f7", "third_part", "JWT", id="signature.jwt", tooltip="Use the JWT's third part as the signature"),
        Binding("f9", "generate", "New keys", id="signature.generate", tooltip="Generate a key pair"),
        Binding(
            "f3", "show_all", "Show all", id="signature.reveal", tooltip="Show claims and signatures, and hide them"
        ),
    ]

    bench: reactive[Bench | None] = reactive[Bench | None](None, init=False)
    revealed: reactive[bool] = reactive(False, init=False)
    authorizer: reactive[Authorizer | None] = reactive[Authorizer | None](None, init=False)
    """Whose keys are verified against; it may become known while the bench is open."""
    _pause: Timer | None = None
    _signed_by: tuple[str, str] | None = None
    """The file of the private key that signed last, and its public key."""

    def __init__(
        self,
        request: AuthorizerRequest,
        sign: Sign | None,
        authorizer: Authorizer | None,
        base: Path | None,
        now: Callable[[], datetime],
        resolve: Callable[[str], str],
        default_place: Place = "token",
    ) -> None:
        """default_place: where the signature goes if neither `sign` nor a token in a context says it."""
        super().__init__()
        self._placed = find_token(request, authorizer) if request.token is None else None
        """Where a context holds the token, which can then be edited here like any other."""
        self._request = replace(request, token=self._placed.value) if self._placed else request
        self._sign = sign or Sign("", place=self._placed.place if self._placed else default_place)
        self.set_reactive(SignatureScreen.authorizer, authorizer)
        self._base = base or Path()
        self._now = now
        self._resolve = resolve
        """The value of a reference. Raises ValueError."""

    def compose(self) -> ComposeResult:
        sign = self._sign
        with Vertical(classes="box") as box:
            box.border_title = Content("Signature bench")
            with Horizontal(id="bench"):
                with Vertical(id="given"):
                    yield FormRow("Token", Field("token", self._request.token or "", secret=True))
                    yield FormRow("Private key", Field("key", sign.key, placeholder="a PEM file; signs as you type"))
                    yield FormRow(
                        "Passphrase", Field("passphrase", sign.passphrase or "", secret=True, placeholder=_PASSPHRASE)
                    )
                    yield FormRow("Signature", Field("signature", self._request.token_signature or "", secret=True))
                    yield FormRow("Goes", Choices(_PLACES, sign.place))
                    yield Static("", classes="said", markup=False)
                yield CodeView()
            yield KeyLine(most_lines=2)

    def on_mount(self) -> None:
        self.query(Field).first().enter()
        self._sign_again()
        self.set_interval(1, self._count_down)

    # What is typed

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(0.1, self._judge_typed if event.member == "signature" else self._sign_again)

    def on_field_left(self, event: Field.Left) -> None:
        event.stop()
        self.app.action_focus_next()

    def _value(self, member: str) -> str:
        return next((field.value for field in self.query(Field) if field.member == member), "")

    def _show(self, member: str, value: str) -> None:
        for field in self.query(Field):
            if field.member == member:
                field.show(value)

    @property
    def request(self) -> AuthorizerRequest:
        """The request with the values of the fields."""
        return replace(
            self._request, token=self._value("token") or None, token_signature=self._value("signature") or None
        )

    def _sign_again(self) -> None:
        """The signature follows the token as long as a key is named."""
        token, key = self._value("token"), self._value("key").strip()
        self._say(self._signed_with(token, key) if token and key else "")
        self._look()

    def _judge_typed(self) -> None:
        """A signature that was typed is not replaced; what was said of the one before it is over."""
        self._say("")
        self._look()

    def _signed_with(self, token: str, key: str) -> str:
        """Sign the token, or report what prevents it."""
        if refers(token):
            return "The token is a reference: it is signed when it is sent."
        try:
            pem = read_key(key, self._base)
            passphrase = self._resolve(self._value("passphrase"))
            signature = signing.sign(unescaped(token), pem, passphrase.encode() or None)
            self._signed_by = (user_path(key, self._base).name, public_pem_of(pem, passphrase.encode() or None))
        except PassphraseNeeded:
            return "The key is encrypted: type its passphrase, or a reference such as ${env:KEY_PASSPHRASE}."
        except OSError as error:
            return f"The key cannot be read: {error.strerror or error}."
        except (KeyProblem, ValueError) as error:
            return str(error)
        self._show("signature", signature)
        return size_advice(8 * len(signature_bytes(signature) or b"")) or ""

    def _say(self, text: str) -> None:
        self.query_one(".said", Static).update(prose_lines(text))

    # What there is to say

    def _look(self) -> None:
        self.bench = bench(self.request, self.authorizer, self._now(), self._signed_by)

    def _count_down(self) -> None:
        """The time that a JWT has left."""
        if self.bench is not None and self.bench.jwt is not None:
            self.bench = replace(self.bench, validity=validity(self.bench.jwt, self._now()))

    def watch_bench(self) -> None:
        if self.bench is None or not self.query(CodeView):
            return
        view = self.query_one(CodeView)
        at = view.cursor
        view.lines = report(self.bench, self.revealed)
        view.cursor = at

    def watch_authorizer(self) -> None:
        if self.is_mounted:
            self._look()

    def watch_revealed(self) -> None:
        self.watch_bench()

    def action_show_all(self) -> None:
        self.revealed = not self.revealed

    def action_fix(self) -> None:
        mistakes = self.bench.mistakes if self.bench else ()
        mistake = next((each for each in mistakes if each.signature is not None), None)
        if mistake is None:
            said = self.bench.conclusion if self.bench else ""
            self._say(f"F8 has nothing to fix. {said}{' Sign the token again.' if mistakes else ''}")
            return
        self._show("token", literal(mistake.token or ""))
        self._show("signature", mistake.signature or "")
        self._judge_typed()

    def action_convert(self) -> None:
        """Convert a signature that is base64url, URL-encoded, quoted or split into lines to plain base64."""
        signature = self._value("signature")
        for correction in SIGNATURE_CORRECTIONS:
            signature = correction.change(signature)
        if signature == self._value("signature"):
            self.notify("The signature appears to be plain base64 already.", markup=False)
        self._show("signature", signature)
        self._look()

    def action_third_part(self) -> None:
        parted = with_third_part(self.request)
        if parted is None:
            self.notify("The token is not a JWT with RS256, so no part of it is a signature for AWS IoT.", markup=False)
            return
        self._show("token", parted.token or "")
        self._show("signature", parted.token_signature or "")
        self._look()

    @work(exclusive=True, group="generate")
    async def action_generate(self) -> None:
        """Write a new key pair and sign with it."""
        wanted = await self.app.push_screen_wait(
            AskText("New private key", "private.pem", "The public key is written next to it.")
        )
        if not wanted:
            return
        try:
            made = await background.call(lambda: write_key_pair(user_path(wanted, self._base)))
        except NotAPath as error:
            self._say(f"Nothing was written. {wanted}: {error}.")
            return
        except OSError as error:
            self._say(f"Nothing was written. {error.filename}: {error.strerror or error}.")
            return
        self._show("key", wanted)
        self._sign_again()
        wrote = f"Wrote {made.private.name} and {made.public.name} in {made.private.parent}."
        register = f"Register {made.public.name} with the authorizer before you sign with {made.private.name}."
        self._say("\n".join([f"{wrote} {register} The same with openssl:", *made.openssl]))

    def action_use(self) -> None:
        """Close with the request. If a key is named, it is signed again on every send."""
        key, passphrase = self._value("key").strip(), self._value("passphrase")
        is_kept = not passphrase or refers(passphrase)
        sign = Sign(key, passphrase or None, self._place) if key and is_kept else None
        try:
            request = self._for_signing(self.request) if sign else self._with_signature(self.request)
        except ValueError as error:
            self._say(str(error))
            return
        if not is_kept and key:
            self.notify(_NOT_KEPT, timeout=12, markup=False)
        self.dismiss(Signed(request, sign))

    def _for_signing(self, request: AuthorizerRequest) -> AuthorizerRequest:
        """The token where it is signed on sending: in its context, or alone."""
        where, name = self._place, self.authorizer.token_key_name if self.authorizer else None
        unsigned = replace(request, token_signature=None)
        if where == "token" or request.token is None or not name:
            return unsigned
        return replace(put(unsigned, where, name, request.token), token=None)

    def _with_signature(self, request: AuthorizerRequest) -> AuthorizerRequest:
        signature = self._value("signature")
        return place(request, self._place, signature, self.authorizer) if signature else self._for_signing(request)

    @property
    def _place(self) -> Place:
        chosen = self.query_one(Choices).chosen
        return next(place for place in get_args(Place) if place == chosen)
