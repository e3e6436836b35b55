"""AArch64 against LLVM: each word we emit is what its text assembles to, and every distance is right."""

import pytest

from tests.jit.a64 import assembled, generated, read, recorded, text_of, words
from tests.llvm import llvm_tool

EVERY = 3


def _wrong(found: set[bytes], said: dict[str, bytes]) -> list[str]:
    texts = {word: text_of(word) for word in found}
    return [f"{word.hex()}: {text}" for word, text in texts.items() if said.get(text) != word]


def test_recorded_programs_hold_what_llvm_assembles() -> None:
    assert not _wrong(words(recorded(EVERY)), read())


def test_every_form_of_instruction_is_what_llvm_assembles() -> None:
    assert not _wrong(words(generated()), read())


def test_llvm_still_says_so() -> None:
    tool = llvm_tool("llvm-mc")
    if tool is None:
        pytest.skip("needs llvm-mc of LLVM 18 or later")
    said = read()
    assert dict(zip(said, assembled(tool, list(said)), strict=True)) == said
