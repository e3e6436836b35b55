"""`python -m tests.app.manifests.compare START COUNT`: the policy engine against the words of the API."""

import sys
from dataclasses import dataclass
from ipaddress import ip_address

import yaml

from app.manifests.cluster import read
from tests.app.manifests import generate, reference
from vm.kernel.policy.model import Protocol
from vm.kernel.policy.verdicts import Decisions


@dataclass(frozen=True, slots=True)
class Compared:
    """How many questions were asked, and those with two answers."""

    asked: int
    different: list[str]


def compare(seed: int) -> Compared:
    """Every pair of addresses of a random cluster, at every port near an edge."""
    objects = generate.cluster(seed)
    found = read(yaml.safe_dump_all(objects, sort_keys=False))
    if found.diagnostics:
        return Compared(0, [f"seed {seed}: {found.diagnostics[0]}"])
    decisions = Decisions(found.cluster, found.policies)
    asked, different = 0, []
    places = generate.addresses(objects)
    for source in places:
        for destination in places:
            for port in generate.PORTS:
                protocol = generate.PROTOCOLS[(port + asked) % 3]
                asked += 1
                ours = decisions.verdict(
                    ip_address(source), ip_address(destination), Protocol[protocol], port
                ).allowed
                if ours != reference.allowed(objects, source, destination, protocol, port):
                    different.append(f"seed {seed}: {source} to {destination}, {protocol} {port}: {ours}")
    return Compared(asked, different)


def main(start: int, count: int) -> int:
    """Compare; return how many differ."""
    asked, different = 0, list[str]()
    for seed in range(start, start + count):
        one = compare(seed)
        asked += one.asked
        different += one.different
    print(f"{count} clusters, {asked} questions, {len(different)} with two answers")
    print("\n".join(different[:20]))
    return len(different)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])) > 0)
