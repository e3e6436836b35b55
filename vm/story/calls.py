"""Helper calls, told: what was asked, and what came of it."""

from vm.instruction import Call
from vm.story.moment import Moment, pc_part, reg, shown
from vm.story.part import Lane, Mark, PartKind, Sentence, Told, part
from vm.uapi.errno import errno_name
from vm.uapi.helper_ids import HelperId, helper_name
from vm.word import signed

_OUTCOME = {
    HelperId.MAP_LOOKUP_ELEM: ("hit", "found nothing"),
    HelperId.MAP_LOOKUP_PERCPU_ELEM: ("hit", "found nothing"),
    HelperId.RINGBUF_RESERVE: ("reserved", "no room"),
}


def tell_call(moment: Moment) -> Told:
    """The told call of a helper; ``moment.after`` holds its answer in r0."""
    insn = moment.insn
    number = insn.imm if isinstance(insn, Call) else moment.before[0]
    name = helper_name(number) or f"helper {number}"
    answer = _answer(moment, number)
    words = f"{pc_part(moment.pc)} called {part(name, PartKind.HELPER)}: {_came(moment, answer)}"
    lane = Lane.MAP if name.startswith(("bpf_map", "bpf_ringbuf", "bpf_for_each")) else Lane.CONTROL
    mark = Mark(lane, "map" if lane is Lane.MAP else "call", _short(name, answer, lane))
    return Told(words, (), mark, answer, f"{name} → {answer}")


def _answer(moment: Moment, number: int) -> str:
    value = moment.value(0, after=True)
    if pair := _OUTCOME.get(number):  # type: ignore[call-overload]
        return f"{pair[0]}, {value.text}" if value.word else str(pair[1])
    minus = signed(value.word)
    if -4096 < minus < 0:
        return f"-{errno_name(minus)}"
    return value.text


def _came(moment: Moment, answer: str) -> Sentence:
    error = f" ({answer})" if answer.startswith("-E") else ""
    return f"{reg(0)} is {shown(moment.value(0, after=True))}{error}"


def _short(name: str, answer: str, lane: Lane) -> str:
    if lane is Lane.MAP:
        return answer.partition(",")[0].replace("found nothing", "miss")
    return name.removeprefix("bpf_").removesuffix("_elem").replace("trace_", "")
