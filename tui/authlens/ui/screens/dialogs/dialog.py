"""Small questions on top of the screen, awaited with `push_screen_wait`. Escape changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from authlens.frozen import dataclass
from authlens.ui.runtime.textual_internals import forget_styles
from authlens.ui.text.safe_content import prose_lines, safe_content
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.key_line import KeyLine

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer], Generic[Answer]):
    """A box in the middle of the screen."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Like Textual's, but moving the focus does not repaint the whole screen."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > .box {
            width: 72;
            max-width: 96%;
            height: auto;
            max-height: 96%;
            border: round $border;
            border-title-color: $text-primary;
            border-title-style: bold;
            background: $background;
            padding: 1 2;
            & > KeyLine { background: transparent; padding: 0; }
        }
        .buttons { height: auto; margin-top: 1; }
        .say { height: auto; }
        .note { height: auto; color: $foreground-muted; margin-top: 1; }
        Button {
            margin-right: 2; min-width: 6; height: 1; border: none; padding: 0 1; width: auto;
            background: $panel; color: $foreground;
        }
        Button:focus { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="dialog.cancel"),
        Binding("f1", "app.help", "Help", show=False, id="dialog.help"),
    ]

    def on_unmount(self) -> None:
        forget_styles()


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go on."""

    id: str
    label: str


class Ask(Dialog[str]):
    """Which way to continue? The first loses nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "press", "Choose", priority=True),
        Binding("right", "app.focus_next", "Move", key_display="←→"),
        Binding("left", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(self, title: str, say: str, ways: Sequence[Way]) -> None:
        super().__init__()
        self._title = title
        self._say = say
        self._ways = ways

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(self._title)
            yield Static(prose_lines(self._say), classes="say", markup=False)
            with Horizontal(classes="buttons"):
                for way in self._ways:
                    yield Button(Content(way.label), id=way.id, compact=True)
            yield KeyLine()

    def action_press(self) -> None:
        if isinstance(self.focused, Button):
            self.focused.press()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)


class AskText(Dialog[str]):
    """A line of text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Accept", priority=True, id="dialog.accept"),
    ]

    def __init__(self, title: str, text: str = "", note: str = "", *, secret: bool = False) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._note = note
        self._secret = secret

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(self._title)
            yield Field("text", self._text, secret=self._secret)
            if self._note:
                yield Static(prose_lines(self._note), classes="note", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Field).enter()

    def action_accept(self) -> None:
        self.dismiss(self.query_one(Field).value)
