"""``policy``: who may talk to whom, pair by pair, is what a NetworkPolicy means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from app.grading.case import Case, Miss
from app.grading.sending.stimulus import Stimulus
from app.grading.sending.straight import Bench
from app.grading.subject import Subject
from app.lessons.schema.expect import PolicyExpect
from app.manifests.cluster import Read, read
from app.workbench.policy_grid import Column, Place, grid
from vm.kernel.hooks import Effect, known_point
from vm.kernel.policy.door import door, packet
from vm.kernel.policy.entries import PolicyMap
from vm.kernel.policy.model import Direction
from vm.kernel.policy.verdicts import Answer, Decisions
from vm.program import MapSpec, Program
from vm.source import Diagnostic, HookscopeError


@dataclass(frozen=True, slots=True)
class Pair:
    """A connection that may come about or not."""

    source: Place
    target: Place
    column: Column

    def __str__(self) -> str:
        protocol, port = self.column.port
        return f"{self.source.name} → {self.target.name}:{port}/{protocol.name}"


def policy(expected: PolicyExpect, case: Case) -> Miss | None:
    """Of a lesson with a document, the learner's policy; else what the learner's programs decide."""
    cluster = case.text(expected.cluster)
    found = read(case.text(expected.policy), cluster)
    if found.diagnostics or found.of_cluster:
        raise HookscopeError((*found.diagnostics, *found.of_cluster)[0])
    right = Decisions(found.cluster, found.policies)
    documents = case.subject.answer.documents
    if documents and expected.of != "programs":
        name, text = next(iter(documents.items()))
        return _by_policy(right, read(text, cluster), name)
    return _by_programs(right, case)


def pairs(decisions: Decisions) -> Iterator[Pair]:
    """Every place to every port that matters."""
    shown = grid(decisions)
    for source in shown.places:
        for column in shown.columns:
            yield Pair(source, shown.places[column.place], column)


def _by_policy(right: Decisions, mine: Read, name: str) -> Miss | None:
    if mine.diagnostics:
        return Miss(*_mistake(name, mine.diagnostics[0]))
    learner = Decisions(mine.cluster, mine.policies)
    seen: set[tuple[str, str, object]] = set()
    for pair in (*pairs(right), *pairs(learner)):
        key = (str(pair.source.address), str(pair.target.address), pair.column.port)
        if key in seen:
            continue
        seen.add(key)
        wanted, got = _verdict(right, pair), _verdict(learner, pair)
        if wanted is not got:
            return _differs(pair, wanted, got)
    return None


def _mistake(name: str, found: Diagnostic) -> tuple[str, str, str]:
    where = f"{name}, line {found.span.line}: " if found.span is not None else f"{name}: "
    return where + found.message + (f"; {found.hint}" if found.hint else ""), "a policy", found.code


def _verdict(decisions: Decisions, pair: Pair) -> bool:
    protocol, port = pair.column.port
    return decisions.verdict(pair.source.address, pair.target.address, protocol, port).allowed


def _differs(pair: Pair, wanted: bool, got: bool) -> Miss:
    words = {True: "allowed", False: "denied"}
    message = f"{pair} should be {words[wanted]}, and is {words[got]}"
    return Miss(message, words[wanted], words[got], found=str(pair))


def _by_programs(right: Decisions, case: Case) -> Miss | None:
    doors = _Doors(case, right)
    for pair in pairs(right):
        protocol, port = pair.column.port
        for answer in right.verdict(pair.source.address, pair.target.address, protocol, port).answers:
            got = doors.lets_by(answer, pair)
            if got is not None and got is not (answer.key is not None):
                way = "in at" if answer.direction is Direction.INGRESS else "out at"
                miss = _differs(pair, answer.key is not None, got)
                return replace(miss, message=f"{miss.message} on its way {way} {answer.pod.name}")
    return None


@dataclass(slots=True)
class _Doors:
    """The learner's programs at the pods' doors, with the entries that the policies become."""

    case: Case
    decisions: Decisions

    def lets_by(self, answer: Answer, pair: Pair) -> bool | None:
        """What the learner's program says; None where it has none for that way, or reads no IPv6."""
        ends = pair.source.address, pair.target.address
        program = self._program(answer.direction)
        if program is None or not all(isinstance(end, IPv4Address) for end in ends):
            return None
        asked = self.decisions.maps[answer.pod.namespace, answer.pod.name, answer.direction]
        bench = self._bench(program, asked)
        source, target = ends
        assert isinstance(source, IPv4Address)  # noqa: S101 - looked at above
        assert isinstance(target, IPv4Address)  # noqa: S101
        stimulus = Stimulus(1, packet(source, target, *pair.column.port), str(pair), 0)
        machine = bench.machine(stimulus)
        bench.finish(machine)
        ended = machine.outcome()
        if ended.how != "exit":
            return False
        return bench.point.verdict(ended.value).effect is Effect.PASS

    def _program(self, direction: Direction) -> Program | None:
        """The one whose name has the direction in it; a single one without is for what comes in."""
        programs = self.case.subject.programs
        other = "egress" if direction is Direction.INGRESS else "ingress"
        named = [program for program in programs if direction.value.lower() in program.name.lower()]
        if named:
            return named[0]
        free = [program for program in programs if other not in program.name.lower()]
        return free[0] if free and direction is Direction.INGRESS else None

    def _bench(self, program: Program, asked: PolicyMap) -> Bench:
        right = {spec.name: spec for spec in door(asked, self.decisions.identities).maps}
        subject = _At(self.case.subject, program, right)
        point = known_point(program.hook or self.case.subject.hook)
        return Bench(subject, point, self.case.seed, self.case.budget)


class _At(Subject):
    """A subject of one program, its maps holding what the policies say."""

    def __init__(self, subject: Subject, program: Program, contents: Mapping[str, MapSpec]) -> None:
        super().__init__(subject.answer, subject.hook, subject.budget)
        maps = tuple(_filled(spec, contents.get(spec.name)) for spec in program.maps)
        self.__dict__["programs"] = (replace(program, maps=maps),)


def _filled(spec: MapSpec, right: MapSpec | None) -> MapSpec:
    if right is None or (spec.key_size, spec.value_size) != (right.key_size, right.value_size):
        return spec
    return replace(spec, init=right.init, max_entries=max(spec.max_entries, len(right.init)))
