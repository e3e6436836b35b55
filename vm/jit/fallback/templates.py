"""What each kind of instruction is in Python: tables of templates, filled with integers alone.

Registers are the locals ``r0`` to ``r10``, words of 64 bits that are never negative. ``M`` and ``W`` are the
words of 64 and 32 ones, ``S`` and ``T`` their sign bits.
"""

from collections.abc import Mapping

from vm.isa import AluOp, JumpOp

REGISTER = "r{n}"
LOW_HALF = "(r{n} & W)"
NUMBER = "{n}"

ALU64: Mapping[AluOp, str] = {
    AluOp.ADD: "r{d} = r{d} + {s} & M",
    AluOp.SUB: "r{d} = r{d} - {s} & M",
    AluOp.MUL: "r{d} = r{d} * {s} & M",
    AluOp.DIV: "r{d} = r{d} // {s} if {s} else 0",
    AluOp.MOD: "r{d} = r{d} % {s} if {s} else r{d}",
    AluOp.OR: "r{d} |= {s}",
    AluOp.AND: "r{d} &= {s}",
    AluOp.XOR: "r{d} ^= {s}",
    AluOp.LSH: "r{d} = r{d} << ({s} & 63) & M",
    AluOp.RSH: "r{d} >>= {s} & 63",
    AluOp.ARSH: "r{d} = (r{d} ^ S) - S >> ({s} & 63) & M",
    AluOp.MOV: "r{d} = {s}",
}
ALU32: Mapping[AluOp, str] = {
    AluOp.ADD: "r{d} = r{d} + {s} & W",
    AluOp.SUB: "r{d} = r{d} - {s} & W",
    AluOp.MUL: "r{d} = r{d} * {s} & W",
    AluOp.DIV: "r{d} = (r{d} & W) // {s} if {s} else 0",
    AluOp.MOD: "r{d} = (r{d} & W) % {s} if {s} else r{d} & W",
    AluOp.OR: "r{d} = r{d} & W | {s}",
    AluOp.AND: "r{d} &= {s}",
    AluOp.XOR: "r{d} = r{d} & W ^ {s}",
    AluOp.LSH: "r{d} = r{d} << ({s} & 31) & W",
    AluOp.RSH: "r{d} = (r{d} & W) >> ({s} & 31)",
    AluOp.ARSH: "r{d} = ((r{d} & W) ^ T) - T >> ({s} & 31) & W",
    AluOp.MOV: "r{d} = {s}",
}
ALU_OTHER = "r{d} = alu({op}, r{d}, {s}, {bits})"
"""Operations too rare to be written out; ``op`` is the number of the operation."""
NEGATE = {64: "r{d} = -r{d} & M", 32: "r{d} = -r{d} & W"}
ENDIAN = "r{d} = endian({op}, r{d}, {bits})"

UNSIGNED: Mapping[JumpOp, str] = {
    JumpOp.JEQ: "{a} == {b}",
    JumpOp.JNE: "{a} != {b}",
    JumpOp.JGT: "{a} > {b}",
    JumpOp.JGE: "{a} >= {b}",
    JumpOp.JLT: "{a} < {b}",
    JumpOp.JLE: "{a} <= {b}",
    JumpOp.JSET: "{a} & {b}",
}
SIGNED: Mapping[JumpOp, str] = {
    JumpOp.JSGT: "({a} ^ {f}) > ({b} ^ {f})",
    JumpOp.JSGE: "({a} ^ {f}) >= ({b} ^ {f})",
    JumpOp.JSLT: "({a} ^ {f}) < ({b} ^ {f})",
    JumpOp.JSLE: "({a} ^ {f}) <= ({b} ^ {f})",
}

LOAD = "r{d} = load(r{a} + {off} & M, {size})"
LOAD_SIGNED = "r{d} = (load(r{a} + {off} & M, {size}) & {low} ^ {sign}) - {sign} & M"
"""A field of a context may give more bits than were asked for."""
STORE = "store(r{a} + {off} & M, {size}, {s})"
ATOMIC = "atomic({op}, r{a} + {off} & M, {size}, r{s}, r0)"
FETCH = "r{d} = {call}"
SET = "r{d} = {value}"

FUNCTION = """\
def stretch(R, fuel):
{read}
    at = 0
    try:
        while True:
{body}
    except Fault:
        to = PCS[at]
        fuel -= at
{write}
    return to, fuel
"""
READ = "    r{n} = R[{n}]\n"
WRITE = "    R[{n}] = r{n}\n"
LINE = "            {code}\n"
AT = "            at = {n}\n"
LEAVE = "            to = {to}; fuel -= {count}; break\n"
LEAVE_IF = "            if {test}:\n                to = {to}; fuel -= {count}; break\n"
AGAIN_IF = """\
            if {test}:
                fuel -= {count}
                if fuel >= {all}: continue
                to = {to}; break
"""
AGAIN = """\
            fuel -= {count}
            if fuel >= {all}: continue
            to = {to}; break
"""
JOINED = "{a}{b}"
