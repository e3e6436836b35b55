"""What each packet left in the maps, kept so that any packet can be sent again."""

from sys import getsizeof

from vm.kernel.scenario import Carry

CARRY_BYTES = 64 << 20
"""About what the carries of one stream may hold."""
_EACH = 4096
"""About what a carry takes beside its maps' bookkeeping: tables, and the pages a packet wrote."""


class Carries:
    """Carries by the packet that finds them (None: fresh maps). All while there is room, then every second,
    every fourth …, and always the latest: what is missing is had again from the nearest before it."""

    def __init__(self, limit: int = CARRY_BYTES) -> None:
        self.limit = limit
        self.stride = 1
        self._kept: dict[int, Carry | None] = {0: None}
        self._held = 0
        self._latest: tuple[int, Carry | None] = 0, None

    def keep(self, index: int, carry: Carry | None) -> None:
        """What packet ``index`` finds."""
        if index > self._latest[0]:
            self._latest = index, carry
        if index % self.stride or index in self._kept:
            return
        self._kept[index] = carry
        self._held += _size(carry)
        while self._held > self.limit and len(self._kept) > 2:
            self.stride *= 2
            self._kept = {at: kept for at, kept in self._kept.items() if at % self.stride == 0}
            self._held = sum(_size(kept) for kept in self._kept.values())

    def nearest(self, index: int) -> tuple[int, Carry | None]:
        """The last packet up to ``index`` whose carry is at hand, and the carry."""
        if index >= self._latest[0]:
            return self._latest
        at = index - index % self.stride
        while at not in self._kept:
            at -= self.stride
        return at, self._kept[at]


def _size(carry: Carry | None) -> int:
    return _EACH + sum(map(getsizeof, carry.books)) if carry is not None else 0
