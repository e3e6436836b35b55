"""Changes: values that cannot be told apart from equal ones, and that the type checker holds to be frozen."""

from typing import get_args

import pytest

from vm.change import Change, FrameEntered, FrameLeft, ListChanged, MemoryChanged, RegisterChanged


def test_changes_are_values() -> None:
    assert RegisterChanged(1, 2, 3) == RegisterChanged(1, 2, 3)
    assert len({MemoryChanged(8, b"a", b"b"), MemoryChanged(8, b"a", b"b")}) == 1
    assert repr(ListChanged(0, "free", 1, None, 2)) == (
        "ListChanged(map=0, name='free', index=1, before=None, after=2)"
    )


def test_changes_of_different_kinds_differ_even_with_equal_fields() -> None:
    saved = (1, 2, 3, 4)
    assert len({FrameEntered(5, saved, False), FrameLeft(5, saved, False)}) == 2


@pytest.mark.parametrize("kind", get_args(Change))
def test_every_kind_of_change_says_what_it_is(kind: type) -> None:
    assert kind.__doc__
    assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind)
