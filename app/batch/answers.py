"""The answer to each kind of line, as a dictionary that becomes JSON."""

from typing import Any

from app.batch.messages import AsmLine, CfgLine, DisasmLine, MapLine, ProgramLine, RunLine, VerifyLine
from app.verdicts import known_attach_type, known_profile, verdict
from vm.asm import Style, assemble, disassemble
from vm.cfg.blocks import Block
from vm.cfg.graph import ControlFlowGraph, control_flow
from vm.cfg.structure import Rejection, check_structure
from vm.encoding import decode, pack, unpack
from vm.helpers.event import Event
from vm.kernel.engine import STEPPING
from vm.kernel.engine_native import shared_native
from vm.kernel.run import Outcome, run_all
from vm.kernel.scenario import Setup
from vm.machine.trace import Budget
from vm.program import MapSpec, Program
from vm.source import Diagnostic, HookscopeError, did_you_mean
from vm.uapi.map_types import MapType, map_type
from vm.uapi.prog_types import ProgType, prog_type
from vm.verifier import Options

Answer = dict[str, Any]


def answer(line: RunLine | VerifyLine | CfgLine | AsmLine | DisasmLine) -> Answer:
    """The answer without its id; raises HookscopeError for what cannot be answered."""
    match line:
        case RunLine():
            return _run(line)
        case VerifyLine():
            return verdict(program_of(line), _options(line))
        case CfgLine():
            return _cfg(line)
        case AsmLine():
            return _asm(line)
        case DisasmLine():
            slots = unpack(bytes.fromhex(line.insns))
            lines = disassemble(slots, Style(line.style))
            return {"lines": [{"pc": found.pc, "text": found.text} for found in lines]}


def program_of(line: ProgramLine) -> Program:
    """The program a line describes; its maps are called map0, map1 …"""
    kind = prog_type(line.prog_type)
    if kind is None:
        labels = [known.label for known in ProgType]
        hint = did_you_mean(line.prog_type, labels)
        raise HookscopeError.of("unknown-prog-type", f"there is no program type {line.prog_type}", hint)
    slots = unpack(bytes.fromhex(line.insns))
    maps = tuple(_map(f"map{index}", given) for index, given in enumerate(line.maps))
    return Program("batch", kind, slots, decode(slots), maps, license=line.license)


def _map(name: str, given: MapLine) -> MapSpec:
    return MapSpec(
        name,
        _map_type(given.type),
        given.key_size,
        given.value_size,
        given.max_entries,
        given.flags,
        inner=_map(f"{name}_inner", given.inner) if given.inner else None,
        init=tuple((bytes.fromhex(key), bytes.fromhex(value)) for key, value in given.init),
        frozen=given.frozen,
    )


def _map_type(given: str | int) -> MapType:
    numbers = {kind.value for kind in MapType}
    found = (MapType(given) if given in numbers else None) if isinstance(given, int) else map_type(given)
    if found is None:
        hint = did_you_mean(str(given), [kind.label for kind in MapType])
        raise HookscopeError.of("unknown-map-type", f"there is no map type {given}", hint)
    return found


def _run(line: RunLine) -> Answer:
    program = program_of(line)
    rejection = check_structure(program)
    if rejection is not None and not rejection.rule.walked:
        message = f"Linux refuses this program: {rejection.message or rejection.errno.name}"
        raise HookscopeError.of(f"linux-{rejection.kind}", message, rejection.rule.hint)
    report = run_all(
        Setup(
            (program,),
            program.prog_type,
            tuple(bytes.fromhex(packet) for packet in line.packets),
            event=Event(cpu=line.cpu, seed=line.seed),
            budget=Budget(steps=line.max_steps),
        ),
        shared_native() if line.engine == "native" else STEPPING,
    )
    dumps = [
        None if dump is None else [[key.hex(), value.hex()] for key, value in dump] for dump in report.maps
    ]
    return {"runs": [_outcome(outcome) for outcome in report.runs], "maps": dumps}


def _options(line: VerifyLine) -> Options:
    return Options(
        attach_type=known_attach_type(line.attach_type),
        load_flags=line.load_flags,
        log_level=line.log_level,
        profile=known_profile(line.profile),
        func_info=False,
    )


def _outcome(outcome: Outcome) -> Answer:
    found: Answer = {
        "retval": outcome.retval,
        "data_out": None if outcome.data_out is None else outcome.data_out.hex(),
    }
    if outcome.retval is None:
        found["fault"] = outcome.message
    return found


def _cfg(line: CfgLine) -> Answer:
    program = program_of(line)
    graph = control_flow(program)
    rejection = check_structure(program)
    return {
        "blocks": [_block(graph, block) for block in graph.blocks],
        "edges": [
            {"source": edge.source, "target": edge.target, "kind": edge.kind.value, "back": edge.back}
            for edge in graph.edges
        ],
        "loops": [{"header": loop.header, "depth": loop.depth} for loop in graph.loops],
        "rejection": None if rejection is None else _rejection(rejection),
    }


def _block(graph: ControlFlowGraph, block: Block) -> Answer:
    return {
        "id": block.id,
        "subprogram": block.subprogram,
        "first": block.first,
        "last": block.last,
        "exits": block.exits,
        "reachable": graph.reachable[block.id],
        "dominator": graph.idom[block.id],
    }


def _rejection(found: Rejection) -> Answer:
    return {
        "errno": found.errno.name,
        "error": found.message,
        "pc": found.pc,
        "category": found.category.value,
    }


def _asm(line: AsmLine) -> Answer:
    assembly = assemble(line.source)
    return {
        "ok": assembly.ok,
        "insns": pack(assembly.program.slots).hex() if assembly.program else None,
        "programs": [
            {"name": program.name, "prog_type": program.prog_type.label, "insns": pack(program.slots).hex()}
            for program in assembly.programs
        ],
        "diagnostics": [_diagnostic(found) for found in assembly.diagnostics],
    }


def _diagnostic(found: Diagnostic) -> Answer:
    span = found.span
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "hint": found.hint,
        "line": span.line if span else None,
        "start": span.start if span else None,
        "end": span.end if span else None,
    }
