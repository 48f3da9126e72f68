"""The exam that every keeper of root keys passes, the real server among them."""

from __future__ import annotations

import secrets

import pytest

from troth.kernel.errors import CallerError
from troth.vault import Keeper, RootMissing, RootWrong

KEY = bytes(range(32))
CONTEXT = b"store 7, organisation harbour, epoch 1"


@pytest.fixture
def root(keeper: Keeper) -> str:
    """A root key that nobody else uses."""
    name = f"troth-harbour-1-{secrets.token_hex(4)}"
    keeper.make(name)
    return name


def test_what_was_wrapped_is_unwrapped_by_whoever_reaches_the_keeper(
    keepers: tuple[Keeper, Keeper], root: str
) -> None:
    wrapped = keepers[0].wrap(root, KEY, CONTEXT)
    assert keepers[1].unwrap(root, wrapped, CONTEXT) == KEY
    assert KEY not in wrapped


def test_the_same_key_is_never_wrapped_the_same_way_twice(keeper: Keeper, root: str) -> None:
    assert keeper.wrap(root, KEY, CONTEXT) != keeper.wrap(root, KEY, CONTEXT)


def test_another_context_is_refused(keeper: Keeper, root: str) -> None:
    with pytest.raises(RootWrong):
        keeper.unwrap(root, keeper.wrap(root, KEY, CONTEXT), CONTEXT + b"0")


def test_another_root_key_is_refused(keeper: Keeper, root: str) -> None:
    other = f"{root}-other"
    keeper.make(other)
    with pytest.raises(RootWrong, match=other):
        keeper.unwrap(other, keeper.wrap(root, KEY, CONTEXT), CONTEXT)


def test_every_changed_byte_is_refused(keeper: Keeper, root: str) -> None:
    wrapped = keeper.wrap(root, KEY, CONTEXT)
    start = wrapped.rfind(b":") + 1  # some keepers write a readable head before the bytes
    for at in range(start, len(wrapped), 7):
        changed = bytearray(wrapped)
        changed[at] = changed[at] ^ 1 if start == 0 else (66 if changed[at] == 65 else 65)
        with pytest.raises(RootWrong):
            keeper.unwrap(root, bytes(changed), CONTEXT)


@pytest.mark.parametrize("wrapped", [b"", b"x", b"vault:v1:", bytes(range(60))])
def test_what_was_never_wrapped_is_refused(keeper: Keeper, root: str, wrapped: bytes) -> None:
    with pytest.raises(RootWrong):
        keeper.unwrap(root, wrapped, CONTEXT)


def test_a_destroyed_root_key_opens_nothing_again_not_even_under_its_old_name(
    keepers: tuple[Keeper, Keeper], root: str
) -> None:
    one, other = keepers
    wrapped = one.wrap(root, KEY, CONTEXT)
    one.destroy(root)
    assert root not in other.names()
    with pytest.raises(RootMissing, match=root):
        other.unwrap(root, wrapped, CONTEXT)
    one.destroy(root)
    one.make(root)
    with pytest.raises(RootWrong):
        other.unwrap(root, wrapped, CONTEXT)


def test_a_key_that_is_not_there_is_not_made_by_using_it(keeper: Keeper, root: str) -> None:
    with pytest.raises(RootMissing, match="nobody"):
        keeper.wrap("troth-nobody", KEY, CONTEXT)
    with pytest.raises(RootMissing):
        keeper.unwrap("troth-nobody", b"vault:v1:AAAA", CONTEXT)
    assert "troth-nobody" not in keeper.names()


def test_making_a_key_again_leaves_it(keeper: Keeper, root: str) -> None:
    wrapped = keeper.wrap(root, KEY, CONTEXT)
    keeper.make(root)
    assert keeper.unwrap(root, wrapped, CONTEXT) == KEY
    assert root in keeper.names()


@pytest.mark.parametrize("name", ["", "../other", "a/b", "A", "a b", "a" * 151, ".hidden", "-a"])
def test_a_name_that_leads_elsewhere_is_refused(keeper: Keeper, name: str) -> None:
    for use in (
        keeper.make,
        keeper.destroy,
        lambda one: keeper.wrap(one, KEY, CONTEXT),
        lambda one: keeper.unwrap(one, KEY, CONTEXT),
    ):
        with pytest.raises(CallerError):
            use(name)


def test_its_name_tells_no_secret(keeper: Keeper) -> None:
    assert keeper.name.split(":")[0] in {"file", "cloud", "transit"}
    assert "token" not in keeper.name
