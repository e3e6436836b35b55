"""How a program is loaded for the hook it names: the attach type, and what the hook's target is."""

from dataclasses import replace
from typing import Final

from vm.program import Program
from vm.uapi.prog_types import ProgType, hook_named
from vm.uapi.typed_arguments import typed_arguments
from vm.verifier.checks.loading import ATTACH_TYPES
from vm.verifier.options import Options

_TYPED: Final = frozenset({ProgType.TRACING, ProgType.LSM})


def options_at(program: Program, options: Options) -> Options:
    """``options`` with what the program's hook adds, unless they name an attach type themselves.

    Only where it changes what may be loaded. A hook of another type than the program's adds nothing.
    """
    named = hook_named(program.hook) if program.hook else None
    if options.attach_type is not None or named is None or named.hook.prog_type is not program.prog_type:
        return options
    kind, attach_type = program.prog_type, named.hook.attach_type
    if attach_type is None or not (kind in ATTACH_TYPES or kind in _TYPED):
        return options
    target = named.name if kind in _TYPED and typed_arguments(named.name) is not None else ""
    return replace(options, attach_type=int(attach_type), target=target)
