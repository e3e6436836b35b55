"""What the verifier found out about an accepted program, as far as a compiler can use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vm.program import MapSpec


@dataclass(frozen=True, slots=True)
class Proof:
    """``seen``: the slots some path reaches; ``context``: those whose load or store goes through the context.

    ``maps`` gives for a call the one map that r1 can hold there, ``depths`` the stack bytes of
    each function by its first slot; ``writes_packet`` says whether a store goes straight into the packet,
    ``direct`` which tail calls have one map and one constant index within it; ``loops`` gives for a call of
    bpf_loop that always has flags 0 and calls one function that function's first slot. ``probed`` are the
    slots whose load goes through a pointer to a kernel structure that nobody vouches for.
    """

    seen: frozenset[int]
    context: frozenset[int]
    depths: Mapping[int, int] = field(default_factory=dict)
    maps: Mapping[int, MapSpec] = field(default_factory=dict)
    writes_packet: bool = False
    direct: frozenset[int] = frozenset()
    loops: Mapping[int, int] = field(default_factory=dict)
    probed: frozenset[int] = frozenset()
