"""A call as it is described: once, whoever then carries it out, at once, awaited, or later from an outbox.

The rooms of calls (`asking`, `people`, …) hold descriptions: methods that say what is sent and how the answer is read, marked with `said`.
Reached through a speaker such a method carries its call out; reached through its class it gives the description alone.
"""

from __future__ import annotations

import functools
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar, overload

P = ParamSpec("P")
T = TypeVar("T")
Plain: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request: method, path below the organisation, body, and what its answer means.

    Under an idempotency `key` it has its effect once however often it is sent; without one it is sent anew after a failure only where
    that changes nothing (`harmless`).
    """

    method: str
    path: str
    read: Callable[[Plain], T] = field(repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    key: str = ""
    harmless: bool = False

    @property
    def again(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        return self.harmless or bool(self.key)


class Speaker(ABC):
    """Carries calls out and comes back with what was answered."""

    @abstractmethod
    def perform(self, call: Call[T], within: float | None = None) -> T:
        """What is answered, `within` so many seconds. Raises Away, Problem."""

    def close(self) -> None:  # noqa: B027  whoever holds nothing has nothing to let go of
        """Let go of what is held open."""


class AsyncSpeaker(ABC):
    """Carries calls out for whoever awaits them."""

    @abstractmethod
    async def perform(self, call: Call[T], within: float | None = None) -> T:
        """What is answered, `within` so many seconds. Raises Away, Problem."""


class Scribe(ABC):
    """Writes calls down, to be carried out later."""

    @abstractmethod
    def perform(self, call: Call[Any]) -> str:
        """The idempotency key under which it will be carried out."""


class Said(Generic[P, T]):
    """A method that describes a call, and carries it out through whoever it is reached by."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self._describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, speaker: None, kind: type | None = None) -> Callable[P, Call[T]]: ...
    @overload
    def __get__(self, speaker: Speaker, kind: type | None = None) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, speaker: AsyncSpeaker, kind: type | None = None
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, speaker: Scribe, kind: type | None = None) -> Callable[P, str]: ...
    def __get__(self, speaker: Any, kind: type | None = None) -> Any:
        describe = self._describe
        if speaker is None:
            return functools.wraps(describe)(functools.partial(describe, None))

        @functools.wraps(describe)
        def carried_out(*args: P.args, **kwargs: P.kwargs) -> Any:
            return speaker.perform(describe(speaker, *args, **kwargs))

        return carried_out


def said(describe: Callable[Concatenate[Any, P], Call[T]]) -> Said[P, T]:
    """Mark a method that describes a call."""
    return Said(describe)


def plain(found: Plain) -> Plain:
    """The answer as it came."""
    return found


def nothing(found: Plain) -> None:
    """An answer that says no more than that it is done."""


def got(path: str, read: Callable[[Plain], T]) -> Call[T]:
    """A call that reads."""
    return Call("GET", path, read, harmless=True)


def asked(path: str, body: Mapping[str, Any], read: Callable[[Plain], T]) -> Call[T]:
    """A call with a body that reads."""
    return Call("POST", path, read, body, harmless=True)


def told(path: str, body: Mapping[str, Any], read: Callable[[Plain], T], key: str = "") -> Call[T]:
    """A call that changes something, once, however often it has to be sent: under a key of its own where none is given."""
    return Call("POST", path, read, body, key or secrets.token_hex(16))


def sent(path: str, body: Mapping[str, Any], read: Callable[[Plain], T], key: str = "") -> Call[T]:
    """A call that changes something and is sent once, unless a key is given."""
    return Call("POST", path, read, body, key)
