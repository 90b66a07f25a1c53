"""A text field that keeps every character exactly, shows the invisible ones, and hides secrets, whole or in part.

Textual's TextArea splits lines at more characters than line feeds and joins them again with one kind. So what must
not be split is in the document as a private character of one cell, drawn as a symbol.

While parts of a value are covered, the document holds what is shown. An edit uncovers the value and covers it again,
with nothing painted in between: what is secret is not seen while it is typed either.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from authlens.core.text.visible import is_visible, visible
from authlens.frozen import message
from authlens.ui.model.finding_target import location, offset
from authlens.ui.runtime.textual_internals import WatchedArea, forget_watcher
from authlens.ui.text.partly_hidden import COVER, Hide, PartlyHidden, Span, after_edit, cover
from authlens.ui.widgets.controls.paint_guard import PaintGuard

_UNDO = {"undo", "redo", "select_line", "select_all", "copy", "cut"}
_BASIC_PLANE = 0x100000
_HIGH_PLANE = 0xF0000


def shielded(text: str) -> str:
    """The text with a private character for each one that TextArea would change or a terminal act on."""
    if is_visible(text):
        return text
    return "".join(character if _is_plain(character) else _shield(character) for character in text)


def unshielded(text: str) -> str:
    is_shielded = not text.isascii() and ord(max(text)) >= _HIGH_PLANE
    return "".join(map(_unshield, text)) if is_shielded else text


def is_faithful(text: str) -> bool:
    """Whether the text survives in a field. One that holds those private characters itself does not."""
    return unshielded(shielded(text)) == text


def _is_not_a_value(text: str) -> bool:
    """Whether a text is certainly of another kind than the value of a field."""
    from authlens.core.pasted.kinds import kind_of  # loaded with the first paste

    return kind_of(text) is not None


def _is_plain(character: str) -> bool:
    return character == "\n" or is_visible(character)


def _shield(character: str) -> str:
    code = ord(character)
    return chr(code + _BASIC_PLANE if code < 0x10000 else (code & 0xFFFF) + _HIGH_PLANE)


def _unshield(character: str) -> str:
    code = ord(character)
    if code >= _BASIC_PLANE:
        return chr(code - _BASIC_PLANE)
    if code < _HIGH_PLANE:
        return character
    low = code - _HIGH_PLANE
    # Of plane 14 it is the first 4,096; what is shielded of plane 1 lies above.
    return chr(low + (0xE0000 if low < 0x1000 else 0x10000))


def _picture(character: str) -> str:
    """One cell that represents the character."""
    if ord(character) < _HIGH_PLANE:
        return character
    picture = visible(_unshield(character))
    return picture if len(picture) == 1 else "\N{REPLACEMENT CHARACTER}"


class Field(PaintGuard, WatchedArea, inherit_bindings=False):
    """One value of the form. Enter goes on to the next field, Alt+Enter breaks the line."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        min-height: 1;
        min-width: 4;
        max-height: 6;
        padding-left: 1;
        background: $surface;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        &:focus { background: $panel; }
        &.-read-only { background: transparent; }
        &.-masked { overflow: hidden; }
        &:ansi { border: none; }
        & .text-area--cursor-line { background: transparent; }
        &:blur .text-area--selection { background: transparent; color: $foreground; text-style: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(b for b in TextArea.BINDINGS if isinstance(b, Binding) and b.action not in _UNDO),
        Binding("enter", "leave", "Next field", show=False, id="field.next"),
        Binding("alt+enter", "break_line", "Break line", show=False, id="field.break"),
        Binding("ctrl+c,super+c", "copy", "Copy", show=False, id="field.copy", tooltip="Copy the selection"),
        Binding("ctrl+x,super+x", "cut", "Cut", show=False, id="field.cut", tooltip="Cut the selection"),
        Binding("ctrl+shift+a", "select_all", "Select all", show=False, id="field.select-all"),
        Binding("f2", "reveal", "Reveal", id="field.reveal", tooltip="Show the hidden value until the field is left"),
    ]

    masked: reactive[bool] = reactive(False, layout=True, toggle_class="-masked")

    @message
    class Edited(Message):
        """The user changed the text."""

        field: Field
        member: str
        text: str

    @message
    class Left(Message):
        """Enter was pressed."""

        field: Field

    @message
    class Recognised(Message):
        """What was pasted is not a value of this field: a command, an event, an answer, a policy."""

        text: str

    def __init__(
        self,
        member: str,
        text: str = "",
        *,
        secret: bool = False,
        hide: Hide | None = None,
        placeholder: str = "",
        tooltip: str | None = None,
        key: str | None = None,
    ) -> None:
        """secret: the whole value is hidden. hide: these parts of it are."""
        self._hide = hide
        self._stuck: tuple[Span, ...] = ()
        """Parts that were covered before an edit: changing a parameter's name does not show its value."""
        self._edited: tuple[PartlyHidden, int, int] | None = None
        """What was covered when an edit began, and between which places of the value it is."""
        self._covered = cover(text, hide) if hide else None
        super().__init__(
            shielded(self._covered.shown if self._covered else text),
            compact=True,
            placeholder=placeholder,
            id=key,
            highlight_cursor_line=False,
            tooltip=tooltip,
        )
        self.member = member
        """Which value it is, in the words of whoever made it."""
        self.secret = secret
        self.set_reactive(Field.masked, secret and bool(text))
        self.set_class(self.masked, "-masked")
        self.set_reactive(TextArea.match_cursor_bracket, False)

    def on_mount(self) -> None:
        """Without animations the cursor does not blink either."""
        self.cursor_blink = self.app.animation_level != "none"

    def on_unmount(self) -> None:
        forget_watcher(self, self.app)
        self.screen.text_selection_started_signal.unsubscribe(self)

    @property
    def value(self) -> str:
        return self._covered.value if self._covered else unshielded(self.text)

    def show(self, value: str) -> None:
        """Put a value in without calling it an edit. The cursor stays where it can."""
        if value == self.value:
            return
        cursor = self.cursor_location
        self._stuck = ()
        self._load(value)
        self.read_only = not is_faithful(value)
        self.move_cursor(cursor if cursor <= self.document.end else self.document.end)
        self._mask_if_needed()

    def take(self, value: str) -> None:
        """Put a value in as an edit that the user made elsewhere."""
        if value != self.value:
            self.show(value)
            self.post_message(self.Edited(self, self.member, value))

    def enter(self) -> None:
        """Take the focus as from a key: typing replaces what it holds."""
        self.select_all()
        self.focus()

    def select(self, start: int, end: int) -> None:
        """Select characters of the value."""
        places = (start, end) if self._covered is None else map(self._covered.place_shown, (start, end))
        self.selection = Selection(*(location(self.text, place) for place in places))

    def _load(self, value: str) -> None:
        """Put the text into the document, with its hidden parts covered."""
        self._covered = self._cover_of(value)
        with self.prevent(TextArea.Changed):
            self.load_text(shielded(self._covered.shown if self._covered else value))

    # Masking

    def keep_secret(self, secret: bool) -> None:
        """Whether the value is one to hide from now on."""
        self.secret = secret
        self._mask_if_needed()

    def cover_anew(self) -> None:
        """Hide what is to be hidden now: it was revealed, or other parts are secret than were before."""
        if self._cover_of(self.value) == self._covered:
            return
        selection = self._in_value(*self.selection)
        self._load(self.value)
        self.select(*selection)

    def _cover_of(self, value: str) -> PartlyHidden | None:
        return cover(value, self._hide, self._stuck) if self._hide and not self.revealed else None

    def _in_value(self, *locations: tuple[int, int]) -> list[int]:
        """Places in the value."""
        places = [offset(self.text, each) for each in locations]
        return places if self._covered is None else [self._covered.place_in_value(place) for place in places]

    def edit_begins(self, *locations: tuple[int, int]) -> list[tuple[int, int]]:
        """Uncover the value. The same places in it."""
        if self._covered is None or self.read_only:
            return list(locations)
        places = self._in_value(*locations)
        self._edited, self._covered = (self._covered, min(places), max(places)), None
        with self.prevent(TextArea.Changed):
            self.load_text(shielded(self._edited[0].value))
        return [location(self.text, place) for place in places]

    def edit_ends(self) -> None:
        """Hide what is to be hidden, before anything is painted."""
        if self._edited is not None:
            before, start, end = self._edited
            gained = len(self.value) - len(before.value)
            self._stuck, self._edited = after_edit(before.spans, start, end, gained), None
        self._mask_if_needed()
        self.cover_anew()

    def _mask_if_needed(self) -> None:
        self.masked = self.secret and bool(self.text) and not self.revealed

    revealed = False

    @property
    def in_form(self) -> bool:
        """Whether it is a field of the main screen, where what is pasted is recognised."""
        return not isinstance(self.screen, ModalScreen)

    def action_reveal(self) -> None:
        self.revealed = not self.revealed
        self._mask_if_needed()
        self.cover_anew()
        self.refresh(layout=True)

    def on_blur(self) -> None:
        self.revealed, self._stuck = False, ()
        self._mask_if_needed()
        self.cover_anew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("cursor_page_up", "cursor_page_down"):
            return not self.in_form  # there they go to the next page of the form
        if action != "reveal":
            return True
        if self.secret or self._covered is not None:
            return True
        return self._hide is not None and bool(self._hide(self.value))

    @property
    def allow_select(self) -> bool:
        return False

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 if self.masked else super().get_content_height(container, viewport, width)

    def render_line(self, y: int) -> Strip:
        if not self.masked:
            return super().render_line(y)
        base = self.rich_style
        width = self.scrollable_content_region.width
        if y:
            return Strip.blank(width, base)
        strip = Strip([Segment(COVER, base), Segment(" ", self.drawn_cursor_style or base)], len(COVER) + 1)
        return strip.adjust_cell_length(width, base)

    def get_line(self, line_index: int) -> Text:
        line = self.document.get_line(line_index)
        plain = line if line.isascii() else "".join(map(_picture, line))
        return Text(plain, end="", no_wrap=True)

    def _move_to_end(self) -> None:
        """The cursor is not visible in a hidden value: it is at the end, unless all of it is selected."""
        if set(self.selection) != {(0, 0), self.document.end}:
            self.selection = Selection.cursor(self.document.end)

    # Editing

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._mask_if_needed()
        self.post_message(self.Edited(self, self.member, self.value))

    async def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()
        elif self.masked:
            self._move_to_end()

    async def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if self.in_form and _is_not_a_value(event.text):
            self.post_message(self.Recognised(event.text))
        elif not self.read_only:
            self.insert_text(event.text)

    def insert_text(self, text: str) -> None:
        """Put text in at the cursor, exactly as it is; a line of Windows or old Mac OS stays one."""
        if self.masked:
            self._move_to_end()
        result = self.replace_as_typed(shielded(text), *self.selection)
        if result is not None and self._covered is None:
            self.move_cursor(result.end_location)

    def action_break_line(self) -> None:
        self.insert_text("\n")

    def action_leave(self) -> None:
        self.post_message(self.Left(self))

    @property
    def _is_hidden(self) -> bool:
        """Whether the value, or a part of the selection, is hidden."""
        return self.masked or (self._covered is not None and COVER[0] in self.selected_text)

    def action_copy(self) -> None:
        if self._is_hidden:
            self.notify("This value is hidden. F2 reveals it, then it can be copied.", markup=False)
        elif self.selected_text:
            self.app.copy_to_clipboard(unshielded(self.selected_text))

    def action_cut(self) -> None:
        if self._is_hidden:
            self.notify("This value is hidden. F2 reveals it, then it can be cut.", markup=False)
        elif self.selected_text and not self.read_only:
            self.app.copy_to_clipboard(unshielded(self.selected_text))
            self.delete_as_typed(*self.selection)

    def action_paste(self) -> None:
        if self.in_form and _is_not_a_value(self.app.clipboard):
            self.post_message(self.Recognised(self.app.clipboard))
        elif not self.read_only:
            self.insert_text(self.app.clipboard)
