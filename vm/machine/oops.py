"""A fault as the kernel oops it would have been: what a run without the verifier's blessing ends in.

A model in the shape of an x86-64 oops. Registers are those the JIT keeps eBPF's in; addresses are this run's.
Faults that a kernel without KASAN would not notice are told in KASAN's words.
"""

from collections.abc import Sequence

from vm.asm import text_of
from vm.machine.snapshot import Snapshot
from vm.memory.fault import Fault, FaultKind
from vm.program import Program

X86_OF: Sequence[str] = ("RAX", "RDI", "RSI", "RDX", "RCX", "R08", "RBX", "R13", "R14", "R15", "RBP")
"""Where the x86-64 JIT keeps each eBPF register (arch/x86/net/bpf_jit_comp.c)."""
_ROW = 3


def oops(fault: Fault, state: Snapshot, program: Program, cpu: int = 0, comm: str = "swapper/0") -> str:
    """What the kernel's log would say of ``fault``, which ended a run in ``state`` in ``program``."""
    lines = [
        *_headline(fault, program, state.pc, comm),
        f"CPU: {cpu} PID: 0 Comm: {comm} Not tainted (hookscope model, not a real kernel)",
        f"RIP: 0010:{_symbol(program, state.pc)}",
        f"Code: {_code(program, state.pc)}",
        *_registers(state),
        *([f"CR2: {fault.address:016x}"] if _is_page_fault(fault) else []),
        "Call Trace:",
        " <TASK>",
        *_calls(program, state),
        " </TASK>",
        f"---[ end trace {state.number:016x} ]---",
    ]
    return "\n".join(lines)


def _headline(fault: Fault, program: Program, pc: int, comm: str) -> list[str]:
    """The first lines: what the processor, or KASAN, would have caught."""
    symbol = _symbol(program, pc)
    match fault.kind:
        case FaultKind.NULL:
            return [
                f"BUG: kernel NULL pointer dereference, address: {fault.address:016x}",
                *_page_fault(fault),
            ]
        case FaultKind.WILD if _is_page_fault(fault):
            return [
                f"BUG: unable to handle page fault for address: {fault.address:016x}",
                *_page_fault(fault),
            ]
        case FaultKind.WILD:
            return [
                f"Oops: general protection fault, for non-canonical address {fault.address:#x}: 0000 [#1] SMP"
            ]
        case FaultKind.READ_ONLY:
            return [
                f"BUG: unable to handle page fault for address: {fault.address:016x}",
                *_page_fault(fault),
            ]
        case FaultKind.BOUNDS | FaultKind.CONTEXT | FaultKind.OPAQUE:
            return [f"BUG: KASAN: slab-out-of-bounds in {symbol}", *_kasan(fault, comm)]
        case FaultKind.DEAD:
            return [f"BUG: KASAN: slab-use-after-free in {symbol}", *_kasan(fault, comm)]
        case FaultKind.BAD_INSTRUCTION:
            return [f"Oops: invalid opcode: 0000 [#1] SMP: {fault.message}"]
        case FaultKind.BAD_JUMP:
            return [f"kernel tried to execute NX-protected page: {fault.message}"]
        case FaultKind.BAD_CALL:
            return [f"BUG: unable to handle page fault: instruction fetch in kernel mode: {fault.message}"]
        case FaultKind.DEPTH:
            return [f"BUG: TASK stack guard page was hit: kernel stack overflow: {fault.message}"]
        case FaultKind.LOCK:
            return [f"watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [{comm}:0]: {fault.message}"]


def _is_page_fault(fault: Fault) -> bool:
    """Whether the processor's page tables would catch it."""
    top = fault.address >> 47
    canonical = top in (0, 0x1FFFF)
    return fault.kind in (FaultKind.NULL, FaultKind.WILD, FaultKind.READ_ONLY) and canonical


def _page_fault(fault: Fault) -> list[str]:
    present = fault.kind is FaultKind.READ_ONLY
    code = (2 if fault.write else 0) | int(present)
    why = "permissions violation" if present else "not-present page"
    return [
        f"#PF: supervisor {'write' if fault.write else 'read'} access in kernel mode",
        f"#PF: error_code({code:#06x}) - {why}",
        f"The program {fault.message}",
    ]


def _kasan(fault: Fault, comm: str) -> list[str]:
    verb = "Write" if fault.write else "Read"
    return [
        f"{verb} of size {fault.size} at addr {fault.address:016x} by task {comm}/0",
        f"The program {fault.message}",
        "Without KASAN no kernel would stop here: it would go on with whatever lies there.",
    ]


def _symbol(program: Program, pc: int) -> str:
    return f"bpf_prog_{program.name}+{pc * 8:#x}/{len(program.slots) * 8:#x}"


def _code(program: Program, pc: int) -> str:
    insn = program.insns[pc] if 0 <= pc < len(program.insns) else None
    return f"pc {pc}: {text_of(insn) if insn is not None else 'no instruction'}"


def _registers(state: Snapshot) -> list[str]:
    cells = [f"{X86_OF[n]}: {word:016x} (r{n})" for n, word in enumerate(state.registers)]
    return [" ".join(cells[at : at + _ROW]) for at in range(0, len(cells), _ROW)]


def _calls(program: Program, state: Snapshot) -> list[str]:
    callers = [f" {_symbol(program, frame.return_pc)}" for frame in reversed(state.frames)]
    return [f" {_symbol(program, state.pc)}", *callers, " ? bpf_prog_run+0x0/0x0"]
