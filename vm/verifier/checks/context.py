"""The context: which fields a program type may read and write, how wide, and what a load gives."""

from typing import TYPE_CHECKING, Final, NoReturn

from vm.uapi.attach_types import AttachType
from vm.uapi.context_rules import CONTEXTS, FieldRule, Points, Widths, permitted, rule_at
from vm.uapi.prog_types import ProgType
from vm.verifier import scalar
from vm.verifier.checks.common import refuse
from vm.verifier.checks.pointer_offset import check_unmodified
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rejection import unsupported
from vm.verifier.rules import context as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_PRODUCED: Final = {
    Points.DATA: Register(Kind.PACKET, scalar.ZERO),
    Points.META: Register(Kind.PACKET_META, scalar.ZERO),
    Points.END: Register(Kind.PACKET_END, scalar.ZERO),
    Points.SOCKET: Register(Kind.SOCK_COMMON, scalar.ZERO, flags=Flag.MAYBE_NULL),
}
_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)


def read(walk: "Walk", regno: int, off: int, size: int, *, signed: bool = False) -> Register:
    """What a load of ``size`` bytes at ``off`` of the context gives, before it is cut to its width."""
    rule = _check(walk, regno, off, size, write=False)
    if rule is None or rule.points is None:
        return _UNKNOWN
    if signed and rule.points is not Points.SOCKET:
        _refuse(walk, off, size, write=False)
    produced = _PRODUCED[rule.points]
    return produced._replace(id=walk.new_id()) if produced.maybe_null else produced


def write(walk: "Walk", regno: int, off: int, size: int) -> None:
    """A store of ``size`` bytes at ``off`` of the context is allowed."""
    _check(walk, regno, off, size, write=True)


def _check(walk: "Walk", regno: int, off: int, size: int, *, write: bool) -> FieldRule | None:
    reg = walk.regs[regno]
    check_unmodified(walk, regno, reg)
    kind = walk.program.prog_type
    if kind not in CONTEXTS:
        raise unsupported(walk.pc, f"the context of {kind.label} programs")
    if not (permitted(kind, off, size, write=write) or _in_devmap(walk, off, size, write)):
        _refuse(walk, off, size, write=write)
    return rule_at(kind, off)


def _in_devmap(walk: "Walk", off: int, size: int, write: bool) -> bool:
    """Programs made for a devmap may ask where the packet goes."""
    if walk.program.prog_type is not ProgType.XDP or walk.options.attach_type != AttachType.XDP_DEVMAP:
        return False
    rule = rule_at(ProgType.XDP, off)
    return (
        not write
        and rule is not None
        and rule.name == "egress_ifindex"
        and rule.allows(off, size, write=False)
    )


def _refuse(walk: "Walk", off: int, size: int, *, write: bool) -> NoReturn:
    kind = walk.program.prog_type
    struct, field = CONTEXTS[kind], rule_at(kind, off)
    last = off + size - 1
    if field is None:
        refuse(walk, rules.CONTEXT_NO_FIELD, off=off, size=size, last=last, struct=struct.name)
    if field.widths is Widths.NONE or kind not in (field.writers if write else field.readers):
        rule = rules.CONTEXT_WRITE if write else rules.CONTEXT_READ
        refuse(walk, rule, off=off, size=size, field=field.name, struct=struct.name)
    refuse(
        walk, rules.CONTEXT_WIDTH, off=off, size=size, field=field.name, struct=struct.name,
        start=field.offset, length=field.size, widths=field.widths.value,
    )  # fmt: skip
