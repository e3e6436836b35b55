"""Arguments of kernel functions: what a parameter's type and name ask of its register (check_kfunc_args)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from vm.uapi.context_places import places_of
from vm.uapi.kfuncs import KernelFunction, KernelType, Parameter
from vm.uapi.prog_types import ProgType as P
from vm.verifier import kernel_calls as known
from vm.verifier.checks import context, dynptrs, stack_objects, structures
from vm.verifier.checks.argument_types import MOVABLE
from vm.verifier.checks.bounds import is_null
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.checks.helper_memory import MAX_SIZE, check_memory, check_sized
from vm.verifier.checks.pointer_offset import check_unmodified
from vm.verifier.checks.strings import check_string
from vm.verifier.nulls_and_packets import not_null
from vm.verifier.options import SLEEPABLE
from vm.verifier.register import NOT_INIT, Flag, Kind, Register
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.rules import context as context_rules
from vm.verifier.rules import kfuncs as rules
from vm.verifier.rules import resources as resource_rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


class Sort(Enum):
    """What a parameter that is a pointer takes (enum kfunc_ptr_arg_type)."""

    CTX = auto()
    NULL = auto()
    OBJECT = auto()
    REFCOUNTED = auto()
    DYNPTR = auto()
    ITER = auto()
    PART = auto()
    STRING = auto()
    MAP = auto()
    VALUE = auto()
    IRQ = auto()
    LOCK = auto()
    STRUCT = auto()
    FUNCTION = auto()
    MEM = auto()
    SIZED = auto()


@dataclass(slots=True)
class KfuncMeta:
    """What the arguments of one call told.

    ``ref``: the reference an argument belongs to; ``constant``: the known number among them; ``dynptr``: what
    the dynptr passed keeps; ``iterator``: frame and slot of the one passed; ``given`` the argument released.
    """

    function: KernelFunction
    ref: int = 0
    release_regno: int = 0
    constant: int | None = None
    dynptr: Register = NOT_INIT
    iterator: tuple[int, int] = (0, 0)
    func: int | None = None
    cast: str = ""

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name


_ANY_BITS: Final = "(0x0; 0xffffffffffffffff)"
_TRUSTED: Final = int(Flag.TRUSTED | Flag.ALLOC)
_SOCKET_STRUCTS: Final = {
    Kind.SOCKET: "sock", Kind.SOCK_COMMON: "sock_common", Kind.TCP_SOCK: "tcp_sock", Kind.MAP_PTR: "bpf_map",
}  # fmt: skip
"""Pointers that may be passed for one to a structure of the kernel, and to which (reg2btf_ids)."""
_BPF_MAP: Final = KernelType(True, "struct", "bpf_map", word="STRUCT")
_PARTS: Final = {
    "bpf_list_head", "bpf_list_node", "bpf_rb_root", "bpf_rb_node",
}  # fmt: skip
_VALUES: Final = {"bpf_wq", "bpf_timer", "bpf_task_work"}
_PROJECTIONS: Final = {
    "__sk_buff": "sk_buff", "xdp_md": "xdp_buff", "bpf_sock_addr": "bpf_sock_addr_kern",
    "bpf_sock_ops": "bpf_sock_ops_kern", "bpf_sysctl": "bpf_sysctl_kern",
}  # fmt: skip
_UNTRANSLATED: Final = frozenset({
    P.KPROBE, P.TRACEPOINT, P.RAW_TRACEPOINT, P.RAW_TRACEPOINT_WRITABLE, P.SYSCALL, P.NETFILTER,
})  # fmt: skip
"""Program types whose context is read as it is: it may be passed as memory."""


def check(walk: "Walk", function: KernelFunction) -> KfuncMeta:
    """Every argument in turn; what they told."""
    meta = KfuncMeta(function)
    skip = False
    for index, parameter in enumerate(function.parameters):
        if skip or parameter.name.endswith(("__ign", "__prog")):
            skip = False
            continue
        skip = _check(walk, meta, index, parameter)
    if function.name in known.RELEASES and not meta.release_regno:
        refuse(walk, rules.NOTHING_RELEASED, helper=meta.name)
    return meta


def _check(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter) -> bool:
    """True: the next parameter is the size of this one, and has been looked at."""
    regno, reg, name = index + 1, walk.regs[index + 1], meta.name
    if not parameter.type.pointer:
        _check_number(walk, meta, regno, parameter)
        return False
    trusting = name in known.TRUSTING
    nullable = parameter.name.endswith(("__nullable", "__opt"))
    if (
        (trusting or name in known.RCU)
        and (is_null(reg) or reg.maybe_null)
        and not parameter.name.endswith("__nullable")
    ):
        refuse(walk, rules.ARG_NULL, reg=regno, arg=index, helper=name)
    if reg.ref:
        meta.ref = reg.ref
        if name in known.RELEASES:
            meta.release_regno = regno
    sort = _sort(walk, meta, index, parameter)
    if sort is Sort.NULL:
        return False
    if sort is Sort.MAP and not _names_map(reg):
        refuse(walk, rules.ARG_NOT_MAP, reg=regno, helper=name)
    if sort in (Sort.MAP, Sort.OBJECT, Sort.STRUCT):
        _check_trust(walk, meta, regno, reg)
    _check_offset(walk, meta, regno, reg)
    _CHECKS[sort](walk, meta, index, parameter, nullable)
    return sort is Sort.SIZED


def _names_map(reg: Register) -> bool:
    """The place where a register keeps its map is not empty: other kinds keep other things there."""
    return reg.map >= 0 or reg.kind is Kind.BTF_ID or bool(reg.size or reg.range)


def _check_number(walk: "Walk", meta: KfuncMeta, regno: int, parameter: Parameter) -> None:
    reg = walk.regs[regno]
    if reg.kind is not Kind.SCALAR:
        refuse(walk, rules.ARG_NOT_SCALAR, reg=regno, helper=meta.name, type=reg.type_text)
    if parameter.name.endswith("__k"):
        if not reg.value.is_const:
            refuse(walk, rules.ARG_NOT_CONSTANT, reg=regno, helper=meta.name)
        walk.mark_precise(regno)
        meta.constant = reg.value.value


def _sort(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter) -> Sort:
    """What the parameter takes, as Linux sorts it out: some by name, some by what is passed."""
    reg, kind, label = walk.regs[index + 1], parameter.type, parameter.name
    if meta.name == "bpf_cast_to_kern_ctx" or _is_context(walk, kind):
        return Sort.CTX
    if label.endswith("__nullable") and is_null(reg):
        return Sort.NULL
    by_name = _by_name(meta, index, label, kind)
    if by_name is not None:
        return by_name
    if reg.kind is Kind.BTF_ID or reg.kind in _SOCKET_STRUCTS:
        if not kind.is_struct:
            refuse(
                walk, rules.ARG_NO_STRUCT, helper=meta.name, arg=index, word=kind.word, name=kind.name,
                reg=index + 1,
            )  # fmt: skip
        return Sort.STRUCT
    if kind.sort == "func":
        return Sort.FUNCTION
    sized = _is_sized(walk, meta, index)
    if kind.sort != "int" and not kind.plain and not (sized and kind.sort == "void"):
        if kind.deep:
            walk.log.write("max struct nesting depth exceeded\n")
        refuse(
            walk, rules.ARG_STRUCT_KIND, arg=index, word=kind.word, name=kind.name, reg=index + 1,
            also="void, " if sized else "", helper=meta.name, type=reg.type_text,
        )  # fmt: skip
    return Sort.SIZED if sized else Sort.MEM


def _by_name(meta: KfuncMeta, index: int, label: str, kind: KernelType) -> Sort | None:
    if label.endswith("__alloc"):
        return Sort.OBJECT
    if label.endswith("__refcounted_kptr"):
        return Sort.REFCOUNTED
    if kind.name == "bpf_dynptr":
        return Sort.DYNPTR
    if index == 0 and any(known.iterates(meta.name, word) for word in ("new", "next", "destroy")):
        return Sort.ITER
    if kind.name in _PARTS:
        return Sort.PART
    if label.endswith("__str"):
        return Sort.STRING
    if label.endswith("__map"):
        return Sort.MAP
    if kind.name in _VALUES:
        return Sort.VALUE
    if label.endswith("__irq_flag"):
        return Sort.IRQ
    return Sort.LOCK if kind.name == "bpf_res_spin_lock" else None


def _is_context(walk: "Walk", kind: KernelType) -> bool:
    found = places_of(walk.program.prog_type, walk.options.attach_type)
    return found is not None and kind.name == found.struct and kind.name in _PROJECTIONS


def _is_sized(walk: "Walk", meta: KfuncMeta, index: int) -> bool:
    following = meta.function.parameters[index + 1 : index + 2]
    if not following or not following[0].name.endswith(("__sz", "__szk")):
        return False
    return walk.regs[index + 2].kind is Kind.SCALAR


def _check_trust(walk: "Walk", meta: KfuncMeta, regno: int, reg: Register) -> None:
    if meta.name not in known.TRUSTING and meta.name not in known.RCU:
        return
    if reg.ref or reg.kind in _SOCKET_STRUCTS:
        return
    if reg.flags & _TRUSTED and not reg.flags & ~_TRUSTED:
        return
    if meta.name not in known.RCU:
        refuse(walk, rules.ARG_NOT_TRUSTED, reg=regno, helper=meta.name)
    if not reg.flags & Flag.RCU:
        refuse(walk, rules.ARG_NOT_RCU, reg=regno, helper=meta.name)


def _check_offset(walk: "Walk", meta: KfuncMeta, regno: int, reg: Register) -> None:
    if meta.name in known.RELEASES and reg.ref:
        if reg.off:
            refuse(walk, resource_rules.RELEASE_MOVED, reg=regno, off=reg.off)
        check_unmodified(walk, regno, reg)
    elif (reg.kind, int(reg.flags) & ~Flag.SLICE) not in MOVABLE:
        if reg.kind is Kind.NOT_INIT:
            refuse(walk, context_rules.POINTER_VARIABLE, reg=regno, type="?", var_off=_ANY_BITS)
        check_unmodified(walk, regno, reg, fixed_allowed=reg.kind is Kind.BTF_ID)


def _context(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, _nullable: bool) -> None:
    reg = walk.regs[index + 1]
    if reg.kind is not Kind.CTX:
        refuse(walk, rules.ARG_NOT_CONTEXT, arg=index, type=reg.type_text, reg=index + 1, helper=meta.name)


def _object(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, _nullable: bool) -> None:
    reg = walk.regs[index + 1]
    if reg.kind is not Kind.BTF_ID or not reg.flags & Flag.ALLOC:
        refuse(walk, rules.ARG_NOT_OBJECT, arg=index, reg=index + 1, helper=meta.name)
    raise unsupported(walk.pc, "objects of the program's own types")


def _refcounted(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, _nullable: bool) -> None:
    reg = walk.regs[index + 1]
    if reg.kind is not Kind.BTF_ID or not reg.flags & Flag.ALLOC:
        refuse(walk, rules.ARG_NOT_REFCOUNTED, arg=index, helper=meta.name)
    raise unsupported(walk.pc, "objects of the program's own types")


def _dynptr(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, _nullable: bool) -> None:
    regno, reg = index + 1, walk.regs[index + 1]
    if reg.kind not in (Kind.STACK, Kind.DYNPTR):
        refuse(walk, rules.DYNPTR_KIND, arg=index, reg=regno, helper=meta.name, type=reg.type_text)
    if not parameter.name.endswith("__uninit"):
        meta.dynptr = dynptrs.use(walk, regno, "")
        return
    parent = meta.dynptr
    dynptrs.create(walk, regno, parent.btf or known.DYNPTR_OF[meta.name], parent.ref)


def _iterator(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, _nullable: bool) -> None:
    regno, reg, name = index + 1, walk.regs[index + 1], meta.name
    if name == "bpf_iter_css_task_new" and not walk.options.load_flags & SLEEPABLE:
        refuse(walk, rules.ITER_CSS_TASK)
    slots = parameter.type.size // 8
    if reg.kind is not Kind.STACK:
        refuse(walk, rules.ITER_KIND, arg=index, reg=regno, helper=name, type=reg.type_text, size=8 * slots)
    kind = parameter.type.name.removeprefix("bpf_iter_")
    if known.iterates(name, "new"):
        stack_objects.new_iterator(walk, regno, kind, slots, protected=name in known.PROTECTED)
        return
    meta.iterator = stack_objects.use_iterator(walk, regno, kind, slots, name)
    frame, at = meta.iterator
    meta.ref = walk.state.frames[frame].stack[at].spilled.ref
    if known.iterates(name, "destroy"):
        stack_objects.destroy_iterator(walk, regno, at, slots)


def _part(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, _nullable: bool) -> None:
    """A list's or tree's root: found by the types of the map's value, which maps here do not have."""
    reg, struct = walk.regs[index + 1], parameter.type.name
    if reg.kind is not Kind.MAP_VALUE:
        refuse(walk, rules.ARG_NOT_VALUE_OR_OBJECT, arg=index, helper=meta.name)
    if not reg.value.is_const:
        refuse(walk, resource_rules.FIELD_VARIABLE, reg=index + 1, struct=struct)
    refuse(walk, rules.PART_NOT_FOUND, struct=struct, off=reg.off + reg.value.value)


def _string(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, _nullable: bool) -> None:
    if walk.regs[index + 1].kind is not Kind.MAP_VALUE:
        refuse(walk, rules.ARG_NOT_STRING, arg=index, reg=index + 1, helper=meta.name)
    check_string(walk, index + 1, meta.name)


def _map(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, nullable: bool) -> None:
    reg = walk.regs[index + 1]
    if reg.kind is not Kind.BTF_ID and reg.kind not in _SOCKET_STRUCTS:
        return
    _struct(walk, meta, index, replace(parameter, type=_BPF_MAP), nullable)


def _value(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, _nullable: bool) -> None:
    reg, regno = walk.regs[index + 1], index + 1
    if reg.kind is not Kind.MAP_VALUE:
        refuse(walk, rules.ARG_NOT_VALUE, arg=index, helper=meta.name)
    struct = parameter.type.name
    if not reg.value.is_const:
        refuse(walk, resource_rules.FIELD_VARIABLE, reg=regno, struct=struct)
    refuse(walk, resource_rules.FIELD_NO_BTF, map=map_of(walk, reg).name, struct=struct)


def _irq(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, _nullable: bool) -> None:
    regno = index + 1
    if walk.regs[regno].kind is not Kind.STACK:
        refuse(walk, rules.IRQ_KIND, arg=index, reg=regno, helper=meta.name)
    if meta.name == "bpf_local_irq_save":
        stack_objects.save_irq(walk, regno)
    else:
        stack_objects.restore_irq(walk, regno)


def _lock(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, nullable: bool) -> None:
    if walk.regs[index + 1].kind is not Kind.MAP_VALUE:
        refuse(walk, rules.ARG_NOT_LOCK, arg=index, helper=meta.name)
    _value(walk, meta, index, parameter, nullable)


def _struct(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, _nullable: bool) -> None:
    regno, reg, kind = index + 1, walk.regs[index + 1], parameter.type
    if reg.kind is Kind.BTF_ID and reg.flags & ~_TRUSTED and not reg.flags & Flag.RCU:
        expected = reg._replace(flags=reg.flags & _TRUSTED, btf="").type_text
        refuse(walk, rules.ARG_UNSAFE, arg=index, type=reg.type_text, expected=expected, reg=regno)
    its = reg.btf if reg.kind is Kind.BTF_ID else _SOCKET_STRUCTS[reg.kind]
    strict = meta.name in known.RELEASES and bool(reg.ref)
    same = its == kind.name and not reg.off
    if not same and not strict:
        same = structures.matches(walk, reg._replace(btf=its), kind.name)
    if same or _PROJECTIONS.get(kind.name) == its:
        return
    refuse(
        walk, rules.ARG_OTHER_STRUCT, helper=meta.name, arg=index, reg=regno, word=kind.word,
        name=kind.name, its_word="STRUCT", its_name=its,
    )  # fmt: skip


def _function(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, _nullable: bool) -> None:
    reg = walk.regs[index + 1]
    if reg.kind is not Kind.FUNC:
        refuse(walk, rules.ARG_NOT_FUNCTION, arg=index, reg=index + 1, helper=meta.name)
    raise unsupported(walk.pc, "callbacks of kernel functions")


def _mem(walk: "Walk", meta: KfuncMeta, index: int, parameter: Parameter, _nullable: bool) -> None:
    regno, reg = index + 1, walk.regs[index + 1]
    if is_null(reg):
        return
    kept = reg
    if reg.maybe_null:
        walk.regs[regno] = not_null(walk, reg)
    for write in (False, True):
        _bytes(walk, meta, regno, parameter.type.size, write=write)
    if kept.maybe_null:
        walk.regs[regno] = kept


def _bytes(walk: "Walk", meta: KfuncMeta, regno: int, size: int, *, write: bool) -> None:
    if walk.regs[regno].kind is Kind.CTX and walk.program.prog_type in _UNTRANSLATED:
        if size:
            (context.write if write else context.read)(walk, regno, size - 1, 1)
        return
    check_memory(walk, regno, size, write=write, zero_allowed=True, helper=meta.name)


def _sized(walk: "Walk", meta: KfuncMeta, index: int, _parameter: Parameter, optional: bool) -> None:
    regno, reg = index + 1, walk.regs[index + 1]
    size = walk.regs[regno + 1]
    if not (is_null(reg) and optional):
        try:
            if reg.maybe_null:
                walk.regs[regno] = not_null(walk, reg)
            for write in (False, True):
                _as_large(walk, meta, regno, write=write)
        except Rejected as rejected:
            rule = replace(rules.PAIR_INVALID, errno=rejected.rule.errno)
            refuse(
                walk, rule, lines=rejected.message + "\n", arg=index, next=index + 1, reg=regno,
                helper=meta.name,
            )  # fmt: skip
        walk.regs[regno] = reg
    if meta.function.parameters[index + 1].name.endswith("__szk"):
        if not size.value.is_const:
            refuse(walk, rules.ARG_NOT_CONSTANT, reg=regno + 1, helper=meta.name)
        meta.constant = size.value.value


def _as_large(walk: "Walk", meta: KfuncMeta, regno: int, *, write: bool) -> None:
    size = walk.regs[regno + 1].value
    known_size = size.smin >= 0 and size.umax < MAX_SIZE
    if known_size and walk.regs[regno].kind is Kind.CTX and walk.program.prog_type in _UNTRANSLATED:
        _bytes(walk, meta, regno, size.umax, write=write)
        walk.mark_precise(regno + 1)
        return
    check_sized(walk, regno + 1, write=write, zero_allowed=True, raw=False, helper=meta.name)


_Check = Callable[["Walk", KfuncMeta, int, Parameter, bool], None]
_CHECKS: Final[Mapping[Sort, _Check]] = {
    Sort.CTX: _context,
    Sort.OBJECT: _object,
    Sort.REFCOUNTED: _refcounted,
    Sort.DYNPTR: _dynptr,
    Sort.ITER: _iterator,
    Sort.PART: _part,
    Sort.STRING: _string,
    Sort.MAP: _map,
    Sort.VALUE: _value,
    Sort.IRQ: _irq,
    Sort.LOCK: _lock,
    Sort.STRUCT: _struct,
    Sort.FUNCTION: _function,
    Sort.MEM: _mem,
    Sort.SIZED: _sized,
}
