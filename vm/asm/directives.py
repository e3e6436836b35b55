"""Directives: what a file declares besides instructions. One row each in ``DIRECTIVES``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.asm import arguments, data, map_directive
from vm.asm.arguments import Argument
from vm.asm.context import FileContext, problem
from vm.asm.expression import Expression
from vm.asm.lexer import TOKEN
from vm.asm.unit import Mistake
from vm.source import HookscopeError, Span, did_you_mean
from vm.uapi.prog_types import HOOKS

NAME = re.compile(r"[A-Za-z_.$][\w.$]*", re.ASCII)
Handler = Callable[[FileContext, list[Argument], Span], None]


@dataclass(frozen=True, slots=True)
class Directive:
    """One row: how it is written, what it is for, what reads it.

    ``early`` ones declare names and are read before the instructions; the others take effect where they stand.
    """

    usage: str
    doc: str
    read: Handler
    early: bool = False


def _program(context: FileContext, args: list[Argument], at: Span) -> None:
    name = _one(args, at, ".program", "a name")
    _check_name(name, "bad-name", "a program's name")
    context.begin_program(name.value, name.span)


def _hook(context: FileContext, args: list[Argument], at: Span) -> None:
    name = _one(args, at, ".hook", "the name of a hook")
    hook = HOOKS.get(name.value.lower())
    if hook is None:
        raise problem("unknown-hook", f"there is no hook `{name.value}`", name.span, did_you_mean(name.value, HOOKS) or "such as xdp, tc, socket")
    context.unit.hook = hook.name


def _license(context: FileContext, args: list[Argument], at: Span) -> None:
    if not args:
        raise problem("bad-directive", "`.license` needs a licence", at, "write .license GPL")
    if len(args) == 1 and (quoted := arguments.unquote(args[0].value)) is not None:
        context.unit.license = quoted.decode("utf-8", "replace")
    else:
        context.unit.license = " ".join(arg.value for arg in args)


def _const(context: FileContext, args: list[Argument], at: Span) -> None:
    name, tokens, columns = _definition(context.line_text, at)
    symbols = context.symbols
    if name in symbols.constants:
        raise problem("twice", f"the constant `{name}` is already declared", columns)
    try:
        reader = Expression(tokens, 0, symbols)
        value = reader.value()
        if reader.at < len(tokens):
            raise Mistake("trailing", f"unexpected `{tokens[reader.at]}` in this expression", reader.at)
    except Mistake as mistake:
        raise problem(mistake.code, mistake.message, Span(at.line, columns.end, len(context.line_text.rstrip())), mistake.hint) from None
    symbols.constants[name] = value
    symbols.spans[name] = columns


_DEFINITION = re.compile(r"\s*\.\w+\s+([A-Za-z_]\w*)\s*[=,]?\s*(.*)", re.ASCII)


def _definition(text: str, at: Span) -> tuple[str, list[str], Span]:
    match = _DEFINITION.match(text[: arguments.code_end(text)])
    if match is None or not match[2].strip():
        raise problem("bad-directive", "`.const` needs a name and a value", at, "write .const LIMIT = 10")
    return match[1], TOKEN.findall(match[2]), Span(at.line, match.start(1), match.end(1))


def _raw(context: FileContext, args: list[Argument], at: Span) -> None:
    word = _one(args, at, ".slot", "8 bytes in hexadecimal")
    digits = word.value.removeprefix("0x")
    try:
        value = int(digits, 16) if len(digits) <= 16 else -1
    except ValueError:
        value = -1
    if value < 0:
        raise problem("bad-slot", "a slot is a number of up to 16 hexadecimal digits", word.span, "such as .slot 0x0000000000000095")
    context.add_slot(value)


def _ignored(context: FileContext, args: list[Argument], at: Span) -> None:
    """What compilers write that has no meaning here."""


def _one(args: list[Argument], at: Span, directive: str, what: str) -> Argument:
    if not args:
        raise problem("bad-directive", f"`{directive}` needs {what}", at)
    if len(args) > 1:
        raise problem("trailing", f"`{directive}` takes one argument", args[1].span, "remove this")
    return args[0]


def _check_name(arg: Argument, code: str, what: str) -> None:
    if arg.key is not None or not NAME.fullmatch(arg.value) or len(arg.value) > 128:
        raise problem(code, f"`{arg.value[:40]}` cannot be {what}", arg.span, "letters, digits and _ only")


DIRECTIVES: Mapping[str, Directive] = MappingProxyType({
    ".program": Directive(".program NAME", "Starts a program; a file may hold several, for tail calls.", _program),
    ".hook": Directive(".hook NAME", "The hook the program is attached to: xdp, tc, socket ….", _hook),
    ".license": Directive(".license TEXT", "The licence; some helpers ask for one compatible with the GPL.", _license),
    ".map": Directive(".map NAME TYPE key=TYPE value=TYPE entries=N [flags=F] [inner=MAP] [init={k: v}] [frozen]",
                      "Declares a map.", map_directive.read, early=True),
    ".const": Directive(".const NAME = EXPRESSION", "Names a number.", _const, early=True),
    ".equ": Directive(".equ NAME, EXPRESSION", "Names a number, as assemblers write it.", _const, early=True),
    ".rodata": Directive('.rodata NAME "text" | TYPE VALUE', "Read-only data, in the map .rodata.", data.read_only, early=True),
    ".string": Directive('.string NAME "text"', "A read-only string that ends with a zero byte.", data.string, early=True),
    ".data": Directive(".data NAME TYPE VALUE", "A variable that starts with a value, in the map .data.", data.variable, early=True),
    ".bss": Directive(".bss NAME TYPE", "A variable that starts as zeros, in the map .bss.", data.zeros, early=True),
    ".slot": Directive(".slot 0xHEX", "One encoded 8-byte slot as a number, most significant digit first.", _raw),
    **{name: Directive(f"{name} …", "Written by compilers; has no meaning here.", _ignored) for name in (
        ".text", ".globl", ".global", ".type", ".size", ".p2align", ".file", ".ident", ".addrsig", ".addrsig_sym",
        ".cfi_startproc", ".cfi_endproc", ".loc", ".weak", ".hidden")},
})  # fmt: skip
"""Every directive by its name."""


def read(context: FileContext, text: str, line: int, early: bool) -> None:
    """Reads the directive on a line if it belongs to this pass; raises HookscopeError."""
    start = len(text) - len(text.lstrip())
    match = NAME.match(text, start)
    word = match[0] if match else text[start : start + 1]
    at = Span(line, start, start + len(word))
    row = DIRECTIVES.get(word)
    if row is None:
        if not early:
            raise problem("unknown-directive", f"there is no directive `{word}`", at, did_you_mean(word, DIRECTIVES))
        return
    if row.early == early:
        context.line_text = text
        row.read(context, arguments.split(text, line, at.end), at)


__all__ = ["DIRECTIVES", "Directive", "HookscopeError", "read"]
