"""The context: which places a program type may load from and store to, and what a load gives."""

from typing import TYPE_CHECKING, Final, NoReturn

from vm.uapi.context_places import SYSCALL_LIMIT, Gives, Places, places_of
from vm.uapi.context_rules import Widths, rule_at
from vm.uapi.prog_types import ProgType
from vm.uapi.typed_arguments import typed_arguments
from vm.verifier import scalar
from vm.verifier.checks.common import refuse
from vm.verifier.checks.pointer_offset import check_unmodified
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rejection import unsupported
from vm.verifier.rules import context as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def _pointer(kind: Kind, flags: int = 0, btf: str = "") -> Register:
    return Register(kind, scalar.ZERO, flags=flags, btf=btf)


_PRODUCED: Final = {
    Gives.DATA: _pointer(Kind.PACKET),
    Gives.META: _pointer(Kind.PACKET_META),
    Gives.END: _pointer(Kind.PACKET_END),
    Gives.SOCKET: _pointer(Kind.SOCK_COMMON, Flag.MAYBE_NULL),
    Gives.FULL_SOCKET: _pointer(Kind.SOCKET),
    Gives.FULL_SOCKET_OR_NULL: _pointer(Kind.SOCKET, Flag.MAYBE_NULL),
    Gives.FLOW_KEYS: _pointer(Kind.FLOW_KEYS),
    Gives.BUFFER: _pointer(Kind.TP_BUFFER),
    Gives.HOOK_STATE: _pointer(Kind.BTF_ID, Flag.TRUSTED, "nf_hook_state"),
    Gives.SK_BUFF: _pointer(Kind.BTF_ID, Flag.TRUSTED, "sk_buff"),
}
_PACKET: Final = frozenset({Gives.DATA, Gives.META, Gives.END})
_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)


def read(walk: "Walk", regno: int, off: int, size: int, *, signed: bool = False) -> Register:
    """What a load of ``size`` bytes at ``off`` of the context gives, before it is cut to its width."""
    check_unmodified(walk, regno, walk.regs[regno])
    kind = walk.program.prog_type
    if kind is ProgType.SYSCALL:
        _check_syscall(walk, off, size, write=False)
        return _UNKNOWN
    if walk.options.target:
        return _argument(walk, off, size)
    gives = _places(walk).reads.get((off, size))
    if kind is ProgType.TRACEPOINT and off < 0 and not off % size:
        return _UNKNOWN  # 6.18 compares the offset as a number without sign, and lets it pass
    if gives is None or (signed and gives in _PACKET and size == 4):
        _refuse(walk, off, size, write=False)
    if gives is Gives.NUMBER:
        return _UNKNOWN
    produced = _PRODUCED[gives]
    return produced._replace(id=walk.new_id()) if produced.maybe_null else produced


def write(walk: "Walk", regno: int, off: int, size: int) -> None:
    """A store of ``size`` bytes at ``off`` of the context is allowed."""
    check_unmodified(walk, regno, walk.regs[regno])
    if walk.program.prog_type is ProgType.SYSCALL:
        _check_syscall(walk, off, size, write=True)
    elif walk.options.target or (off, size) not in _places(walk).writes:
        _refuse(walk, off, size, write=True)


def _argument(walk: "Walk", off: int, size: int) -> Register:
    """One of the typed arguments of a tracepoint, function or security hook (btf_ctx_access)."""
    known = typed_arguments(walk.options.target) or ()
    if not 0 <= off < 8 * len(known) or off % size:
        _refuse(walk, off, size, write=False)
    found = known[off // 8]
    target = walk.options.target.rpartition("/")[2]
    if off % 8:
        refuse(walk, rules.ARGUMENT_OFFSET, off=off, size=size, target=target)
    if found.pointer and size != 8:
        refuse(walk, rules.ARGUMENT_SIZE, off=off, size=size, target=target, field=found.name)
    if not found.struct:
        return _UNKNOWN
    flags = Flag.TRUSTED * found.trusted | Flag.MAYBE_NULL * found.nullable
    number = walk.new_id() if found.nullable else 0
    return Register(Kind.BTF_ID, scalar.ZERO, flags=int(flags), id=number, btf=found.struct)


def _places(walk: "Walk") -> Places:
    kind = walk.program.prog_type
    found = places_of(kind, walk.options.attach_type)
    if found is None:
        raise unsupported(walk.pc, f"the context of {kind.label} programs")
    return found


def _check_syscall(walk: "Walk", off: int, size: int, *, write: bool) -> None:
    """The context of programs of type syscall is memory of the caller's choice."""
    if not 0 <= off < SYSCALL_LIMIT or off % size:
        _refuse(walk, off, size, write=write)


def _refuse(walk: "Walk", off: int, size: int, *, write: bool) -> NoReturn:
    kind = walk.program.prog_type
    found, field = places_of(kind, walk.options.attach_type), rule_at(kind, off)
    struct = "the context" if found is None else found.struct
    last = off + size - 1
    places = set() if found is None else set(found.writes if write else found.reads)
    near = any(at < off + size and off < at + width for at, width in places)
    name = field.name if field is not None else f"bytes {off} to {last}"
    if not near and (field is not None or _known(found, off)):
        rule = rules.CONTEXT_WRITE if write else rules.CONTEXT_READ
        refuse(walk, rule, off=off, size=size, field=name, struct=struct)
    if not near:
        refuse(walk, rules.CONTEXT_NO_FIELD, off=off, size=size, last=last, struct=struct)
    start, length = (off, size) if field is None else (field.offset, field.size)
    widths = "other widths or places" if field is None or field.widths is Widths.NONE else field.widths.value
    refuse(
        walk, rules.CONTEXT_WIDTH, off=off, size=size, field=name, struct=struct,
        start=start, length=length, widths=widths,
    )  # fmt: skip


def _known(found: Places | None, off: int) -> bool:
    """Whether the byte may be accessed in the other direction."""
    return found is not None and any(at <= off < at + width for at, width in (*found.reads, *found.writes))
