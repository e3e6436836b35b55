"""The learner's own words for what machine code is made of: lines as written, maps by their names."""

from collections.abc import Mapping

from app.schemas.native import NativeGroupView, NativeReply
from vm.program import Program


def in_own_words(reply: NativeReply, program: Program, source: str) -> NativeReply:
    """The reply with each instruction as the text has it, and each map by its name instead of its number."""
    lines = source.splitlines()
    texts = {
        pc: " ".join(lines[span.line - 1][span.start : span.end].split())
        for pc, span in program.spans.items()
        if span.line <= len(lines)
    }
    maps = {f"map_fd {index}": spec.name for index, spec in enumerate(program.maps)}
    functions = [
        function.model_copy(update={"groups": [_group(group, texts, maps) for group in function.groups]})
        for function in reply.functions
    ]
    return reply.model_copy(update={"functions": functions})


def _group(group: NativeGroupView, texts: Mapping[int, str], maps: Mapping[str, str]) -> NativeGroupView:
    text = texts.get(group.pc, "") if group.pc is not None else ""
    insns = [insn.model_copy(update={"symbol": maps.get(insn.symbol, insn.symbol)}) for insn in group.insns]
    return group.model_copy(update={"text": text or group.text, "insns": insns})
