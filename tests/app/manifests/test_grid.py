"""Who stands in the matrix, and which entry answers."""

from ipaddress import ip_address

import pytest
import yaml

from app.manifests.cluster import read
from app.workbench.policy_grid import grid
from tests.app.manifests import generate
from vm.kernel.policy.entries import Key
from vm.kernel.policy.identities import ANYONE
from vm.kernel.policy.model import Protocol
from vm.kernel.policy.verdicts import Decisions

POD = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, status: {podIP: 10.4.1.1}}"
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.0/25]}}]
      ports: [{port: 80}, {port: 81, endPort: 90}]
  egress: [{to: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: 443}, {protocol: UDP, port: 53}]}]
"""


def decided(policies: str, cluster: str) -> Decisions:
    found = read(policies, cluster)
    assert (found.diagnostics, found.of_cluster) == ((), ())
    return Decisions(found.cluster, found.policies)


def test_blocks_of_policies_are_places_with_an_address_of_their_own() -> None:
    decisions = decided(POLICY, POD)
    shown = grid(decisions)
    outside = {place.note: place.address for place in shown.places if place.pod is None and place.note}
    assert outside["192.0.2.0/24"] == ip_address("192.0.2.128")
    assert outside["198.51.100.0/24"] == ip_address("198.51.100.7")
    for place in shown.places:
        number = decisions.number_of(place.address)
        assert decisions.identities.of(place.address).number == number


def test_columns_are_the_ports_that_matter() -> None:
    shown = grid(decided(POLICY, POD))
    columns = {(shown.places[one.place].name, one.port) for one in shown.columns}
    assert {("web", (Protocol.TCP, 80)), ("web", (Protocol.TCP, 81))} <= columns
    assert {("outside", (Protocol.TCP, 443)), ("outside", (Protocol.UDP, 53))} <= columns


def test_without_ports_anywhere_pods_are_asked_for_the_web() -> None:
    assert [one.port for one in grid(decided("", POD)).columns] == [(Protocol.TCP, 80)]


def test_where_nobody_is_there_is_no_matrix() -> None:
    assert grid(decided("", "")).columns == ()


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_the_longest_prefix_answers(seed: int) -> None:
    found = read(yaml.safe_dump_all(generate.cluster(seed), sort_keys=False))
    decisions = Decisions(found.cluster, found.policies)
    for asked in decisions.maps.values():
        for identity in (*decisions.identities.by_number, ANYONE):
            for protocol in Protocol:
                for port in generate.PORTS:
                    covering = [key for key in asked.entries if key.covers(identity, protocol, port)]
                    longest: Key | None = max(covering, key=lambda key: key.bits, default=None)
                    assert asked.longest(identity, protocol, port) == longest
