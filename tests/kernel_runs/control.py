"""Tail calls, loops, callbacks, legacy packet access: small programs and what Linux answers to them.

Each leaves its results in the map ``out``. Answers are recorded by tests/golden/record_control.py.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from vm.asm import Assembly, assemble

GOLDEN = Path(__file__).parents[1] / "data/runs/control.json"
PACKET = bytes(12) + b"\x08\x00\x45\x00" + bytes(range(16, 64))

_HEAD = """
.program main
.hook xdp
.map out array key=u32 value=u64 entries=8
"""
_PUT = """
put:                          ; out[r1] = r2
    *(u64 *)(r10 - 16) = r2
    *(u32 *)(r10 - 4) = r1
    r1 = out ll
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r4 = 0
    call bpf_map_update_elem
    r0 = 0
    exit
"""
_SECOND = """
.program second
.hook xdp
    r0 = 5
    exit
"""


def _tail(init: str, body: str, more: str = _SECOND) -> str:
    return f"{_HEAD}.map jumps prog_array entries=3 init={init}\n{body}{more}"


def _loop(count: int, callback: str, flags: int = 0) -> str:
    return f"""{_HEAD}
    r6 = 60
    r9 = 90
    *(u64 *)(r10 - 8) = 0
    r1 = {count}
    r2 = each ll
    r3 = r10
    r3 += -8
    r4 = {flags}
    call bpf_loop
    r7 = r0
    r1 = 0
    r2 = r7
    call put
    r1 = 1
    r2 = *(u64 *)(r10 - 8)
    call put
    r1 = 2
    r2 = r6
    r2 += r9
    call put
    r0 = XDP_PASS
    exit
each:
{callback}
{_PUT}"""


def _for_each(declaration: str, callback: str, flags: int = 0) -> str:
    return f"""{_HEAD}
.map visited {declaration}
    *(u64 *)(r10 - 8) = 0
    r1 = visited ll
    r2 = each ll
    r3 = r10
    r3 += -8
    r4 = {flags}
    call bpf_for_each_map_elem
    r1 = 0
    r2 = r0
    call put
    r1 = 1
    r2 = *(u64 *)(r10 - 8)
    call put
    r0 = XDP_PASS
    exit
each:                         ; (map, key, value, sum)
{callback}
{_PUT}"""


_SUM_INDEX = """    r0 = *(u64 *)(r2 + 0)
    r0 += r1
    *(u64 *)(r2 + 0) = r0
    r6 = 1
    r9 = 1
    r0 = 0
    exit"""
_STOP_AT_TWO = """    r0 = 0
    if r1 < 2 goto +1
    r0 = 1
    exit"""
_NESTED = """    *(u64 *)(r10 - 8) = r2
    r1 = 3
    r2 = inner ll
    r3 = *(u64 *)(r10 - 8)
    r4 = 0
    call bpf_loop
    r0 = 0
    exit
inner:
    r0 = *(u64 *)(r2 + 0)
    r0 += 1
    *(u64 *)(r2 + 0) = r0
    r0 = 0
    exit"""
_SUM_ENTRIES = """    r5 = *(u32 *)(r2 + 0)
    r0 = *(u64 *)(r3 + 0)
    r0 *= r5
    r1 = *(u64 *)(r4 + 0)
    r1 += r0
    *(u64 *)(r4 + 0) = r1
    r0 = 0
    exit"""
_DELETE_ALL = """    *(u64 *)(r10 - 8) = r4
    r4 = *(u32 *)(r2 + 0)
    *(u32 *)(r10 - 12) = r4
    r2 = r10
    r2 += -12
    call bpf_map_delete_elem
    r4 = *(u64 *)(r10 - 8)
    r1 = *(u64 *)(r4 + 0)
    r1 += r0
    r1 += 1
    *(u64 *)(r4 + 0) = r1
    r0 = 0
    exit"""
_STOP_AT_ONCE = "    r0 = 1\n    exit"
_CALL_JUMP = """    r2 = jumps ll
    r3 = {index}
    call bpf_tail_call
    r0 = 9
    exit
"""
_COUNT = """    r6 = r1
    *(u32 *)(r10 - 4) = 0
    r1 = out ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto done
    r1 = *(u64 *)(r0 + 0)
    r1 += 1
    *(u64 *)(r0 + 0) = r1
    r1 = r6
    r2 = jumps ll
    r3 = 0
    call bpf_tail_call
done:
    r0 = 7
    exit
"""
_IN_A_FUNCTION = """    r6 = 10
    call jumping
    r0 += r6
    exit
jumping:
    r6 = 1
    r2 = jumps ll
    r3 = 1
    call bpf_tail_call
    r0 = 9
    exit
"""
_ARRAY = "array key=u32 value=u64 entries=4 init={0: 3, 1: 5, 2: 7, 3: 11}"
_HASH = "hash key=u32 value=u64 entries=8 init={10: 3, 20: 5, 30: 7}"
_PERCPU = "percpu_array key=u32 value=u64 entries=3 init={0: 3, 1: 5, 2: 7}"

CASES: dict[str, str] = {
    "tail call into itself until none are left": _tail("{0: main}", _COUNT, ""),
    "tail call of another program": _tail("{1: second}", _CALL_JUMP.format(index=1)),
    "tail call of nothing": _tail("{1: second}", _CALL_JUMP.format(index=2)),
    "tail call outside of the array": _tail("{1: second}", _CALL_JUMP.format(index=3)),
    "tail call in a function": _tail("{1: second}", _IN_A_FUNCTION),
    "loop": _loop(5, _SUM_INDEX),
    "loop that is stopped": _loop(5, _STOP_AT_TWO),
    "loop of nothing": _loop(0, _SUM_INDEX),
    "loop too long": _loop((1 << 23) + 1, _SUM_INDEX),
    "loop with flags": _loop(5, _SUM_INDEX, flags=1),
    "loop in a loop": _loop(4, _NESTED),
    "each of an array": _for_each(_ARRAY, _SUM_ENTRIES),
    "each of a hash": _for_each(_HASH, _SUM_ENTRIES),
    "each of a per-CPU array": _for_each(_PERCPU, _SUM_ENTRIES),
    "each until the first": _for_each(_ARRAY, _STOP_AT_ONCE),
    "each with flags": _for_each(_ARRAY, _SUM_ENTRIES, flags=1),
    "each deletes itself": _for_each(_HASH, _DELETE_ALL),
}


def _legacy(hook: str, body: str) -> str:
    return f"""
.program legacy
.hook {hook}
.map out array key=u32 value=u64 entries=1
    r6 = r1
    r0 = 77
{body}
    exit
"""


_IN_A_FUNCTION_OUTSIDE = """
    call reading
    r0 += 5
    exit
reading:
    r6 = r1
    r0 = *(u32 *)skb[200]
"""
CASES |= {
    "ld_abs in tc": _legacy("tc", "r0 = *(u16 *)skb[12]"),
    "ld_abs in a socket filter": _legacy("socket", "r0 = *(u16 *)skb[0]"),
    "ld_abs of the last bytes": _legacy("tc", "r0 = *(u32 *)skb[60]"),
    "ld_abs past the last bytes": _legacy("tc", "r0 = *(u32 *)skb[61]\nr0 += 9"),
    "ld_abs from the link header": _legacy("socket", "r0 = *(u16 *)skb[-0x200000 + 12]"),
    "ld_abs from the network header": _legacy("tc", "r0 = *(u8 *)skb[-0x100000 + 5]"),
    "ld_abs before the packet": _legacy("tc", "r0 = *(u8 *)skb[-1]\nr0 += 9"),
    "ld_abs before the packet from its link header": _legacy("tc", "r0 = *(u8 *)skb[-0x200000 - 1]\nr0 += 9"),
    "ld_ind": _legacy("tc", "r7 = 10\nr0 = *(u32 *)skb[r7 + 10]"),
    "ld_ind with a negative register": _legacy("tc", "r7 = -10\nr0 = *(u32 *)skb[r7 + 30]"),
    "ld_ind with a large register": _legacy("tc", "r7 = 1000\nr0 = *(u32 *)skb[r7 + 10]\nr0 += 9"),
    "ld_ind with a register of 64 bits": _legacy("tc", "r7 = 0x100000005 ll\nr0 = *(u8 *)skb[r7 + 15]"),
    "ld_abs outside in a function": _legacy("tc", _IN_A_FUNCTION_OUTSIDE),
}


def assembled(name: str) -> Assembly:
    """The programs of a case; an assertion fails where they do not assemble."""
    assembly = assemble(CASES[name])
    assert assembly.ok, "\n".join(map(str, assembly.errors))
    return assembly


def shown(values: Sequence[bytes]) -> list[int]:
    """The values of the map ``out`` as signed numbers, without the zeros at its end."""
    numbers = [int.from_bytes(value, "little", signed=True) for value in values]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def recorded() -> dict[str, list[object]]:
    """Per case: the return value, and what is ``shown`` of the map ``out``."""
    answers: dict[str, list[object]] = json.loads(GOLDEN.read_text())["answers"]
    return answers
