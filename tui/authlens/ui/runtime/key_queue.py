"""What is typed, one key at a time: the next one waits until the one before has done what it does.

Textual forwards a key to the widget that has the focus when it comes in, and runs the key's binding later, when it has
bubbled up to the app. Keys in quick succession would all go to that widget, although the first of them opens a field,
and what is typed into the field would run commands.

Also which window has the focus, as terminals report it: each change styles and paints everything, so what is reported
in quick succession counts only once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from inspect import isawaitable
from typing import Any

from textual import events
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input, TextArea

from authlens.ui.runtime.textual_internals import FaultApp, until_complete

LIMIT = 10.0
"""Seconds that keys are held at most. A busy machine may need some for one key; leaving does not wait."""
_LEAVE = "ctrl+q"


class KeyHold:
    """Keys wait from `take` to `release`, but no longer than the limit."""

    def __init__(self, node: DOMNode) -> None:
        self._app = node.app

    def take(self) -> None:
        if isinstance(self._app, OrderedKeysApp):
            self._app.hold_keys(self)

    def release(self) -> None:
        if isinstance(self._app, OrderedKeysApp):
            self._app.release_keys(self)


def after_refresh(widget: Widget, call: Callable[..., object], *arguments: object) -> None:
    """Call it once the screen is laid out. It moves the focus: what is typed meanwhile waits for it."""
    hold = KeyHold(widget)
    hold.take()

    async def run() -> None:
        try:
            done = call(*arguments)
            if isawaitable(done):
                await done
        finally:
            hold.release()

    if not widget.call_after_refresh(run):
        hold.release()


class OrderedKeysApp(FaultApp):
    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Event] = deque()
        self._holds: dict[object, asyncio.TimerHandle] = {}
        """Why keys wait, with what ends it when it takes too long."""
        self._writing: DOMNode | None = None
        """The field that is taking in what is typed; other keys wait until it has."""
        self._reported_focus: bool | None = None
        """Whether the terminal has the focus, until it is acted on after the next paint."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.AppFocus | events.AppBlur):
            if self._reported_focus is None:
                self.call_after_refresh(self._take_reported_focus)
            self._reported_focus = isinstance(event, events.AppFocus)
            return
        if self._reported_focus is False and isinstance(event, events.Key | events.MouseDown):
            self._reported_focus = True  # it came after the report
        is_typed = isinstance(event, events.Key | events.Paste)
        if is_typed and not event.is_forwarded:
            if isinstance(event, events.Key) and event.key == _LEAVE:
                self._typed.clear()
                for hold in list(self._holds):
                    self.release_keys(hold)
            self._typed.append(event)
            await self._next_key()
            return
        if isinstance(event, events.InputEvent) and self.screen_stack:
            # What comes in before a dialog is complete would find none of its widgets.
            await until_complete(self.screen)
        await super().on_event(event)

    def _take_reported_focus(self) -> None:
        reported, self._reported_focus = self._reported_focus, None
        if reported is not None:
            self.app_focus = reported

    def hold_keys(self, why: object) -> None:
        self.release_keys(why)
        loop = asyncio.get_running_loop()
        self._holds[why] = loop.call_later(LIMIT, self.release_keys, why)

    def release_keys(self, why: object) -> None:
        timer = self._holds.pop(why, None)
        if timer is not None:
            timer.cancel()
            self.call_later(self._next_key)

    async def _next_key(self) -> None:
        while self._typed and not self._holds:
            if self.screen_stack:
                await until_complete(self.screen)
            receiver = self.focused or (self.screen if self.screen_stack else self)
            if self._writing is not None and not (receiver is self._writing and _is_taken_in(self._typed[0], receiver)):
                writing, self._writing = self._writing, None
                self._wait_for(writing)
                continue
            event = self._typed.popleft()
            await super().on_event(event)
            if event.is_forwarded and _is_taken_in(event, receiver):
                self._writing = receiver
            else:
                self._wait_for(receiver)

    def _wait_for(self, receiver: DOMNode) -> None:
        """Hold the keys until a widget has done what was typed, and the others have done what that led to."""
        hold = object()
        self.hold_keys(hold)
        # Twice: what a key does may itself be a message on the same way.
        self._pass(hold, [*receiver.ancestors_with_self] * 2)

    def _pass(self, hold: object, way: Sequence[MessagePump]) -> None:
        """Release the keys once all on the way have handled what was sent to them before."""
        for place, pump in enumerate(way, 1):
            if pump.call_later(self._pass, hold, way[place:]):
                return
        self.release_keys(hold)


def _is_taken_in(event: events.Event, receiver: Any) -> bool:
    """Whether a field takes the character in: where the focus is does not change."""
    if not isinstance(event, events.Key) or not event.is_printable:
        return False
    return isinstance(receiver, Input) or (isinstance(receiver, TextArea) and not receiver.read_only)
