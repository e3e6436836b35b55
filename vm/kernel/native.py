"""A program compiled as the kernel would: the verifier's findings handed to the compiler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vm.cfg.structure.early import find_functions
from vm.instruction import Call, Load, Store
from vm.isa import CallKind
from vm.jit.arch import Arch
from vm.jit.kernel_form import NativeFunction, compile_kernel_form
from vm.jit.program import Rewritten
from vm.jit.proof import Proof
from vm.jit.rewrite import rewrite
from vm.program import MapSpec, Program
from vm.uapi.helper_ids import HelperId
from vm.verifier import Observer, Options, Report, verify
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.state import State


@dataclass(frozen=True, slots=True)
class Compiled:
    """An accepted program: what the verifier said, what it was rewritten to, and its machine code."""

    report: Report
    proof: Proof
    rewritten: Rewritten
    functions: tuple[NativeFunction, ...]
    arch: Arch = Arch.X86_64


def prove(program: Program, options: Options = Options()) -> tuple[Report, Proof]:  # noqa: B008 - immutable
    """Verifies and keeps what a compiler needs; of a refused program the proof means nothing."""
    watcher = _Watcher(program)
    report = verify(program, options, watcher)
    functions = sorted(find_functions(program).starts)
    starts = [start for start in functions if start in watcher.seen]
    return report, Proof(
        frozenset(watcher.seen),
        frozenset(watcher.context),
        dict(zip(starts, report.stack_depths, strict=False)),
        {pc: _spec(program, found) for pc, found in watcher.maps.items() if found is not None},
        watcher.writes_packet,
        frozenset(pc for pc, direct in watcher.tail_calls.items() if direct),
        {pc: functions[callback] for pc, callback in watcher.loops.items() if callback is not None},
        frozenset(watcher.probed),
    )


def compile_program(
    program: Program,
    options: Options = Options(),  # noqa: B008
    arch: Arch = Arch.X86_64,
) -> Compiled | Report:
    """The kernel form of an accepted program; of a refused one the verifier's report."""
    report, proof = prove(program, options)
    if not report.accepted:
        return report
    rewritten = rewrite(program, proof, arch)
    return Compiled(report, proof, rewritten, compile_kernel_form(rewritten, arch), arch)


def _spec(program: Program, found: tuple[int, int]) -> MapSpec:
    index, is_inner = found
    spec = program.maps[index]
    return spec.inner if is_inner and spec.inner is not None else spec


_PROBED: Mapping[Kind, tuple[int, ...]] = {
    Kind.BTF_ID: (0, Flag.UNTRUSTED, Flag.ALLOC | Flag.UNTRUSTED),
    Kind.MEM: (Flag.RDONLY | Flag.UNTRUSTED,),
}
"""Pointers that nobody vouches for: what they lead to may be gone, or never have been there."""


class _Watcher(Observer):
    """Notes which slots are come to, and what the registers of loads and stores point to there."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._insns: Sequence[object] = program.insns
        self.tail_calls: dict[int, tuple[int, int] | None] = {}
        """The map and index of each tail call, as long as they are the same on every path."""
        self.loops: dict[int, int | None] = {}
        """The function of each bpf_loop by its number, as long as it is one on every path and flags are 0."""
        self.seen: set[int] = set()
        self.context: set[int] = set()
        self.probed: set[int] = set()
        self.maps: dict[int, tuple[int, int] | None] = {}
        """The map of each call, and whether it is one found in it, as long as it is one on every path."""
        self.writes_packet = False

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """Keeps the kind of the base register."""
        self.seen.add(pc)
        match self._insns[pc]:
            case Load(src=base):
                store = False
            case Store(dst=base):
                store = True
            case Call(CallKind.HELPER):
                self._call(pc, state)
                return
            case _:
                return
        reg = state.frames[-1].regs[base]
        kind = reg.kind
        if not store and reg.flags in _PROBED.get(kind, ()):
            self.probed.add(pc)
        if kind is Kind.CTX:
            self.context.add(pc)
        self.writes_packet |= store and kind in (Kind.PACKET, Kind.PACKET_META)

    def _call(self, pc: int, state: State) -> None:
        """Keeps the map in r1, as long as it is the same on every path; of a tail call, map and index."""
        regs = state.frames[-1].regs
        if self._calls(pc, HelperId.TAIL_CALL):
            self._tail_call(pc, regs[2], regs[3])
        if self._calls(pc, HelperId.LOOP):
            self._loop(pc, regs[2], regs[4])
        reg = regs[1]
        found = (reg.map, reg.map_uid) if reg.kind is Kind.MAP_PTR else None
        self.maps[pc] = found if self.maps.get(pc, found) == found else None

    def _calls(self, pc: int, helper: HelperId) -> bool:
        insn = self._program.insns[pc]
        return isinstance(insn, Call) and insn.imm == helper

    def _loop(self, pc: int, function: Register, flags: Register) -> None:
        known = flags.kind is Kind.SCALAR and flags.value.is_const and flags.value.umin == 0
        found = function.subprog if known and function.kind is Kind.FUNC else None
        self.loops[pc] = found if self.loops.get(pc, found) == found else None

    def _tail_call(self, pc: int, target: Register, index: Register) -> None:
        key = index.value.umin if index.kind is Kind.SCALAR and index.value.is_const else None
        if key is not None and key >= self._program.maps[target.map].max_entries:
            key = None
        found = None if key is None else (target.map, key)
        self.tail_calls[pc] = found if self.tail_calls.get(pc, found) == found else None

    def fork(self, index: int, pc: int, other_pc: int, state: State) -> None:
        """Not needed."""

    def resume(self, index: int, pc: int, previous: int, state: State) -> None:
        """Not needed."""

    def pruned(self, index: int, pc: int, by: int) -> None:
        """Not needed."""

    def exited(self, index: int, pc: int) -> None:
        """Not needed."""

    def barred(self, index: int, pc: int) -> None:
        """Not needed."""

    def rejected(self, index: int, pc: int, rejected: Rejected) -> None:
        """Not needed."""
