"""A simulation in numbers: as it goes on, and in the end."""

from collections import Counter
from itertools import islice

from app.schemas.outcome_pages import AuditLine, AuditReply, AuditRequest
from app.schemas.outcomes import OutputRow, ProgramCount, SimulationProgress, SimulationReply, StationCount
from app.schemas.simulate import ParameterView, ScenarioView
from app.workbench.simulate_rows import error_name, view
from app.workbench.simulate_score import drops, score
from app.workbench.simulated import Simulated
from app.workbench.state import map_view
from app.workbench.values import output_text
from vm.kernel.scenarios.model import Scenario
from vm.kernel.simulation.outcome import Counters, Denial, Outcome, Output

OUTPUTS_SENT = 500


def scenario_view(scenario: Scenario) -> ScenarioView:
    """A scenario to choose."""
    return ScenarioView(
        id=scenario.id,
        title=scenario.title,
        doc=scenario.doc,
        look_for=scenario.look_for,
        parameters=[
            ParameterView(
                name=row.name, doc=row.doc, default=row.default, low=row.low, high=row.high, unit=row.unit
            )
            for row in scenario.all_parameters.values()
        ],
        truths=dict(scenario.truths),
        wanted=sorted(scenario.wanted),
        attach=list(scenario.attach),
    )


def stations(counters: Counters) -> list[StationCount]:
    """How many came to each station of each device."""
    return [
        StationCount(
            station=station,
            device=device,
            seen=found.seen,
            passed=found.passed,
            dropped=found.dropped,
            sent=found.sent,
            redirected=found.redirected,
            denied=found.denied,
        )
        for (station, device), found in counters.stations.items()
    ]


def ends(counters: Counters) -> dict[str, int]:
    """How many packets ended how."""
    return {end.value: count for end, count in counters.ends.items()}


def about_to_begin(simulation: str, revision: int) -> SimulationProgress:
    """That events are being made: nothing has happened, and nobody knows yet how many there will be."""
    return SimulationProgress(
        simulation=simulation, revision=revision, done=0, total=0, time_ns=0, stations=[], ends={}, last=[]
    )


def progress(found: Simulated, revision: int) -> SimulationProgress:
    """How far it is."""
    counters = found.simulation.counters()
    return SimulationProgress(
        simulation=found.key,
        revision=revision,
        done=found.done,
        total=found.total,
        time_ns=found.time_ns,
        stations=stations(counters),
        ends=ends(counters),
        last=[view(row) for row in found.last()],
        ended=found.ended,
    )


def summary(found: Simulated, revision: int) -> SimulationReply:
    """Everything in sum."""
    counters, outputs = found.simulation.counters(), found.simulation.outputs
    maps = [made for made in found.simulation.maps if not made.spec.name.startswith(".")]
    return SimulationReply(
        simulation=found.key,
        revision=revision,
        title=found.plan.title,
        done=found.done,
        total=found.total,
        stopped_early=found.stopped_early,
        time_ns=found.time_ns,
        stations=stations(counters),
        ends=ends(counters),
        drops=list(drops(found.outcomes, found.endings, found.known)),
        programs=list(_programs(found, counters)),
        maps=[map_view(made) for made in maps],  # type: ignore[misc]
        map_names=[made.spec.name for made in found.simulation.maps],
        map_users=_users(found),
        score=score(found.truths(), found.plan.made.wanted, found.marks()),
        denials=found.simulation.denials(0, 0)[1],
        outputs=[output_row(found, output) for output in islice(outputs, OUTPUTS_SENT)],
        outputs_total=len(outputs),
        warnings=list(found.plan.warnings),
    )


def _users(found: Simulated) -> dict[str, list[str]]:
    programs = [program for item in found.plan.attached for program in item.attachment.programs]
    programs += [program for later in found.plan.replaced for program in later.programs]
    users: dict[str, list[str]] = {}
    for program in programs:
        for spec in program.maps:
            users.setdefault(spec.name, []).append(program.name)
    return users


def _programs(found: Simulated, counters: Counters) -> list[ProgramCount]:
    counted = []
    for number, item in enumerate(found.plan.attached):
        later = [program for new in found.plan.replaced if new.number == number for program in new.programs]
        names = [program.name for program in (*item.attachment.programs, *later)]
        kept = [counters.programs[name] for name in names if name in counters.programs]
        verdicts: Counter[str] = Counter()
        for count in kept:
            verdicts.update(count.verdicts)
        counted.append(
            ProgramCount(
                attachment=number,
                name=item.program.name,
                place=item.place,
                hook=item.attachment.hook,
                runs=sum(count.runs for count in kept),
                steps=sum(count.steps for count in kept),
                verdicts=dict(verdicts),
            )
        )
    return counted


def output_row(found: Simulated, output: Output) -> OutputRow:
    """What a program told user space."""
    known = found.known.get(output.program)
    return OutputRow(
        index=output.index,
        time_ns=output.time_ns,
        attachment=known.attachment if known is not None else 0,
        kind=output.kind.value,
        source=output.source,
        text=output_text(output.kind, output.data),
        data=output.data.hex(),
    )


def audit(found: Simulated, request: AuditRequest) -> AuditReply:
    """Who was denied what, by which instruction."""
    denials, total = found.simulation.denials(request.offset, request.limit)
    lines = [_audit(found, denial) for denial in denials]
    return AuditReply(simulation=found.key, offset=request.offset, total=total, lines=lines)


def _audit(found: Simulated, denial: Denial) -> AuditLine:
    known = found.known.get(denial.program)
    outcome = found.outcomes[denial.index]
    who, what = _who(found, outcome, denial)
    return AuditLine(
        index=denial.index,
        time_ns=denial.time_ns,
        who=who,
        what=what,
        station=denial.station,
        attachment=known.attachment if known is not None else None,
        program=denial.program,
        place=found.plan.attached[known.attachment].place if known is not None else "",
        pc=denial.pc,
        line=known.line(denial.pc) if known is not None else None,
        text=known.text(denial.pc) if known is not None else "",
        answer=error_name(denial.errno) if denial.errno else found.endings.of(outcome.route).verdict,
        truth=denial.truth,
    )


def _who(found: Simulated, outcome: Outcome, denial: Denial) -> tuple[str, str]:
    """Who it was, and what: a process by the name it has by then, with its call."""
    process = found.names.get(outcome.event)
    return (
        (process, found.title(outcome).removeprefix(process).strip())
        if process
        else (denial.who, denial.what)
    )
