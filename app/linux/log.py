"""Reading the verifier's log: the line that refuses, the figures at its end, what changes between loads."""

import re
from dataclasses import dataclass

_FIGURES = re.compile(
    r"processed (\d+) insns \(limit \d+\) max_states_per_insn (\d+) total_states (\d+) peak_states (\d+)"
)
_DEPTHS = re.compile(r"^stack depth ([\d+]+)$", re.MULTILINE)
_TIME = re.compile(r"verification time \d+ usec\n")
_MAP_ADDRESS = re.compile(r"(\(18\) r\d+ = )0xffff[0-9a-f]{12}\b")
# A few of the kernel's messages lack their line feed.
_GLUED = re.compile(r"(?<!\n)(verification time \d+ usec|processed \d+ insns \()")
_LOOP = re.compile(r"infinite loop detected at insn \d+$")
_WALK = re.compile(
    r"^(\d+: |from \d+ to \d+|func#\d+ @|last_idx |regs=|parent |mark_precise|processed \d|verification time|"
    r"stack depth|returning from callee|to caller at|caller:|callee:|propagating|; |\s*R\d+(_\w+)?=|"
    r"\s*frame\d+:|safe$|arg#\d+ reference type|(cur|old) state:|Live regs before|\s+\d+: [.\d]{10} |"
    r"(Func|Validating) .*\)?\.\.\.)"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the last lines of a log count; zeros and no depths where the log ends before."""

    processed: int = 0
    max_states_per_insn: int = 0
    total_states: int = 0
    peak_states: int = 0
    stack_depths: str = ""


def figures(log: str) -> Figures:
    """The figures of a log of any level."""
    counted, depths = _FIGURES.search(log), _DEPTHS.search(log)
    found = depths.group(1) if depths else ""
    if counted is None:
        return Figures(stack_depths=found)
    processed, widest, total, peak = map(int, counted.groups())
    return Figures(processed, widest, total, peak, found)


def error_line(log: str) -> str:
    """The line that refuses: the last that does not tell of the walk; empty where there is none."""
    for line in reversed(_GLUED.sub(r"\n\1", log).split("\n")):
        text = line.rstrip()
        if found := _LOOP.search(text):  # may stand behind an instruction
            return found.group()
        if text and not _WALK.match(text):
            return text
    return ""


def masked(log: str) -> str:
    """The log without what changes from load to load: the addresses of maps, and the time it took."""
    return _TIME.sub("", _MAP_ADDRESS.sub(r"\1MAP", log))
