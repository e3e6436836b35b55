"""Patches for resources, loops, and the program's structure."""

import re
from collections.abc import Iterator
from typing import Final

from vm.cfg.structure.early import successors
from vm.instruction import Call, Goto, Jump
from vm.verifier.explain.explanation import Edit
from vm.verifier.explain.naming import helper
from vm.verifier.explain.patches.bench import Bench, Draft
from vm.verifier.explain.trail import Moment
from vm.verifier.register import Kind
from vm.verifier.state import State

_TURNS: Final = 16
_TARGET: Final = re.compile(r"(goto\s+)([A-Za-z_.$][\w.$]*)\s*$")
_LICENSE: Final = re.compile(r"^(\s*\.license\s+)(.*?)(\s*[;#].*)?$")


def release(bench: Bench) -> Iterator[Draft]:
    """What is held given back on the way that forgets it: on the branch there, or before the end."""
    scene = bench.scene
    alloc = scene.number("alloc")
    insn = bench.program.insns[alloc]
    if not isinstance(insn, Call):
        return
    ring = helper(insn.imm) == "bpf_ringbuf_reserve"
    path = scene.path
    for at in range(len(path) - 2, -1, -1):
        moment, following = path[at], path[at + 1]
        if moment.pc == alloc:
            break
        jump = bench.program.insns[moment.pc]
        if following.state is None:
            continue
        if not isinstance(jump, Jump):
            yield from _before_label(bench, moment.pc, following, ring, alloc)
            continue
        statements = _given_back(following.state, alloc, ring)
        if not statements:
            continue
        if following.pc == moment.pc + 1:
            edit = bench.after(moment.pc, *statements)
            yield Draft("release", f"Give it back behind {scene.names.at(moment.pc)}", (edit,))
            continue
        match = _TARGET.search(bench.text(moment.pc))
        if match is not None:
            way = bench.new_way_out(moment.pc, "give_back", *statements, onward=match[2])
            new = bench.text(moment.pc)[: match.start(2)] + way.label
            title = f"Give it back on the way from {scene.names.at(moment.pc)}"
            yield Draft("release", title, (bench.replace(moment.pc, new), *way.edits))
    statements = _given_back(scene.state, alloc, ring) if scene.state is not None else []
    if statements:
        yield Draft("release", f"Give it back before {scene.here}", (bench.before(scene.pc, *statements),))
        return
    call = ["r2 = 0", "call bpf_ringbuf_discard"] if ring else ["call bpf_sk_release"]
    for way in bench.ways_out(alloc, "none"):
        edit = bench.after(alloc, f"if r0 == 0 goto {way.label}", "r1 = r0", *call)
        yield Draft("release", f"Give it back behind {scene.names.at(alloc)}", (edit, *way.edits))


def _before_label(bench: Bench, pc: int, following: Moment, ring: bool, alloc: int) -> Iterator[Draft]:
    """Given back where the path runs into a label that other ways lead to as well."""
    if following.pc <= pc or following.state is None:
        return
    statements = _given_back(following.state, alloc, ring)
    edit = bench.before_label(following.pc, *statements) if statements else None
    if edit is not None:
        yield Draft("release", f"Give it back before {bench.scene.names.target(following.pc)}", (edit,))


def _given_back(state: State, alloc: int, ring: bool) -> list[str]:
    """The statements that release what slot ``alloc`` acquired; r0 is put back where it is a known number."""
    held = {ref.id for ref in state.refs if ref.pc == alloc}
    regs = state.frames[-1].regs
    n = next((n for n, reg in enumerate(regs) if reg.ref in held and reg.ref), None)
    if n is None:
        return []
    call = ["r2 = 0", "call bpf_ringbuf_discard"] if ring else ["call bpf_sk_release"]
    result = regs[0]
    after = [f"r0 = {result.value.smin}"] if result.kind is Kind.SCALAR and result.value.is_const else []
    return [*([f"r1 = r{n}"] if n != 1 else []), *call, *after]


def release_once(bench: Bench) -> Iterator[Draft]:
    """The second release left out."""
    pc = bench.scene.pc
    yield Draft("release-once", f"Leave out the call at {bench.scene.here}", (bench.replace(pc, ""),))


def bound_loop(bench: Bench) -> Iterator[Draft]:
    """A counter that leaves the loop after some turns."""
    program = bench.program
    turn = _turn(bench)
    if turn is None:
        return
    back, header = turn
    for counter in bench.unused(back):
        start = bench.before_label(header, f"r{counter} = 0")
        if start is None:
            return
        count = [f"r{counter} += 1"]
        following = back + 1
        ways: list[tuple[str, tuple[Edit, ...]]] = []
        if following in bench.function(back) and program.insns[following] is not None:
            label = bench.new_label("enough")
            ways.append((label, (bench.after(back, f"{label}:"),)))
        ways += [(way.label, way.edits) for way in bench.ways_out(back, "enough")]
        for label, edits in ways:
            counted = bench.before(back, *count, f"if r{counter} >= {_TURNS} goto {label}")
            title = f"Count the turns in r{counter}, and leave after {_TURNS}"
            yield Draft("bound-loop", title, (start, counted, *edits))
        return


def _turn(bench: Bench) -> tuple[int, int] | None:
    """The jump back of the loop the path ran in, and where it leads."""
    path = bench.scene.path
    for at in range(len(path) - 2, -1, -1):
        insn = bench.program.insns[path[at].pc]
        target = path[at + 1].pc
        if isinstance(insn, Jump | Goto) and target <= path[at].pc:
            return path[at].pc, target
    return None


def gpl(bench: Bench) -> Iterator[Draft]:
    """A licence that is GPL-compatible."""
    for number, line in enumerate(bench.lines, 1):
        match = _LICENSE.match(line)
        if match is not None:
            edit = Edit(number, match.start(2), match.end(2), "GPL")
            yield Draft("gpl-license", "Put the program under the GPL", (edit,))


def unreachable(bench: Bench) -> Iterator[Draft]:
    """Without what can never run."""
    slots = bench.program.slots
    seen: set[int] = set()
    waiting = [0]
    while waiting:
        pc = waiting.pop()
        if pc not in seen and 0 <= pc < len(slots):
            seen.add(pc)
            waiting.extend(successors(slots[pc], pc))
    dead = [pc for pc, insn in enumerate(bench.program.insns) if insn is not None and pc not in seen]
    if len(dead) <= 50:
        edits = tuple(bench.replace(pc, "") for pc in dead)
        yield Draft("remove-unreachable", "Leave out what can never run", edits)


def end(bench: Bench) -> Iterator[Draft]:
    """An ``exit`` behind the last instruction."""
    pc = bench.scene.pc
    yield Draft("end-program", "End with `exit`", (bench.after(pc, "exit"),))
    yield Draft("end-program", "Return a verdict", (bench.after(pc, f"r0 = {bench.verdict}", "exit"),))
