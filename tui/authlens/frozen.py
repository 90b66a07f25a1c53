"""`dataclass(frozen=True, slots=True)` as in the standard library, but with methods created when first needed.

The standard decorator compiles up to eight methods of each class while the class is defined: a tenth of the time until
the first screen, most of it for methods that are never called during start-up. Here fields, slots, `replace` and
matching are the standard library's own, `__init__` is compiled when the first instance is created, and the other
methods are shared by all classes. `message` does the same for messages of widgets, which can be changed.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "message"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
    from dataclasses import dataclass as message
else:

    def message(cls: type) -> type:
        """A class decorator like the standard library's, without comparing and printing what nothing does."""
        made = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        made.__init__ = _init_when_called(made)
        return made

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """A class decorator. Both options must be written out, so that mypy and readers recognise them."""
        if not (frozen and slots):
            raise TypeError(
                "this decorator only supports frozen=True and slots=True; use the standard one for other classes"
            )
        return _frozen


def _frozen(cls: type) -> type:
    own = set(cls.__dict__)
    cls.__doc__ = cls.__doc__ or cls.__name__  # or else the standard library computes the signature here, which is slow
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    methods: dict[str, Any] = {
        "__init__": _init_when_called(made),
        "__repr__": _repr,
        "__eq__": _equality(_values_of([each.name for each in fields if each.compare])),
        "__hash__": _hash(_values_of([each.name for each in fields if _is_hashed(each)])),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _set_state,
    }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]  # `dataclass` returns a class


def _init_when_called(cls: Any) -> Any:
    def __init__(self: Any, *positional: Any, **named: Any) -> None:
        cls.__init__ = _init(cls)
        cls.__init__(self, *positional, **named)

    return __init__


def _init(cls: Any) -> Any:
    """The `__init__` of the class, compiled."""
    known: dict[str, Any] = {"set_": object.__setattr__, "MISSING": dataclasses.MISSING}
    parameters, body = ["self"], []
    for each in dataclasses.fields(cls):
        name, value = each.name, each.name
        if each.default is not dataclasses.MISSING:
            known[f"default_{name}"] = each.default
            parameters.append(f"{name}=default_{name}")
        elif each.default_factory is not dataclasses.MISSING:
            known[f"make_{name}"] = each.default_factory
            parameters.append(f"{name}=MISSING")
            value = f"make_{name}() if {name} is MISSING else {name}"
        else:
            parameters.append(name)
        body.append(f"    set_(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    source = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(body) or "    pass")
    exec(source, known)
    init = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _values_of(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda self: ()


def _is_hashed(field: dataclasses.Field[Any]) -> bool:
    return field.compare if field.hash is None else field.hash


def _equality(values: Callable[[Any], Any]) -> Any:
    def __eq__(self: Any, other: Any) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or values(self) == values(other)

    return __eq__


def _hash(values: Callable[[Any], Any]) -> Any:
    def __hash__(self: Any) -> int:
        return hash((values(self),))

    return __hash__


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
