"""The rules' texts, and which of them the programs written near the rejections reach."""

from string import Formatter

import pytest

from tests import places
from tests.verifier.probes import read
from tests.vm.verifier.test_locks import ROWS as LOCK_ROWS
from tests.vm.verifier.test_programs import CASES
from vm.asm import assemble
from vm.program import Program
from vm.verifier import Options, verify
from vm.verifier.category import Category
from vm.verifier.hooked import options_at
from vm.verifier.rejection import Rejected, Rule
from vm.verifier.rules import RULES

UNREACHED = frozenset({
    "ARG_NOT_FUNCTION", "KFUNC_RELEASED_TWICE",  # another rule comes first
    "PAIR_INVALID",  # takes the errno of the access that fails
    "SUBPROGRAM_NOT_SCALAR",  # needs BTF that makes a function global
    "STRUCT_USER_MEMORY", "STRUCT_PERCPU_MEMORY",  # the types of this kernel do not say so of pointers
    "STRUCT_OPS_MAP", "ARENA_TWICE", "CONSTANT_RELEASED", "WRONG_TYPE",  # need BTF, too
    "RELEASE_TWICE", "CALLBACK_NOT_SCALAR",  # another rule comes first
    "STRING_ADDRESS", "STRING_NO_DIRECT",
    "DIFFERENT_PATHS", "BEYOND_BOUNDS", "STACK_ARGUMENT_UNSET_VARIABLE", "TOO_MANY_SKIPPED",
    "VARIABLE_UNPRIVILEGED",  # speculation
})  # fmt: skip
"""Rules no program here breaks, and why. They may only become fewer."""


def lock_programs() -> list[Program]:
    """The programs that take locks."""
    return [found for row in LOCK_ROWS if (found := assemble(row["source"]).program) is not None]


def reached() -> frozenset[str]:
    """The names of all rules that verifying every program breaks."""
    names = {id(rule): name for name, rule in RULES.items()}
    seen: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        made = Rejected.__init__

        def noted(self: Rejected, rule: Rule, pc: int, **details: int | str) -> None:
            seen.add(names.get(id(rule), ""))
            made(self, rule, pc, **details)

        patch.setattr(Rejected, "__init__", noted)
        for case in CASES.values():
            options = Options(attach_type=case.attach, load_flags=case.flags, profile=case.profile)
            verify(case.program, options)
        for probe in read():
            if probe.errno:
                verify(probe.program, probe.options)
        for program in lock_programs():
            verify(program, options_at(program, Options()))
        for off in (0, 4):
            verify(places.program("tp_btf/sched_waking", off, 4, write=False))
    return frozenset(seen - {""})


def test_every_rule_is_reached_by_a_program() -> None:
    assert set(RULES) - reached() == UNREACHED


@pytest.mark.parametrize("name", RULES)
def test_texts_are_templates_and_the_category_is_known(name: str) -> None:
    rule = RULES[name]
    assert rule.category in set(Category)
    assert rule.what.endswith(".")
    assert not rule.hint.endswith(".")
    for text in (rule.message, rule.what, rule.hint):
        assert all(field is None or field.isidentifier() for _, field, _, _ in Formatter().parse(text))
