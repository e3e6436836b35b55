"""What is known of a register before the last instruction of a program, by hand."""

import pytest

from vm.asm import assemble
from vm.instruction import LoadImm64
from vm.jit.guarded.known import Fact, Known, facts
from vm.uapi.helper_ids import HelperId

MAP = 0x1000
HEAD = ".map m hash key=u32 value=u64 entries=4\n"
FOUND = "r1 = m ll\ncall bpf_map_lookup_elem\n"

CASES: dict[str, tuple[str, int, Fact]] = {
    "r1 is the context": ("exit", 1, (Known.CONTEXT, 0)),
    "a copy of it": ("r6 = r1\nexit", 6, (Known.CONTEXT, 0)),
    "half a copy": ("w6 = w1\nexit", 6, None),
    "r10 is the frame": ("exit", 10, (Known.FRAME, 0)),
    "a place in it": ("r2 = r10\nr2 += -8\nr2 -= 4\nexit", 2, (Known.FRAME, -12)),
    "a place in it that moves": ("r2 = r10\nl:\nr2 += -8\nif r3 == 0 goto l\nexit", 2, None),
    "a map": ("r1 = m ll\nexit", 1, (Known.MAP, MAP)),
    "what was found in it": (FOUND + "exit", 0, (Known.VALUE_OR_NULL, MAP)),
    "null on one of two ways": (FOUND + "if r0 == 0 goto out\nr3 = 1\nout:\nexit", 0, None),
    "not null on this way": (FOUND + "if r0 != 0 goto +1\nexit\nexit", 0, (Known.VALUE, MAP)),
    "half compared": (FOUND + "if w0 != 0 goto +1\nexit\nexit", 0, (Known.VALUE_OR_NULL, MAP)),
    "moved": (FOUND + "if r0 != 0 goto +1\nexit\nr0 += 8\nexit", 0, None),
    "found in one of two": ("if r3 == 0 goto +4\n" + FOUND + "goto +1\nr0 = r3\nexit", 0, None),
    "a helper keeps r2": ("r2 = r10\n" + FOUND + "exit", 2, (Known.FRAME, 0)),
    "another helper may not": ("r2 = r10\ncall bpf_ktime_get_ns\nexit", 2, None),
    "a call keeps r6": ("r6 = r1\ncall f\nexit\nf:\nr0 = 0\nexit", 1, None),
    "a function knows its frame only": ("r6 = r1\ncall f\nexit\nf:\nr6 = r1\nr0 = r6\nexit", 6, None),
    "an atomic fetch": ("r2 = r10\nr2 = atomic_fetch_add((u64 *)(r10 - 8), r2)\nexit", 2, None),
    "callx may come from anywhere": ("r6 = r1\ncallx r3\nexit", 6, None),
    "callbacks may begin anywhere": ("r6 = r1\ncall bpf_loop\nexit", 6, None),
    "r10 changed": ("r10 += 8\nexit", 10, (Known.FRAME, 8)),
    "r10 changed before a call": ("r10 += 8\ncall f\nexit\nf:\nr0 = 0\nexit", 10, (Known.FRAME, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_known_before_the_end(name: str) -> None:
    text, register, expected = CASES[name]
    assembly = assemble(HEAD + text)
    assert assembly.program is not None, assembly.errors
    insns = assembly.program.insns
    maps = {pc: MAP for pc, insn in enumerate(insns) if isinstance(insn, LoadImm64)}
    found = facts(insns, maps, frozenset({HelperId.MAP_LOOKUP_ELEM}))
    assert found[-1][register] == expected
