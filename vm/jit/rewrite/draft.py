"""A program under rewriting: instructions whose jumps lead to instructions, not to distances."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from vm.encoding import encode
from vm.instruction import Call, Goto, Jump, LoadImm64, MayGoto, Slot
from vm.isa import CallKind, ImmKind
from vm.jit.program import Insn, KernelAddress, KernelCall, PerCpuAddress, ProbedLoad, Rewritten, TailCall
from vm.program import Program


@dataclass(slots=True, eq=False)
class Node:
    """An instruction in its place; ``to`` is what it jumps to or calls, ``origin`` the slot it comes of."""

    insn: Insn
    origin: int
    to: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Patch:
    """Instructions whose distances are within the patch, save those that ``outer`` gives a target for."""

    insns: tuple[Insn, ...]
    outer: Mapping[int, Node | None] = field(default_factory=dict)


class Draft:
    """The nodes in order. A removed node that is still jumped to stands for the one behind it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        at = {pc: Node(insn, pc) for pc, insn in enumerate(program.insns) if insn is not None}
        for pc, node in at.items():
            if type(node.insn) in _LEADING:
                target = _target(node.insn, pc)
                node.to = at.get(target) if target is not None else None
        self.nodes: list[Node] = list(at.values())
        self._gone: dict[Node, Node] = {}

    def __iter__(self) -> Iterator[Node]:
        return iter(tuple(self.nodes))

    def find(self, node: Node) -> Node:
        """Where a jump to ``node`` leads now."""
        while node in self._gone:
            node = self._gone[node]
        return node

    def remove(self, unwanted: Iterable[Node]) -> None:
        """Takes nodes out; what jumped to one goes on to the next that is left."""
        out = set(unwanted)
        if not out:
            return
        following: Node | None = None
        for node in reversed(self.nodes):
            if node not in out:
                following = node
            elif following is not None:
                self._gone[node] = following
        self.nodes = [node for node in self.nodes if node not in out]

    def forward(self, node: Node, following: Node | None) -> None:
        """What jumped to ``node``, which is being taken out, goes on to ``following``."""
        if following is not None:
            self._gone[node] = following

    def replace(self, patches: Mapping[Node, Patch]) -> None:
        """Puts each patch in the place of its node, all in one pass."""
        if not patches:
            return
        found: list[Node] = []
        for node, behind in zip(self.nodes, [*self.nodes[1:], None], strict=True):
            patch = patches.get(node)
            if patch is None:
                found.append(node)
                continue
            made = _linked(patch, node.origin, behind)
            self._gone[node] = made[0]
            found += made
        self.nodes = found

    def finish(self, depths: Mapping[int, int], counting: frozenset[int]) -> Rewritten:
        """The program again, with distances; functions are given by their first slot as it was."""
        place: dict[Node, int] = {}
        at = 0
        for node in self.nodes:
            place[node] = at
            at += 2 if type(node.insn) is LoadImm64 else 1
        slots: list[Slot] = []
        insns: list[Insn | None] = []
        origins: list[int] = []
        own, given = self._program.insns, self._program.slots
        for node in self.nodes:
            insn, origin = node.insn, node.origin
            if node.to is not None:
                insn = self._aimed(node, place)
            insns.append(insn)
            origins.append(origin)
            if type(insn) is LoadImm64:
                insns.append(None)
                origins.append(origin)
                slots += given[origin : origin + 2] if insn is own[origin] else encode(insn)
            elif insn is own[origin]:
                slots.append(given[origin])
            else:
                slots += _encoded(insn)
        begins = {start: place[first] for start in {*depths, *counting} if (first := self._first(start))}
        stacks = {begins[start]: depth for start, depth in depths.items() if start in begins}
        kept = frozenset(begins[start] for start in counting if start in begins)
        return Rewritten(tuple(slots), tuple(insns), tuple(origins), stacks, kept)

    def _first(self, start: int) -> Node | None:
        """The first node that is left of the function that began at slot ``start``."""
        found = bisect_left(self.nodes, start, key=attrgetter("origin"))
        return self.nodes[found] if found < len(self.nodes) else None

    def _aimed(self, node: Node, place: Mapping[Node, int]) -> Insn:
        insn = node.insn
        if node.to is None:
            return insn
        off = place[self.find(node.to)] - place[node] - 1
        match insn:
            case Jump() | Goto() | MayGoto():
                return insn if insn.off == off else replace(insn, off=off)
            case Call() | LoadImm64():
                return insn if insn.imm == off else replace(insn, imm=off)
            case _:
                return insn


def _linked(patch: Patch, origin: int, behind: Node | None) -> list[Node]:
    made = [Node(insn, origin) for insn in patch.insns]
    for n, node in enumerate(made):
        if n in patch.outer:
            node.to = patch.outer[n]
        elif isinstance(node.insn, Jump | Goto):
            to = n + 1 + node.insn.off
            node.to = made[to] if to < len(made) else behind
    return made


_LEADING = frozenset({Jump, Goto, MayGoto, Call, LoadImm64})
"""What may lead to another slot."""


def _target(insn: Insn, pc: int) -> int | None:
    match insn:
        case Jump(off=off) | Goto(off=off) | MayGoto(off=off):
            return pc + 1 + off
        case Call(CallKind.LOCAL, imm) | LoadImm64(kind=ImmKind.FUNC, imm=imm):
            return pc + 1 + imm
        case _:
            return None


_TAIL_CALL = 12


def _encoded(insn: Insn) -> tuple[Slot, ...]:
    match insn:
        case KernelCall():
            return (Slot(0x85),)
        case TailCall():
            return (Slot(0x85, imm=_TAIL_CALL),)
        case KernelAddress(dst):
            return (Slot(0xB7, dst),)
        case PerCpuAddress(dst, src):
            return (Slot(0xBF, dst, src, -1),)
        case ProbedLoad(load):
            return encode(load)
        case _:
            return encode(insn)
