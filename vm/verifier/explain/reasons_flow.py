"""Problem and reason in plain words: resources, loops, limits, jumps, and what may be called."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vm.instruction import Call, Goto, Jump
from vm.isa import CallKind
from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.naming import helper
from vm.verifier.explain.reasons_memory import Teller, Told
from vm.verifier.explain.scene import Scene


def reference_leak(scene: Scene) -> Told:
    alloc = scene.number("alloc")
    insn = scene.names.program.insns[alloc] if alloc < len(scene.names.program.insns) else None
    what = "What was acquired"
    if isinstance(insn, Call) and insn.kind is CallKind.HELPER:
        what = _ACQUIRED.get(helper(insn.imm), f"What {helper(insn.imm)} returned")
    branch = scene.last(K.BRANCH)
    way = f" The way that leads here: {branch.text} (at {scene.at(branch)})." if branch else ""
    if not _held(scene, alloc):
        way += " Its pointer was overwritten: no register holds it any more."
    tail = "The tail call" if "tail_call" in scene.word("where") else "The program"
    thing = what.removeprefix("The ").removesuffix(" reserved").removesuffix(" found")
    return (
        f"{'A ' + thing if thing != what else what} is not given back on every way.",
        (
            f"{what} at {scene.names.at(alloc)} is still held at {scene.here}. {tail} would end with it, "
            f"and nobody could ever give it back.{way}"
        ),
    )


def _held(scene: Scene, alloc: int) -> bool:
    """Whether a register or the stack still holds what slot ``alloc`` acquired."""
    state = scene.state
    if state is None:
        return True
    ids = {ref.id for ref in state.refs if ref.pc == alloc}
    return any(
        reg.ref in ids
        for frame in state.frames
        for reg in (*frame.regs, *(slot.spilled for slot in frame.stack))
    )


_ACQUIRED: Final = {
    "bpf_ringbuf_reserve": "The ring buffer record reserved",
    "bpf_sk_lookup_tcp": "The socket found",
    "bpf_sk_lookup_udp": "The socket found",
    "bpf_skc_lookup_tcp": "The socket found",
}


def release(scene: Scene) -> Told:
    reg = scene.reg
    released = scene.last(K.RELEASED)
    name = scene.word("helper") or (helper(scene.insn.imm) if isinstance(scene.insn, Call) else "this call")
    if released is not None:
        return (
            f"r{reg} was given back already.",
            (
                f"At {scene.at(released)}, {released.text}. {name} at {scene.here} would give it back a "
                "second time."
            ),
        )
    return (
        f"r{reg} is nothing that {name} can give back.",
        f"r{reg} holds {scene.holds(reg)}, and {name} takes only what was acquired, as it was handed out.",
    )


def infinite_loop(scene: Scene) -> Told:
    pc = scene.pc
    label = scene.names.program.label_of(pc)
    place = f"`{label}` ({scene.here})" if label else scene.here
    tests = [moment.pc for moment in scene.path if moment.pc != pc and _is_test(scene, moment.pc)]
    asked = ""
    if tests:
        test = tests[-1]
        at = scene.names.at(test)
        asked = f" The test in it, `{scene.names.text(test)}` at {at}, came out the same each time."
    return (
        "This loop never ends.",
        (
            f"The path came back to {place} with the same values in every register and on the stack that "
            f"matters: it would come back again and again.{asked}"
        ),
    )


def _is_test(scene: Scene, pc: int) -> bool:
    return isinstance(scene.names.program.insns[pc], Jump)


def too_large(scene: Scene) -> Told:
    program = scene.names.program
    jumps = (moment.pc for moment in scene.path if isinstance(program.insns[moment.pc], Jump | Goto))
    busiest = Counter(jumps).most_common(1)
    where = ""
    if busiest and busiest[0][1] > 1:
        pc, times = busiest[0]
        text, at = scene.names.text(pc), scene.names.at(pc)
        where = f" `{text}` at {at} leads round again and again: {times:,} times, and no end in sight."
    return (
        "The program is too complex for the verifier.",
        (
            f"It walked {scene.number('limit') or 1_000_000:,} instructions over all paths, loops turn by "
            f"turn, and stopped there.{where} Each test of an unknown value doubles the paths, unless "
            "they become equal again."
        ),
    )


def helper_not_here(scene: Scene) -> Told:
    name = scene.word("helper")
    kind = scene.names.program.prog_type.label
    return (
        f"{name} cannot be called from this kind of program.",
        (
            f"Each program type has its own list of helpers, and {name} is not on that of {kind}: what it "
            "does makes no sense or is not safe at this hook."
        ),
    )


def gpl_only(scene: Scene) -> Told:
    name, license_ = scene.word("helper"), scene.word("license")
    return (
        f"{name} is for GPL-compatible programs only.",
        (
            f"The program's licence is `{license_}`. The kernel gives {name} only to programs whose "
            "licence is compatible with its own."
        ),
    )


def map_kind(scene: Scene) -> Told:
    name = scene.word("helper")
    return (
        f"{name} does not work on map `{scene.word('map')}`.",
        (
            f"`{scene.word('map')}` is a {scene.word('map_label') or 'map'}, and {name} is not for maps "
            "of that type."
        ),
    )


def unreachable(scene: Scene) -> Told:
    return (
        f"Nothing leads to {scene.here}.",
        (
            f"No jump goes to `{scene.names.text(scene.pc)}`, and the instruction before it goes "
            "elsewhere. Linux refuses programs with instructions that can never run: they are most often "
            "a mistake."
        ),
    )


def last_instruction(scene: Scene) -> Told:
    return (
        "The program runs past its end.",
        (
            f"The last instruction of the function, `{scene.names.text(scene.pc)}` at {scene.here}, goes "
            "on to the next one, and there is none. A function ends in `exit` or `goto`."
        ),
    )


def lock_call(scene: Scene) -> Told:
    return (
        "A call while a spin lock is held.",
        (
            f"At {scene.here} a lock is still held. Others wait for it without sleeping, so what happens "
            "under it must be short: no calls but the one that unlocks."
        ),
    )


def merged(scene: Scene) -> Told:
    return (
        "Different ways lead here with different kinds of pointers.",
        (
            f"`{scene.names.text(scene.pc)}` at {scene.here} is one instruction and becomes one kind of "
            "access; on another way its pointer was of another kind."
        ),
    )


FLOW: Final[Mapping[str, Teller]] = MappingProxyType({
    "reference-leak": reference_leak,
    "release-twice": release,
    "release-unreferenced": release,
    "infinite-loop": infinite_loop,
    "too-large": too_large,
    "helper-not-here": helper_not_here,
    "gpl-only": gpl_only,
    "map-kind": map_kind,
    "unreachable": unreachable,
    "last-instruction": last_instruction,
    "lock-call": lock_call,
    "different-pointers": merged,
})  # fmt: skip
