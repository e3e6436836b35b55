"""Recipes of the upstream documentation, as the entries, the program and the words of the API decide them."""

import re
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.manifests.cluster import read
from tests.app.manifests import reference
from vm.kernel.policy.door import door, packet
from vm.kernel.policy.model import Protocol
from vm.kernel.policy.verdicts import Decisions
from vm.kernel.run import run_all
from vm.kernel.scenario import Setup
from vm.uapi.constants import CONSTANTS
from vm.uapi.prog_types import ProgType

FILE = yaml.safe_load((Path(__file__).parents[2] / "data/network_policies/recipes.yaml").read_text("utf-8"))
CLUSTER, RECIPES = FILE["cluster"], FILE["recipes"]
_FORM = re.compile(r"(\S+) > (\S+):(\d+)( UDP)? (yes|no)")
PODS = {pod.name: pod.address for pod in read("", CLUSTER).cluster.pods}
OK = CONSTANTS["TC_ACT_OK"].value


def expected(recipe: dict[str, Any]) -> list[tuple[IPv4Address, IPv4Address, Protocol, int, bool]]:
    found = []
    for text in recipe["expect"]:
        match = _FORM.fullmatch(text)
        assert match, text
        source, target = (PODS.get(name) or ip_address(name) for name in match.group(1, 2))
        assert isinstance(source, IPv4Address)
        assert isinstance(target, IPv4Address)
        protocol = Protocol.UDP if match[4] else Protocol.TCP
        found.append((source, target, protocol, int(match[3]), match[5] == "yes"))
    return found


def decided(recipe: dict[str, Any]) -> Decisions:
    found = read(recipe["policies"], CLUSTER)
    assert (found.diagnostics, found.of_cluster) == ((), ())
    return Decisions(found.cluster, found.policies)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe["name"])
def test_the_entries_decide_as_documented(recipe: dict[str, Any]) -> None:
    decisions = decided(recipe)
    for source, target, protocol, port, allowed in expected(recipe):
        assert decisions.verdict(source, target, protocol, port).allowed == allowed, (source, target, port)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe["name"])
def test_the_reference_decides_as_documented(recipe: dict[str, Any]) -> None:
    texts = f"{CLUSTER}\n---\n{recipe['policies']}"
    objects = [one for one in yaml.safe_load_all(texts) if one]
    for one in objects:
        one.setdefault("spec", {}).setdefault("containers", [])
    for source, target, protocol, port, allowed in expected(recipe):
        answer = reference.allowed(objects, str(source), str(target), protocol.name, port)
        assert answer == allowed, (source, target, port)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe["name"])
def test_the_programs_at_the_doors_decide_as_documented(recipe: dict[str, Any]) -> None:
    decisions = decided(recipe)
    for source, target, protocol, port, allowed in expected(recipe):
        answers = decisions.verdict(source, target, protocol, port).answers
        frame = packet(source, target, protocol, port)
        runs = [
            run_all(
                Setup(
                    (
                        door(
                            decisions.maps[one.pod.namespace, one.pod.name, one.direction],
                            decisions.identities,
                        ),
                    ),
                    ProgType.SCHED_CLS,
                    (frame,),
                )
            ).runs[0]
            for one in answers
        ]
        assert all(run.retval == OK for run in runs) == allowed, (source, target, port)
