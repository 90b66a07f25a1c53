"""One row of which one choice holds: the mode switch, tabs, and the panes of a small screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from authlens.frozen import dataclass, message
from authlens.ui.widgets.controls.paint_guard import PaintGuard

_CHOOSE = Binding.Group("Choose", compact=True)


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: str
    mark: str = ""
    """A word or glyph after the label: how many, whether something is wrong."""
    quiet: bool = False
    """Dimmed: it does not apply now."""


class Choices(PaintGuard, Widget, can_focus=True):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choices--chosen", "choices--quiet", "choices--focused"}
    DEFAULT_CSS = """
    Choices {
        height: 1;
        width: 1fr;
        color: $foreground-muted;
        & > .choices--chosen { color: $foreground; background: $panel; text-style: bold; }
        & > .choices--focused {
            color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold;
        }
        & > .choices--quiet { color: $foreground-disabled; }
        &:ansi > .choices--chosen { text-style: bold underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left", "move(-1)", "Previous", id="choices.previous", tooltip="Choose the previous one", group=_CHOOSE
        ),
        Binding("right", "move(1)", "Next", id="choices.next", tooltip="Choose the next one", group=_CHOOSE),
    ]

    choices: reactive[tuple[Choice, ...]] = reactive(())
    chosen: reactive[str] = reactive("")

    @message
    class Chosen(Message):
        """The user chose a different one."""

        choices: Choices
        id: str

    def __init__(self, choices: Sequence[Choice] = (), chosen: str = "", *, key: str | None = None) -> None:
        super().__init__(id=key)
        self.set_reactive(Choices.choices, tuple(choices))
        self.set_reactive(Choices.chosen, chosen or (choices[0].id if choices else ""))

    def choose(self, choice_id: str) -> None:
        """Choose as the user would."""
        if choice_id != self.chosen and any(choice.id == choice_id for choice in self.choices):
            self.chosen = choice_id
            self.post_message(self.Chosen(self, choice_id))

    def action_move(self, by: int) -> None:
        ids = [choice.id for choice in self.choices]
        if ids:
            at = ids.index(self.chosen) if self.chosen in ids else 0
            self.choose(ids[(at + by) % len(ids)])

    def on_click(self, event: events.Click) -> None:
        end = 0
        for text, choice in zip(self._texts(), self.choices, strict=True):
            end += len(text)
            if event.x < end:
                self.choose(choice.id)
                break

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return sum(len(_text(choice)) for choice in self.choices)

    def render(self) -> Content:
        texts = zip(self._texts(), self.choices, strict=True)
        return Content("").join(Content.styled(text, self._style(choice)) for text, choice in texts)

    def _texts(self) -> list[str]:
        """Each choice as it is drawn: closer together where the row would not have room for all."""
        texts = [_text(choice) for choice in self.choices]
        wide = sum(map(len, texts)) > self.size.width > 0
        return [text.removeprefix(" ") for text in texts] if wide else texts

    def _style(self, choice: Choice) -> Style:
        if choice.id == self.chosen:
            name = "choices--focused" if self.has_focus else "choices--chosen"
        elif choice.quiet:
            name = "choices--quiet"
        else:
            return Style()
        return Style.from_styles(self.get_component_styles(name))


def _text(choice: Choice) -> str:
    return f" {choice.label}{' ' + choice.mark if choice.mark else ''} "
