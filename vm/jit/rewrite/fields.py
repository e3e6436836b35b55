"""Context fields: what a learner reads at a stable place, the kernel reads where it really is.

The sequences are recorded from Linux 6.18 (conversions.json, ``dev.py golden conversions``): by program type
and attach type, then by way (r read, w write of a register, k of a constant), offset and width. V is the
register loaded or stored, C the one that holds the context; other registers stand as they are.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from vm.encoding import decode
from vm.instruction import Imm, Instruction, Load, Reg, Slot, Store
from vm.jit.program import Insn, KernelCall
from vm.jit.proof import Proof
from vm.jit.rewrite.draft import Draft, Patch
from vm.program import Program
from vm.uapi.prog_types import HOOKS, ProgType

_FILE = Path(__file__).with_name("conversions.json")
_CALL = 0x85
_RECORDED_CONSTANT = 1


@cache
def _conversions() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(_FILE.read_text())
    return found


def table_of(program: Program) -> Mapping[str, str]:
    """The conversions of the program's context; empty where fields stand where they seem to."""
    hook = HOOKS.get((program.hook or "").lower())
    attach = int(hook.attach_type or 0) if hook is not None else 0
    known = _conversions()
    label = ProgType(program.prog_type).label
    return known.get(f"{label}/{attach}") or known.get(f"{label}/0") or {}


def convert_fields(draft: Draft, program: Program, proof: Proof) -> None:
    """Replaces every access through the context; programs that write packets get a prologue."""
    table = table_of(program)
    if proof.writes_packet and "prologue" in table and draft.nodes:
        first, prologue = draft.nodes[0], _prologue(table["prologue"])
        draft.replace({first: Patch((*prologue, first.insn), {len(prologue): first.to})})
    draft.replace(
        {
            node: Patch(converted)
            for node in draft
            if node.origin in proof.context and isinstance(node.insn, Load | Store)
            if (converted := _converted(node.insn, table)) is not None
        }
    )


def _prologue(spelled: str) -> tuple[Insn, ...]:
    """Gives a shared packet its own copy, before its data is written to."""
    return tuple(
        KernelCall("bpf_skb_pull_data") if slot.opcode == _CALL else insn
        for slot, insn in _decoded(spelled, 0, 0)
    )


def _converted(insn: Load | Store, table: Mapping[str, str]) -> tuple[Instruction, ...] | None:
    size = insn.size.bytes
    match insn:
        case Load():
            spelled, value, ctx = table.get(f"r{insn.off}:{size}"), insn.dst, insn.src
        case Store(src=Reg(n)):
            spelled, value, ctx = table.get(f"w{insn.off}:{size}"), n, insn.dst
        case Store():
            spelled, value, ctx = table.get(f"k{insn.off}:{size}"), 0, insn.dst
    if spelled is None:
        return None
    made = tuple(instruction for _, instruction in _decoded(spelled, value, ctx))
    return tuple(_with_constant(one, insn) for one in made)


def _with_constant(made: Instruction, asked: Load | Store) -> Instruction:
    """A recorded store of the constant 1 stands for a store of any."""
    match made, asked:
        case Store(src=Imm(value)), Store(src=Imm()) if value == _RECORDED_CONSTANT:
            return replace(made, src=asked.src)
        case _:
            return made


@lru_cache(maxsize=4096)
def _decoded(spelled: str, value: int, ctx: int) -> tuple[tuple[Slot, Instruction], ...]:
    named = {"V": value, "C": ctx}
    slots = []
    for part in spelled.split("; "):
        opcode, dst, src, off, imm = part.split()
        to, by = (named[reg] if reg in named else int(reg) for reg in (dst, src))
        slots.append(Slot(int(opcode, 16), to, by, int(off), int(imm)))
    return tuple((slot, insn) for slot, insn in zip(slots, decode(slots), strict=True) if insn is not None)
