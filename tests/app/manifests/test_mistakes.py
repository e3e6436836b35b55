"""What is said of manifests that are wrong, and what must not harm."""

from pathlib import Path

import pytest
import yaml

from app.manifests.cluster import read
from app.manifests.events import MAX_DEPTH, MAX_TEXT, MAX_VALUES

CASES = yaml.safe_load((Path(__file__).parents[2] / "data/network_policies/mistakes.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_mistake_is_told_at_its_place(case: dict[str, str]) -> None:
    assert str(read(case["text"]).diagnostics[0]) == case["says"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * (MAX_TEXT + 1), "yaml-too-long"),
        ("[" * (MAX_DEPTH + 2), "yaml-too-much"),
        ("- 1\n" * (MAX_VALUES + 1), "yaml-too-much"),
        ("a: \0", "yaml-syntax"),
        ('a: "\ud800"', "yaml-syntax"),
        ("{[a]: b}", "yaml-key"),
        ("a: 0x", "no-kind"),
        ("a: 2001-99-99", "no-kind"),
        ("\t", "yaml-syntax"),
    ],
)
def test_a_hostile_text_is_refused(text: str, code: str) -> None:
    assert [item.code for item in read(text).diagnostics] == [code]


def test_nothing_is_wrong_with_an_empty_text() -> None:
    found = read("\n---\n# nothing\n")
    assert (found.policies, found.cluster.pods, found.diagnostics) == ((), (), ())


def test_what_is_right_is_read_beside_what_is_wrong() -> None:
    right = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    found = read(f"{right}---\nkind: Namespac\n")
    assert list(found.cluster.namespaces) == ["shop"]
    assert len(found.diagnostics) == 1
