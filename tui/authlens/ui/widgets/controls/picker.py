"""What holds of several, on one line: Enter opens all of them, and the arrows step to the adjacent ones."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from authlens.frozen import message
from authlens.ui.widgets.controls.paint_guard import PaintGuard

_OPENS = " ▾"
_STEP = Binding.Group("Step", compact=True)


class Picker(PaintGuard, Widget, can_focus=True):
    DEFAULT_CSS = """
    Picker {
        height: 1;
        width: 1fr;
        padding-left: 1;
        background: $surface;
        &:focus { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "choose", "Choose", id="picker.choose", tooltip="Show all of them and choose one"),
        Binding("left", "step(-1)", "Previous", id="picker.previous", tooltip="Take the previous one", group=_STEP),
        Binding("right", "step(1)", "Next", id="picker.next", tooltip="Take the next one", group=_STEP),
    ]

    value: reactive[Content] = reactive(Content(""), layout=True)

    @message
    class Wanted(Message):
        """Another is to be taken: one to choose from all of them, or the one this many steps on."""

        picker: Picker
        by: int = 0

    def __init__(self, key: str) -> None:
        super().__init__(id=key)

    def render(self) -> Content:
        room = self.content_size.width - len(_OPENS)
        value = self.value.truncate(max(0, room), ellipsis=True)
        return Content.assemble(value.pad_right(max(0, room - value.cell_length)), _OPENS)

    def on_click(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self.post_message(self.Wanted(self))

    def action_step(self, by: int) -> None:
        self.post_message(self.Wanted(self, by))
