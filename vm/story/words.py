"""The verbs of the told step, as tables. ``{}`` is never interpolated with a learner's text."""

from collections.abc import Mapping

from vm.isa import AluOp, EndianOp, JumpOp

QUESTION: Mapping[JumpOp, str] = {
    JumpOp.JEQ: "equals",
    JumpOp.JNE: "differs from",
    JumpOp.JGT: "is greater than",
    JumpOp.JGE: "is at least",
    JumpOp.JLT: "is less than",
    JumpOp.JLE: "is at most",
    JumpOp.JSGT: "is greater (signed) than",
    JumpOp.JSGE: "is at least (signed)",
    JumpOp.JSLT: "is less (signed) than",
    JumpOp.JSLE: "is at most (signed)",
    JumpOp.JSET: "shares set bits with",
}

HOLDS: Mapping[JumpOp, str] = {
    JumpOp.JEQ: "=",
    JumpOp.JNE: "≠",
    JumpOp.JGT: ">",
    JumpOp.JGE: "≥",
    JumpOp.JLT: "<",
    JumpOp.JLE: "≤",
    JumpOp.JSGT: "s>",
    JumpOp.JSGE: "s≥",
    JumpOp.JSLT: "s<",
    JumpOp.JSLE: "s≤",
    JumpOp.JSET: "has bits of",
}
"""What was found true when the jump is taken."""

FAILS: Mapping[JumpOp, str] = {
    JumpOp.JEQ: "≠",
    JumpOp.JNE: "=",
    JumpOp.JGT: "≤",
    JumpOp.JGE: "<",
    JumpOp.JLT: "≥",
    JumpOp.JLE: ">",
    JumpOp.JSGT: "s≤",
    JumpOp.JSGE: "s<",
    JumpOp.JSLT: "s≥",
    JumpOp.JSLE: "s>",
    JumpOp.JSET: "has no bits of",
}
"""What was found true when it is not."""

ALU_PLAN: Mapping[AluOp, tuple[str, str]] = {
    AluOp.ADD: (" adds ", " to "),
    AluOp.SUB: (" subtracts ", " from "),
    AluOp.MUL: (" multiplies ", " by "),
    AluOp.DIV: (" divides ", " by "),
    AluOp.OR: (" sets in ", " the bits of "),
    AluOp.AND: (" keeps in ", " only the bits of "),
    AluOp.LSH: (" shifts ", " left by "),
    AluOp.RSH: (" shifts ", " right by "),
    AluOp.MOD: (" takes the remainder of ", " by "),
    AluOp.XOR: (" flips in ", " the bits of "),
    AluOp.MOV: (" sets ", " to "),
    AluOp.ARSH: (" shifts ", " right, keeping the sign, by "),
    AluOp.SDIV: (" divides (signed) ", " by "),
    AluOp.SMOD: (" takes the signed remainder of ", " by "),
    AluOp.MOVSX8: (" sign-extends the low 8 bits of ", " into "),
    AluOp.MOVSX16: (" sign-extends the low 16 bits of ", " into "),
    AluOp.MOVSX32: (" sign-extends the low 32 bits of ", " into "),
}

ALU_DID: Mapping[AluOp, tuple[str, str]] = {
    AluOp.ADD: (" added ", " to "),
    AluOp.SUB: (" subtracted ", " from "),
    AluOp.MUL: (" multiplied ", " by "),
    AluOp.DIV: (" divided ", " by "),
    AluOp.OR: (" set in ", " the bits of "),
    AluOp.AND: (" kept in ", " only the bits of "),
    AluOp.LSH: (" shifted ", " left by "),
    AluOp.RSH: (" shifted ", " right by "),
    AluOp.MOD: (" took the remainder of ", " by "),
    AluOp.XOR: (" flipped in ", " the bits of "),
    AluOp.MOV: (" set ", " to "),
    AluOp.ARSH: (" shifted ", " right, keeping the sign, by "),
    AluOp.SDIV: (" divided (signed) ", " by "),
    AluOp.SMOD: (" took the signed remainder of ", " by "),
    AluOp.MOVSX8: (" sign-extended the low 8 bits of ", " into "),
    AluOp.MOVSX16: (" sign-extended the low 16 bits of ", " into "),
    AluOp.MOVSX32: (" sign-extended the low 32 bits of ", " into "),
}

SOURCE_FIRST = frozenset({AluOp.ADD, AluOp.SUB, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32})
"""Operations whose sentence names the source before the destination."""

ENDIAN_DID: Mapping[EndianOp, str] = {
    EndianOp.LE: " cut to its low bytes, as they lie in memory, ",
    EndianOp.BE: " turned into big-endian order ",
    EndianOp.BSWAP: " reversed the bytes of ",
}
