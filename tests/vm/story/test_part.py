"""Sentences of words and marked pieces."""

import pytest

from vm.story.part import PartKind, part, plain

JUMP = (
    f"{part('pc 3', PartKind.PC, 3)} asks whether {part('10', PartKind.NUM)} equals {part('9', PartKind.NUM)}"
)


def test_pieces_are_marked_with_what_they_are_and_where_they_lead() -> None:
    assert JUMP == "~pc:3~pc 3~ asks whether ~num~10~ equals ~num~9~"


@pytest.mark.parametrize(
    ("sentence", "words"), [(JUMP, "pc 3 asks whether 10 equals 9"), ("did nothing", "did nothing"), ("", "")]
)
def test_its_words_are_what_stands_between_the_marks(sentence: str, words: str) -> None:
    assert plain(sentence) == words


def test_a_text_that_holds_a_mark_cannot_pass_for_a_piece() -> None:
    told = part("names[~pc:1~x~]", PartKind.MAP)
    assert told.count("~") == 3
    assert plain(f"{told} is full") == "names[∼pc:1∼x∼] is full"
