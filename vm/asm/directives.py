"""Directives: what a file declares besides instructions. One row each in ``DIRECTIVES``."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vm.asm import arguments, data, map_directive
from vm.asm.arguments import Argument
from vm.asm.context import FileContext, problem
from vm.encoding import decode_one
from vm.instruction import Slot
from vm.source import Span, did_you_mean
from vm.uapi.constants import CONSTANTS
from vm.uapi.prog_types import HOOKS, hook_named
from vm.uapi.targets import targets
from vm.word import signed

Handler = Callable[[FileContext, Sequence[Argument], Span], None]
_WORD = re.compile(r"\s*(\.?[A-Za-z_0-9.$]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Directive:
    """One row: how it is written, what it is for, what reads it.

    ``early`` ones declare names and are read before the instructions; others take effect where they stand.
    """

    usage: str
    doc: str
    read: Handler
    early: bool = False


def _program(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    name = _one(args, at, "a name")
    if name.key is not None or not re.fullmatch(r"[A-Za-z_][\w.]{0,127}", name.value, re.ASCII):
        raise problem(
            "bad-name", f"`{name.value[:40]}` cannot be a program's name", name.span, "use letters and digits"
        )
    context.begin_program(name.value, name.span)


def _hook(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    name = _one(args, at, "the name of a hook, such as xdp")
    named = hook_named(name.value)
    if named is None or (name.value.lower() not in HOOKS and not named.hook.targets):
        hint = did_you_mean(name.value.lower(), HOOKS) or "such as xdp, tc, socket"
        raise problem("unknown-hook", f"there is no hook `{name.value}`", name.span, hint)
    known = targets(named.hook.targets)
    meant = did_you_mean(named.target, known) if named.target and named.target not in known else None
    if meant is not None:  # a kernel may well have others
        message = f"no {named.hook.targets} `{named.target}` is modeled"
        raise problem("unknown-target", message, name.span, meant)
    context.unit.hook = named.name


def _license(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    if not args:
        raise problem("bad-directive", "`.license` needs a licence", at, "write .license GPL")
    quoted = arguments.unquote(args[0].value) if len(args) == 1 else None
    context.unit.license = (
        quoted.decode("utf-8", "replace") if quoted is not None else " ".join(arg.span_text for arg in args)
    )


def _const(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    if args and args[0].key is not None:
        name, text, first = args[0].key, args[0].value, args[0].value_span
        name_span = Span(first.line, args[0].span.start, args[0].span.start + len(name))
        rest = args[1:]
    elif len(args) >= 2:
        name, name_span = args[0].value, args[0].span
        text, first, rest = args[1].span_text, args[1].span, args[2:]
    else:
        raise problem("bad-directive", "a constant needs a name and a value", at, "write .const LIMIT = 10")
    last = rest[-1].span if rest else first
    for arg in rest:
        text = text.ljust(arg.span.start - first.start) + arg.span_text
    if not text.strip("= "):
        raise problem("bad-directive", "a constant needs a value", at, "write .const LIMIT = 10")
    known = CONSTANTS.get(name)
    if known is not None:
        message = f"`{name}` is the kernel's name for {known.value}"
        raise problem("twice", message, name_span, "give the constant another name")
    context.declare(name, name_span, "a constant")
    text = text.replace("=", " ", 1) if text.startswith("=") else text
    context.symbols.constants[name] = context.number(text, first.to(last))


def _slot(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    word = _one(args, at, "8 bytes as a hexadecimal number")
    digits = word.value.lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{1,16}", digits):
        hint = "such as .slot 0x0000000000000095: the opcode is in the last two digits"
        raise problem("bad-slot", "a slot is a number of up to 16 hexadecimal digits", word.span, hint)
    value = int(digits, 16)
    slot = Slot(
        value & 0xFF, value >> 8 & 15, value >> 12 & 15, signed(value >> 16, 16), signed(value >> 32, 32)
    )
    context.unit.line, context.unit.raw = at.line, True
    context.unit.add_slot(slot, decode_one(slot))


def _nothing(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    """What compilers write that says nothing about a program."""


def _one(args: Sequence[Argument], at: Span, what: str) -> Argument:
    if not args:
        raise problem("bad-directive", f"this directive needs {what}", at)
    if len(args) > 1:
        raise problem(
            "trailing", f"unexpected `{args[1].span_text}`", args[1].span, "this directive takes one argument"
        )
    return args[0]


_COMPILERS = (
    ".text", ".globl", ".global", ".type", ".size", ".p2align", ".file", ".ident", ".addrsig", ".addrsig_sym",
    ".cfi_startproc", ".cfi_endproc", ".cfi_sections", ".loc", ".weak", ".hidden",
)  # fmt: skip

DIRECTIVES: Mapping[str, Directive] = MappingProxyType({
    ".program": Directive(
        ".program NAME", "Starts a program; a file may hold several, for tail calls.", _program),
    ".hook": Directive(
        ".hook NAME", "The hook the program is attached to: xdp, tc, kprobe/vfs_read ….", _hook),
    ".license": Directive(
        ".license TEXT", "The licence; some helpers ask for one compatible with the GPL.", _license),
    ".map": Directive(
        ".map NAME TYPE key=TYPE value=TYPE entries=N [flags=F] [inner=MAP] [init={K: V}] [frozen] [extra=N]",
        "Declares a map; key and value types say how its bytes are shown.", map_directive.read, early=True),
    ".const": Directive(
        ".const NAME = EXPRESSION", "Gives a number a name.", _const, early=True),
    ".equ": Directive(
        ".equ NAME, EXPRESSION", "Gives a number a name, as other assemblers do.", _const, early=True),
    ".rodata": Directive(
        '.rodata NAME "text" | TYPE VALUE',
        "Read-only data in the frozen map .rodata; a text ends with a zero byte.",
        data.read_only, early=True),
    ".string": Directive(
        '.string NAME "text"', "A read-only text that ends with a zero byte.", data.string, early=True),
    ".data": Directive(
        ".data NAME TYPE VALUE", "A variable with a first value, in the map .data.",
        data.variable, early=True),
    ".bss": Directive(
        ".bss NAME TYPE", "A variable that starts as zeros, in the map .bss.", data.zeros, early=True),
    ".slot": Directive(
        ".slot 0xHEX", "One encoded 8-byte slot, as a little-endian number.", _slot),
    **{name: Directive(f"{name} …", "Written by compilers; says nothing here.", _nothing)
       for name in _COMPILERS},
})  # fmt: skip
"""Every directive by its name."""


def read(context: FileContext, text: str, line: int, early: bool) -> None:
    """Reads the directive on a line if it belongs to this pass; raises HookscopeError."""
    match = _WORD.match(text)
    word = match[1] if match else ""
    start = match.start(1) if match else 0
    at = Span(line, start, start + max(len(word), 1))
    row = DIRECTIVES.get(word)
    if row is None:
        if early:
            return
        known = [name for name in DIRECTIVES if name not in _COMPILERS]
        hint = did_you_mean(word, known) or f"directives are {', '.join(known)}"
        raise problem("unknown-directive", f"there is no directive `{word}`", at, hint)
    if row.early == early:
        row.read(context, arguments.split(text, line, at.end), at)
