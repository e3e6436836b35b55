"""The small XDP programs that do map operations over a test packet."""

from tests.oracle.code import XDP_DATA, XDP_DATA_END, Code
from vm.program import MapSpec

KEY, SECOND, VALUE, FLAGS, OUT, PACKET = 0, 32, 64, 128, 136, 256
"""Where things stand in the test packet."""
LOOKUP, UPDATE, DELETE, TAIL_CALL = 1, 2, 3, 12
PUSH, POP, PEEK, LOOKUP_PERCPU = 87, 88, 89, 195
RING_OUTPUT, RING_RESERVE, RING_SUBMIT, RING_DISCARD, RING_QUERY = range(130, 135)
EQUAL = 0x15


def _prologue() -> Code:
    """r6 is the packet; too short a one ends the program with 0."""
    code = Code().load(4, 6, 1, XDP_DATA).load(4, 2, 1, XDP_DATA_END).mov(7, 1)
    return code.mov(3, 6).add(3, PACKET).goto_if_greater(3, 2, "none")


def _finish(code: Code) -> bytes:
    return code.exit().label("none").imm(0, 0).exit().bytes()


def _at(code: Code, register: int, off: int) -> Code:
    return code.mov(register, 6).add(register, off)


def _lookup(code: Code, key: int = KEY) -> Code:
    return _at(code.map(1, 0), 2, key).call(LOOKUP).goto_if(EQUAL, 0, 0, "none")


def _update(code: Code, key: int = KEY) -> Code:
    return _at(_at(code.map(1, 0), 2, key), 3, VALUE).load(8, 4, 6, FLAGS).call(UPDATE)


def program(name: str, spec: MapSpec, *more: int) -> bytes:
    """The XDP program for an operation; ``more`` are sizes and flags that must be constants."""
    size, code = spec.value_size, _prologue()
    match name:
        case "p_lookup":
            _lookup(code).copy(size, 6, OUT, 0).imm(0, 1)
        case "p_percpu":
            _at(code.map(1, 0), 2, KEY).load(4, 3, 6, FLAGS).call(LOOKUP_PERCPU)
            code.goto_if(EQUAL, 0, 0, "none").copy(size, 6, OUT, 0).imm(0, 1)
        case "p_add":
            _lookup(code).load(1, 1, 0).add(1, 1).store(1, 0, 0, 1).load(1, 0, 0).add(0, 1)
        case "p_update":
            _update(code)
        case "p_delete":
            _at(code.map(1, 0), 2, KEY).call(DELETE)
        case "p_replaced":
            _update(_lookup(code).mov(8, 0)).copy(size, 6, OUT, 8).imm(0, 1)
        case "p_reused":
            _at(_lookup(code).mov(8, 0).map(1, 0), 2, KEY).call(DELETE)
            _update(code, SECOND).copy(size, 6, OUT, 8).imm(0, 1)
        case "p_push":
            _at(code.map(1, 0), 2, VALUE).load(8, 3, 6, FLAGS).call(PUSH)
        case "p_pop" | "p_peek":
            code.copy(size, 10, -64, 6, VALUE).map(1, 0).mov(2, 10).add(2, -64)
            code.call(POP if name == "p_pop" else PEEK).mov(8, 0).copy(size, 6, OUT, 10, -64).mov(0, 8)
        case "p_inner":
            _lookup(code).mov(1, 0)
            _at(code, 2, SECOND).call(LOOKUP).goto_if(EQUAL, 0, 0, "none").load(4, 0, 0).add(0, 1)
        case "p_tail":
            code.mov(1, 7).map(2, 0).load(4, 3, 6, KEY).call(TAIL_CALL).imm(0, 1)
        case "p_output":
            code.copy(more[0], 10, -128, 6, OUT).map(1, 0).mov(2, 10).add(2, -128)
            code.imm(3, more[0]).load(8, 4, 6, FLAGS).call(RING_OUTPUT)
        case "p_query":
            code.map(1, 0).load(8, 2, 6, FLAGS).call(RING_QUERY)
        case "p_record":
            _record(code, *more)
        case "p_pair":
            _pair(code, *more)
        case _:
            raise ValueError(name)
    return _finish(code)


def _reserve(code: Code, size: int) -> Code:
    return code.map(1, 0).imm(2, size).imm(3, 0).call(RING_RESERVE)


def _record(code: Code, size: int, flags: int, discard: int) -> None:
    _reserve(code, size).goto_if(EQUAL, 0, 0, "none").mov(1, 0)
    if size:
        code.load(1, 5, 6, OUT).store(1, 1, 0, 5).store(1, 1, size - 1, 5)
    code.imm(2, flags).call(RING_DISCARD if discard else RING_SUBMIT).imm(0, 1)


def _pair(code: Code, first: int, second: int, discard: int) -> None:
    """Reserves two records and submits the second one first; r0 tells which there was room for."""
    _reserve(code, first).mov(8, 0)
    _reserve(code, second).mov(9, 0).imm(0, 0).goto_if(EQUAL, 9, 0, "only")
    code.mov(1, 9).imm(2, 0).call(RING_SUBMIT).imm(9, 2).goto_if(EQUAL, 8, 0, "half")
    code.mov(1, 8).imm(2, 0).call(RING_DISCARD if discard else RING_SUBMIT).imm(0, 3).exit()
    code.label("half").imm(0, 2).exit()
    code.label("only").goto_if(EQUAL, 8, 0, "none").mov(1, 8).imm(2, 0)
    code.call(RING_DISCARD if discard else RING_SUBMIT).imm(0, 1)


def returning(value: int) -> bytes:
    """The program that only returns ``value``."""
    return Code().imm(0, value).exit().bytes()
