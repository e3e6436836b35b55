"""How many fresh programs Linux compiles to the bytes we make of them: needs root and a 6.18 kernel.

`python -m tests.jit.measure [HOW_MANY [FIRST_SEED]]`. Programs come of the shared data's generator. Addresses
are blanked on both sides before anything is compared.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from app.linux.ask import kernel_maps, load_program
from app.linux.bpf import load
from app.linux.image import image_of
from tests.golden.record_kernel_structs import BTF, types
from tests.golden.record_runs import tools
from tests.jit.images import helpers_of, without_addresses
from tests.kernel_runs.test_replay import setup_of
from vm.encoding import pack
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.uapi.prog_types import ProgType, hook_named
from vm.verifier import Options
from vm.verifier.hooked import options_at

FIRST_SEED = 500_000
KEPT = 10
"""Seeds that are told of each difference."""


@dataclass(slots=True)
class Share:
    """Of programs of one kind: how many the kernel accepted, how many became the same, and the others."""

    programs: int = 0
    same: int = 0
    seeds: dict[str, list[int]] = field(default_factory=dict)

    def count(self, seed: int, difference: str | None) -> None:
        """Counts one program, None for no difference."""
        self.programs += 1
        if difference is None:
            self.same += 1
        else:
            self.seeds.setdefault(difference, []).append(seed)


def image_by_linux(program: Program) -> tuple[bytes, ...] | None:
    """The code of each function; None where the kernel refuses the program."""
    attach_type = options_at(program, Options()).attach_type or 0
    with kernel_maps(program.maps) as maps:
        if program.prog_type is ProgType.TRACING:
            target = _typed_target(program)
            loaded = load(
                pack(program.slots),
                program.prog_type,
                maps,
                expected_attach_type=attach_type,
                attach_btf_id=target,
            )
        else:
            loaded = load_program(program, maps)
        if loaded.error:
            return None
        try:
            return image_of(loaded.fd).native
        finally:
            loaded.close()


def _typed_target(program: Program) -> int:
    """The number of the type whose arguments a tp_btf program gets, in this kernel's own type information."""
    named = hook_named(program.hook or "")
    assert named is not None, program.hook
    found = enumerate(types(BTF.read_bytes()))
    return next(number for number, kind in found if kind.name == f"btf_trace_{named.target}")


def difference(program: Program, native: Sequence[bytes]) -> str | None:
    """What is other in our code, in a few words; None where nothing is."""
    compiled = compile_program(program, options_at(program, Options()))
    if not isinstance(compiled, Compiled):
        return f"we refuse it: {compiled.error}"
    if len(compiled.functions) != len(native):
        return f"{len(compiled.functions)} functions, Linux {len(native)}"
    for ours, linux in zip(compiled.functions, native, strict=True):
        if without_addresses(ours.code, ours) != without_addresses(linux, ours):
            return f"other code, {len(ours.code) - len(linux):+} bytes"
    return None


def measured(first: int, wanted: int) -> tuple[Share, Share]:
    """Shares of ``wanted`` accepted programs without calls of helpers, and of as many with some."""
    plain, calling = Share(), Share()
    for record in _records(first):
        program = setup_of(record).programs[0]
        kind = calling if helpers_of(record) else plain
        native = image_by_linux(program) if kind.programs < wanted else None
        if native is not None:
            kind.count(record["seed"], difference(program, native))
        if min(plain.programs, calling.programs) >= wanted:
            break
    return plain, calling


def _records(first: int) -> Iterator[dict[str, Any]]:
    generator = tools().gen
    for seed in count(first):
        with suppress(ZeroDivisionError):  # the generator's own, for one seed in some thousands
            yield generator.generate(seed)


def main(wanted: int = 2_000, first: int = FIRST_SEED) -> None:
    """Prints the shares."""
    for name, share in zip(
        ("without helper calls", "with helper calls"), measured(first, wanted), strict=True
    ):
        percent = 100 * share.same / max(1, share.programs)
        print(f"{name}: {share.same:,} of {share.programs:,} programs the same bytes, {percent:.2f} %")
        for what, seeds in sorted(share.seeds.items(), key=lambda item: -len(item[1])):
            print(f"    {len(seeds):5}  {what}: seeds {', '.join(map(str, seeds[:KEPT]))}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
