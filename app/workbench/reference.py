"""The reference: the simulator's own tables as one message."""

from collections.abc import Iterator

from app.schemas.reference import (
    ConstantRef,
    FieldRef,
    HelperRef,
    HookRef,
    InsnRef,
    LoaderRef,
    MapRef,
    Reference,
)
from app.workbench.reference_insns import OTHERS
from vm.helpers.api import Helper
from vm.helpers.table import HELPERS
from vm.isa import ALU, JUMP, AluOp
from vm.kernel.hooks import HOOK_POINTS, HookPoint, targeted_points
from vm.uapi.constants import CONSTANTS
from vm.uapi.helper_ids import helper_name
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import HOOK_LIST
from vm.uapi.struct_types import Field, Struct
from vm.uapi.structs import STRUCTS
from vm.uapi.tracing import record_structs
from vm.uapi.typed_arguments import typed_arguments
from vm.verifier.profile import NO_PERFMON, ROOT
from vm.verifier.profile_differences import Difference, differences


def reference() -> str:
    """All tables as JSON."""
    return Reference(
        constants=[
            ConstantRef(name=c.name, value=c.value, group=c.group, doc=c.doc) for c in CONSTANTS.values()
        ],
        fields=[_field(struct, field) for struct in _structs() for field in struct.fields],
        helpers=[_helper(helper) for helper in HELPERS.values()],
        instructions=instructions(),
        hooks=[_hook(point) for point in (*HOOK_POINTS.values(), *targeted_points())],
        maps=[MapRef(name=kind.label, doc=kind.doc) for kind in MapType],
        loaders=[_loader(row) for row in differences(ROOT, NO_PERFMON)],
    ).model_dump_json()


def _field(struct: Struct, field: Field) -> FieldRef:
    return FieldRef(
        path=f"{struct.name}.{field.name}",
        offset=field.offset,
        size=field.size,
        kind=field.kind.value,
        doc=field.doc,
    )


def _helper(helper: Helper) -> HelperRef:
    return HelperRef(
        id=helper.id,
        name=helper_name(helper.id) or "",
        signature=helper.signature,
        doc=helper.doc,
        hooks=_hooks_of(helper.prog_types),
        gpl_only=helper.gpl_only,
    )


def _hook(point: HookPoint) -> HookRef:
    return HookRef(
        id=point.name,
        title=point.title,
        prog_type=point.prog_type.label,
        context=_context(point),
        doc=point.doc,
        kernel=point.kernel,
        verdicts=[verdict.name for verdict in point.verdicts],
        family=point.hook.name if point.target else "",
        takes_packets=point.takes_packets,
    )


def _loader(row: Difference) -> LoaderRef:
    return LoaderRef(
        title=row.title,
        trusted=row.trusted,
        guarded=row.guarded,
        doc=row.why,
        example=row.example,
        message=row.message,
    )


def _structs() -> Iterator[Struct]:
    """Every structure a program may name; of the records of system calls' ends, which are alike, one."""
    yield from STRUCTS.values()
    for struct in record_structs().values():
        if not struct.name.startswith("sys_exit_") or struct.name == "sys_exit_read":
            yield struct


def _context(point: HookPoint) -> str:
    """The structure r1 points to, or the arguments."""
    if point.hook.name == "tracepoint":
        return point.target.partition("/")[2]
    arguments = typed_arguments(point.name)
    return point.hook.context or ", ".join(row.name for row in arguments or ())


def _hooks_of(prog_types: frozenset[object] | None) -> list[str]:
    modeled = (hook for hook in HOOK_LIST if hook.name in HOOK_POINTS or hook.targets)
    return [hook.name for hook in modeled if prog_types is None or hook.prog_type in prog_types]


def instructions() -> list[InsnRef]:
    """All instructions, a row each."""
    arithmetic = [
        InsnRef(
            name=op.value, syntax=f"r1 {spec.symbol} r2", mnemonic=f"{_mnemonic(op)} r1, r2", doc=spec.doc
        )
        for op, spec in ALU.items()
    ]
    jumps = [
        InsnRef(
            name=op.value,
            syntax=f"if r1 {spec.symbol} r2 goto label",
            mnemonic=f"{op.value} r1, r2, label",
            doc=f"Jump if {spec.doc}.",
        )
        for op, spec in JUMP.items()
    ]
    return [*arithmetic, *jumps, *OTHERS]


def _mnemonic(op: AluOp) -> str:
    """uBPF's name: sign-extending moves say both widths, from and to."""
    return f"{op.value}64" if op.value.startswith("movsx") else op.value
