"""The binding ids of the user's keymap, read from the classes that have them, and the errors of a keymap.

The rule: there is no other list of ids. It is read only if the settings change a key, or a test asks.
"""

from __future__ import annotations

import importlib
import pkgutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from textual.binding import Binding
from textual.keys import Keys

from authlens.ui.runtime.textual_internals import key_name

_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})
_EVERYWHERE = {"AuthlensApp": "everywhere", "MainScreen": "everywhere"}
"""Places whose keys work at the same moment."""
_KEYS = frozenset(key.value for key in Keys)


def bindings_with_ids() -> Iterator[tuple[str, Binding]]:
    """Every binding that a keymap can change, with the name of the class that has it."""
    import authlens.ui

    for module in pkgutil.walk_packages(authlens.ui.__path__, f"{authlens.ui.__name__}."):
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and found.__module__ == module.name:
                for binding in vars(found).get("BINDINGS", ()):
                    if isinstance(binding, Binding) and binding.id:
                        yield found.__name__, binding


def keymap_problems(keymap: Mapping[str, str]) -> list[str]:
    """A sentence for each unknown id, each key that no terminal sends, and each key of two bindings in one place."""
    if not keymap:
        return []
    bindings = [(place, binding.id or "", binding.key) for place, binding in bindings_with_ids()]
    known = {name for _, name, _ in bindings}
    problems = [_unknown_id(name, known) for name in keymap if name not in known]
    for name, keys in keymap.items():
        problems += [
            f"keymap, {name}: '{key}' is not a key; write for example f5, ctrl+g or question_mark"
            for key in (key.strip() for key in keys.split(","))
            if not is_key(key)
        ]
    return problems + _taken_twice(bindings, keymap)


def with_turns(keymap: Mapping[str, str]) -> dict[str, str]:
    """The keymap for Textual, which takes a key away from all its bindings when one of them gets another.

    Of those that take turns with the one key, such as `abandon` and `back`, the others keep theirs.
    """
    bindings = [(place, binding.id or "", binding.key) for place, binding in bindings_with_ids()]
    own = {name: keys for _, name, keys in bindings}
    left = {name for names in _turns(bindings) if not keymap.keys().isdisjoint(names) for name in names}
    return {**{name: own[name] for name in left}, **keymap}


def _turns(bindings: Iterable[tuple[str, str, str]]) -> list[set[str]]:
    """The bindings of one place that have the same key: never do two of them work at the same moment."""
    return [set(names) for names in _owners(bindings, {}).values() if len(names) > 1]


def _owners(bindings: Iterable[tuple[str, str, str]], keymap: Mapping[str, str]) -> dict[tuple[str, str], list[str]]:
    """By place and key."""
    owners: dict[tuple[str, str], list[str]] = {}
    for place, name, keys in bindings:
        for key in (key.strip() for key in keymap.get(name, keys).split(",")):
            names = owners.setdefault((_EVERYWHERE.get(place, place), _key_name(key)), [])
            if name not in names:
                names.append(name)
    return owners


def _taken_twice(bindings: list[tuple[str, str, str]], keymap: Mapping[str, str]) -> list[str]:
    """Of two bindings of one place with the same key only one works, unless they take turns.

    Those that the keymap leaves alone are ours.
    """
    turns = _turns(bindings)
    clashes = {
        (key, *sorted(names, key=lambda name: name not in keymap)): None
        for (_, key), names in _owners(bindings, keymap).items()
        if len(names) > 1 and not keymap.keys().isdisjoint(names)
        if not any(taking_turns.issuperset(names) for taking_turns in turns)
    }
    return [
        f"keymap, {name}: '{key}' is also the key of {' and '.join(others)}; only one of them can have it"
        for key, name, *others in clashes
    ]


def _key_name(key: str) -> str:
    return key_name(key) if len(key) == 1 else key


def is_key(text: str) -> bool:
    """Whether it is a key as Textual names them: a character, a name, or one of those after modifiers."""
    *modifiers, key = text.split("+") if text != "+" else [text]
    return bool(key) and _MODIFIERS.issuperset(modifiers) and (len(key) == 1 or key in _KEYS or _is_character(key))


def _is_character(name: str) -> bool:
    """`question_mark`: a character by its Unicode name."""
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return name in ("slash", "plus", "minus", "space") or (name.startswith("upper_") and len(name) == 7)
    return True


def _unknown_id(name: str, known: set[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), 1)
    hint = f"did you mean {close[0]}?" if close else "F1 and 'authlens help keys' list them."
    return f"keymap: there is no binding with the id '{name}'; {hint}"
