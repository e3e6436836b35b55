"""What the arguments of one call told."""

from dataclasses import dataclass

from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.map_types import MapType as T
from vm.verifier.signatures import Signature


@dataclass(slots=True)
class CallMeta:
    """What the arguments of one call told, for what it returns and does.

    ``map`` is an index into Program.maps; ``spec`` that map, or the inner one it stands for. ``ref`` is the
    reference an argument belongs to; ``released`` says that the call gave it back. ``size`` is the size of
    the memory returned, ``max_size`` the most the last size argument may be, ``func`` the callback's
    subprogram. ``const_key``: the key looked up, -1 if not known; ``key_slot`` the frame and slot it stands
    in; ``string`` a constant string argument; ``dynptr`` the id of the dynptr an argument points at.
    """

    helper: Signature
    map: int | None = None
    map_uid: int = 0
    spec: MapSpec | None = None
    ref: int = 0
    released: bool = False
    size: int = 0
    max_size: int = 0
    func: int | None = None
    const_key: int = -1
    key_slot: tuple[int, int] | None = None
    release_regno: int = 0
    string: bytes = b""
    raw: bool = False
    raw_regno: int = 0
    raw_size: int = 0
    dynptr: int = 0

    @property
    def name(self) -> str:
        """The helper's name."""
        return self.helper.name

    @property
    def never_null(self) -> bool:
        """A lookup of a key that an array certainly has gives a value, not perhaps null."""
        known = self.spec is not None and 0 <= self.const_key < self.spec.max_entries
        return known and self.helper.id is H.MAP_LOOKUP_ELEM

    @property
    def acquires(self) -> bool:
        """A socket found in a map is held until it is given back."""
        sockets = self.spec is not None and self.spec.type in (T.SOCKMAP, T.SOCKHASH)
        return sockets and self.helper.id is H.MAP_LOOKUP_ELEM
