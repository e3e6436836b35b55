"""A lesson's answers given to this machine's kernel: whether it says of each what the verifier here says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.grading.budget import Budget
from app.grading.subject import MAP, Subject, mistakes
from app.lessons.lesson import Answer, Lesson
from app.linux.ask import kernel_maps
from app.linux.bpf import KernelProgram, load
from app.linux.log import error_line
from app.linux.maps import KernelMap
from app.workbench.watch import unwatched
from vm.encoding import pack
from vm.program import MapSpec, Program
from vm.source import HookscopeError
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.verifier import Options
from vm.verifier.hooked import options_at

TYPED: Final = frozenset({ProgType.TRACING, ProgType.LSM, ProgType.STRUCT_OPS, ProgType.EXT})
"""Programs that are loaded for a function of the kernel, named by the number of its type."""
Target = Callable[[Program], int]
_SMALLEST: Final = bytes.fromhex("b7000000000000009500000000000000")
"""r0 = 0, exit."""


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict: whether the program is accepted, and the last line of why not."""

    accepted: bool
    error: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is said of one program of an answer (``stub``, ``wrong/01-x``), here and by Linux.

    ``kernel`` is None where it cannot be asked: ``why`` says why.
    """

    answer: str
    program: str
    here: Said
    kernel: Said | None
    why: str = ""

    @property
    def same(self) -> bool:
        """Whether both agree, as far as both could be asked."""
        return self.kernel is None or self.here == self.kernel


def answers_of(lesson: Lesson) -> Iterator[tuple[str, Answer]]:
    """Every answer of a lesson by name."""
    yield "stub", lesson.stub
    yield "solution", lesson.solution
    yield from ((f"wrong/{one.name}", one.answer) for one in lesson.wrong)


def asked(lesson: Lesson, target: Target | None = None) -> Iterator[Asked]:
    """Asks the kernel of every program that assembles; ``target`` finds the type a program is for.

    Nothing is attached. Needs root and bpf(): see ``app.linux.bpf.unavailable``.
    """
    for name, answer in answers_of(lesson):
        if mistakes(answer):
            continue
        subject = Subject(answer, lesson.front.hook, Budget(unwatched(), 300))
        for program, report in zip(subject.programs, subject.reports(), strict=True):
            here = Said(report.accepted, report.error)
            if report.category == MAP:
                yield Asked(name, program.name, here, None, "one of its maps cannot be made")
            elif program.prog_type in TYPED and target is None:
                yield Asked(name, program.name, here, None, f"{program.prog_type.label} needs a target")
            else:
                yield Asked(name, program.name, here, *_linux(program, target(program) if target else 0))


def _linux(program: Program, target: int) -> tuple[Said | None, str]:
    options = options_at(program, Options())
    maps = tuple(_empty(spec) for spec in program.maps)

    def loaded(code: bytes, made: Sequence[KernelMap]) -> KernelProgram:
        found = load(
            code,
            program.prog_type,
            made,
            license=program.license,
            expected_attach_type=options.attach_type or 0,
            attach_btf_id=target if program.prog_type in TYPED else 0,
        )
        found.close()
        return found

    try:
        with kernel_maps(maps) as made:
            said = loaded(pack(program.slots), made)
    except HookscopeError as error:
        return None, error.diagnostic.message
    if said.error and not said.log and loaded(_SMALLEST, ()).error:
        return None, f"this kernel loads no programs of type {program.prog_type.label}"
    return Said(not said.error, error_line(said.log) if said.error else ""), ""


def _empty(spec: MapSpec) -> MapSpec:
    """A map that refers to programs or maps begins without entries: those are not loaded here."""
    refers = (MapType.PROG_ARRAY, MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS, MapType.DEVMAP, MapType.CPUMAP)
    return replace(spec, init=()) if spec.type in refers or spec.type is MapType.DEVMAP_HASH else spec
