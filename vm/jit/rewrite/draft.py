"""A program under rewriting: instructions whose jumps lead to instructions, not to distances."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vm.encoding import encode
from vm.instruction import Call, Goto, Jump, LoadImm64, MayGoto, Slot, width
from vm.isa import CallKind, ImmKind
from vm.jit.program import Insn, KernelAddress, KernelCall, PerCpuAddress, Rewritten, TailCall
from vm.program import Program


@dataclass(slots=True, eq=False)
class Node:
    """An instruction in its place; ``to`` is what it jumps to or calls, ``origin`` the slot it comes of."""

    insn: Insn
    origin: int
    to: "Node | None" = None


class Draft:
    """The nodes in order. A removed node that is still jumped to stands for the one behind it."""

    def __init__(self, program: Program) -> None:
        at = {pc: Node(insn, pc) for pc, insn in enumerate(program.insns) if insn is not None}
        for pc, node in at.items():
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
        following: Node | None = None
        for node in reversed(self.nodes):
            if node not in out:
                following = node
            elif following is not None:
                self._gone[node] = following
        self.nodes = [node for node in self.nodes if node not in out]

    def replace(
        self, node: Node, insns: Sequence[Insn],
        outer: Mapping[int, "Node | None"] | None = None,
    ) -> None:  # fmt: skip
        """Puts ``insns`` in the place of ``node``; distances are within it, save of those ``outer``."""
        at = self.nodes.index(node)
        behind = self.nodes[at + 1] if at + 1 < len(self.nodes) else None
        patch = [Node(insn, node.origin) for insn in insns]
        for n, made in enumerate(patch):
            if outer is not None and n in outer:
                made.to = outer[n]
            elif isinstance(made.insn, Jump | Goto):
                to = n + 1 + made.insn.off
                made.to = patch[to] if to < len(patch) else behind
        self.nodes[at : at + 1] = patch
        if patch[0] is not node:
            self._gone[node] = patch[0]

    def finish(self, depths: Mapping[int, int], counting: frozenset[int]) -> Rewritten:
        """The program again, with distances; functions are given by their first slot as it was."""
        place: dict[Node, int] = {}
        at = 0
        for node in self.nodes:
            place[node] = at
            at += _width(node.insn)
        slots: list[Slot] = []
        insns: list[Insn | None] = []
        origins: list[int] = []
        for node in self.nodes:
            insn = self._aimed(node, place)
            extra = _width(insn) - 1
            insns += [insn, *[None] * extra]
            slots += _slots(insn)
            origins += [node.origin] * (1 + extra)
        begins = {start: place[first] for start in {*depths, *counting} if (first := self._first(start))}
        stacks = {begins[start]: depth for start, depth in depths.items() if start in begins}
        kept = frozenset(begins[start] for start in counting if start in begins)
        return Rewritten(tuple(slots), tuple(insns), tuple(origins), stacks, kept)

    def _first(self, start: int) -> Node | None:
        """The first node that is left of the function that began at slot ``start``."""
        return next((node for node in self.nodes if node.origin >= start), None)

    def _aimed(self, node: Node, place: Mapping[Node, int]) -> Insn:
        if node.to is None:
            return node.insn
        off = place[self.find(node.to)] - place[node] - 1
        match node.insn:
            case Jump() | Goto() | MayGoto():
                return replace(node.insn, off=off)
            case Call() | LoadImm64():
                return replace(node.insn, imm=off)
            case _:
                return node.insn


def _target(insn: Insn, pc: int) -> int | None:
    match insn:
        case Jump(off=off) | Goto(off=off) | MayGoto(off=off):
            return pc + 1 + off
        case Call(CallKind.LOCAL, imm) | LoadImm64(kind=ImmKind.FUNC, imm=imm):
            return pc + 1 + imm
        case _:
            return None


_TAIL_CALL = 12
_ONE_SLOT = KernelCall | KernelAddress | PerCpuAddress | TailCall


def _width(insn: Insn) -> int:
    return 1 if isinstance(insn, _ONE_SLOT) else width(insn)


def _slots(insn: Insn) -> tuple[Slot, ...]:
    match insn:
        case KernelCall():
            return (Slot(0x85),)
        case TailCall():
            return (Slot(0x85, imm=_TAIL_CALL),)
        case KernelAddress(dst):
            return (Slot(0xB7, dst),)
        case PerCpuAddress(dst, src):
            return (Slot(0xBF, dst, src, -1),)
        case _:
            return encode(insn)
