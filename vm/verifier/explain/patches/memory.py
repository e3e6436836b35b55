"""Patches for accesses: null checks, packet bounds, indices, the stack."""

import re
from collections.abc import Iterator
from typing import Final

from vm.instruction import Alu, Call, Imm, Jump, Reg
from vm.isa import AluOp
from vm.uapi.prog_types import ProgType
from vm.verifier.explain.explanation import Cause, CauseKind, Edit
from vm.verifier.explain.patches.bench import Bench, Draft
from vm.verifier.register import PACKET_KINDS, Kind, Register

_CONSTANT: Final = re.compile(r"(\+=\s*)(\S+)\s*$")
_SLOTS: Final = 8


def null_check(bench: Bench) -> Iterator[Draft]:
    """A comparison with 0: behind the call that may return null, or before the access."""
    scene = bench.scene
    made = scene.last(CauseKind.MADE, CauseKind.ACQUIRED)
    for way in bench.ways_out(scene.pc, "not_found"):
        places: list[tuple[str, Edit]] = []
        if made is not None and isinstance(scene.names.program.insns[made.pc], Call):
            places.append((f"behind {scene.at(made)}", bench.after(made.pc, f"if r0 == 0 goto {way.label}")))
        places.append(
            (f"before {scene.here}", bench.before(scene.pc, f"if r{scene.reg} == 0 goto {way.label}"))
        )
        for where, edit in places:
            yield Draft("null-check", f"Compare with 0 {where}", (edit, *way.edits))


def packet_bounds(bench: Bench) -> Iterator[Draft]:
    """A larger constant in the comparison that proved too little; else a comparison of its own."""
    scene = bench.scene
    over = scene.number("off") + scene.number("size") - scene.number("range")
    if scene.number("range") > 0 and over > 0:
        yield from _enlarged(bench, over)
    yield from _own_check(bench)


def _enlarged(bench: Bench, over: int) -> Iterator[Draft]:
    scene = bench.scene
    check = scene.last(CauseKind.NARROWED)
    if check is None:
        return
    made = _compared_pointer(bench, check)
    if made is None:
        return
    pc, insn = made
    match = _CONSTANT.search(bench.text(pc))
    if match is None or not isinstance(insn.src, Imm):
        return
    number = insn.src.value + over
    new = bench.text(pc)[: match.start(2)] + str(number)
    yield Draft(
        "enlarge-check",
        f"Check {over} more at {scene.names.at(pc)}: `{new}`",
        (bench.replace(pc, new),),
    )


def _compared_pointer(bench: Bench, check: Cause) -> tuple[int, Alu] | None:
    """The addition that made the pointer that was compared with data_end."""
    path = bench.scene.path
    at = next((n for n in range(len(path) - 1, -1, -1) if path[n].nth == check.index), None)
    if at is None:
        return None
    jump, state = bench.program.insns[path[at].pc], path[at].state
    if not isinstance(jump, Jump) or not isinstance(jump.src, Reg) or state is None:
        return None
    regs = state.frames[-1].regs
    wanted = jump.dst if regs[jump.dst].kind in PACKET_KINDS else jump.src.n
    for moment in reversed(path[:at]):
        insn = bench.program.insns[moment.pc]
        if isinstance(insn, Alu) and insn.dst == wanted:
            return (moment.pc, insn) if insn.op is AluOp.ADD and isinstance(insn.src, Imm) else None
    return None


def _own_check(bench: Bench) -> Iterator[Draft]:
    scene, pc = bench.scene, bench.scene.pc
    held = scene.register(scene.reg)
    if held is None or held.kind is not Kind.PACKET:
        return
    end, load = _end_register(bench)
    busy = [scene.reg, *([end] if end is not None else [])]
    free = list(bench.scratch(pc, busy))
    if end is None and load is not None and free:
        end = free.pop(0)
        load = f"r{end} = {load}"
    if end is None or not free:
        return
    scratch, need = free[0], scene.number("off") + scene.number("size") - held.off
    for way in bench.ways_out(pc, "too_short"):
        statements = [
            f"r{scratch} = r{scene.reg}",
            f"r{scratch} += {need}",
            f"if r{scratch} > r{end} goto {way.label}",
        ]
        edit = bench.before(pc, *([load] if load else []), *statements)
        yield Draft("bounds-check", f"Compare with data_end before {scene.here}", (edit, *way.edits))


def _end_register(bench: Bench) -> tuple[int | None, str | None]:
    """A register that holds data_end; else what to load to have it."""
    context = None
    for n in range(10):
        held = bench.scene.register(n)
        if held is not None and held.kind is Kind.PACKET_END:
            return n, None
        if held is not None and held.kind is Kind.CTX and not held.off:
            context = n
    if context is None:
        return None, None
    struct = "xdp_md" if bench.program.prog_type is ProgType.XDP else "__sk_buff"
    return None, f"*(u32 *)(r{context} + {struct}.data_end)"


def index(bench: Bench) -> Iterator[Draft]:
    """A bound for the number that was added to the pointer: a comparison, or a mask."""
    scene = bench.scene
    held = scene.register(scene.reg)
    added = _addition(bench)
    if held is None or added is None:
        return
    pc, register = added
    room = _room(bench, held)
    if room is None or room < 0:
        return
    for way in bench.ways_out(pc, "out_of_range"):
        edit = bench.before(pc, f"if r{register} > {room} goto {way.label}")
        yield Draft("compare-index", f"Leave if r{register} is above {room}", (edit, *way.edits))
    mask = (1 << (room + 1).bit_length() - 1) - 1
    yield Draft(
        "mask-index", f"Keep r{register} at {mask} or below", (bench.before(pc, f"r{register} &= {mask}"),)
    )


def _addition(bench: Bench) -> tuple[int, int] | None:
    """The instruction that added a number not known beforehand, and the register of the number."""
    path = bench.scene.path
    for cause in reversed(bench.scene.causes):
        insn = bench.program.insns[cause.pc]
        if not isinstance(insn, Alu) or insn.op is not AluOp.ADD or not isinstance(insn.src, Reg):
            continue
        state = next((moment.state for moment in path if moment.nth == cause.index), None)
        if state is None:
            continue
        for n in (insn.src.n, insn.dst):
            reg = state.frames[-1].regs[n]
            if reg.kind is Kind.SCALAR and not reg.value.is_const:
                return cause.pc, n
    return None


def _room(bench: Bench, held: Register) -> int | None:
    """The greatest number that may be added for the access to stay inside."""
    scene = bench.scene
    size = scene.number("size") or _size(bench)
    off = held.off + int(getattr(scene.insn, "off", 0) or 0)
    if isinstance(scene.insn, Call):
        off = held.off
    match held.kind:
        case Kind.MAP_VALUE:
            spec = scene.names.map(held.map)
            return None if spec is None else spec.value_size - size - off
        case Kind.MEM:
            return held.size - size - off
        case Kind.STACK:
            return -size - off
        case Kind.PACKET:
            return 0xFFF - off
        case _:
            return None


def _size(bench: Bench) -> int:
    width = getattr(bench.scene.insn, "size", None)
    return int(getattr(width, "bytes", 1))


def stack_place(bench: Bench) -> Iterator[Draft]:
    """The offset with the other sign: places above r10 are not the stack, those below are."""
    scene = bench.scene
    pcs = [scene.pc]
    changed = scene.last(CauseKind.CHANGED)
    if changed is not None:
        pcs.append(changed.pc)
    for pc in pcs:
        text = bench.text(pc)
        for pattern, new in (
            (r"(r10\s*)\+(\s*\d)", r"\1-\2"),
            (r"(\+=\s*)(\d)", r"\1-\2"),
        ):
            flipped = re.sub(pattern, new, text)
            if flipped != text:
                title = f"Use the place below r10: `{flipped}`"
                yield Draft("stay-within", title, (bench.replace(pc, flipped),))


def stack_bytes(bench: Bench) -> Iterator[Draft]:
    """Zeros for all bytes the access takes, at the start of the function."""
    scene = bench.scene
    off, size = scene.number("off"), scene.number("size")
    held = scene.register(scene.reg) if "reg" in scene.details else None
    frame = scene.frame
    if off >= 0 or size <= 0 or (held is not None and frame is not None and held.frame != frame.frameno):
        return
    places = range(off // 8 * 8, off + size, 8)
    if len(places) > _SLOTS:
        return
    start = bench.function(scene.pc).start
    stores = [f"*(u64 *)(r10 - {-place}) = 0" for place in places]
    yield Draft(
        "initialise-stack", "Set these bytes of the stack to 0 first", (bench.before(start, *stores),)
    )
