"""Clusters and policies at random, near the lines where their meaning turns."""

import random
from typing import Any

Object = dict[str, Any]
KEYS, VALUES, NAMESPACES = ("app", "tier", "team"), ("web", "api", "db"), ("shop", "ops", "default")
PORTS = (53, 80, 443, 8080, 8081, 9090, 65535)
PROTOCOLS = ("TCP", "UDP", "SCTP")
NAMES = ("http", "dns", "metrics")
BLOCKS = ("10.0.0.0/8", "10.4.1.0/24", "10.4.1.0/30", "10.4.1.2/32", "192.0.2.0/24", "0.0.0.0/0")
OUTSIDE = ("192.0.2.7", "192.0.2.200", "203.0.113.9", "10.9.9.9", "10.4.1.3")


def cluster(seed: int) -> list[Object]:
    """The objects of one cluster."""
    rng = random.Random(seed)
    pods = [_pod(rng, number) for number in range(rng.randint(2, 7))]
    spaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": _labels(rng)}}
        for name in NAMESPACES
        if rng.random() < 0.8
    ]
    policies = [_policy(rng, number) for number in range(rng.randint(1, 4))]
    return [*spaces, *pods, *policies]


def addresses(objects: list[Object]) -> list[str]:
    """Those of the pods, and some outside."""
    pods = [one["status"]["podIP"] for one in objects if one["kind"] == "Pod"]
    return [*pods, *(address for address in OUTSIDE if address not in pods)]


def _labels(rng: random.Random) -> dict[str, str]:
    return {key: rng.choice(VALUES) for key in KEYS if rng.random() < 0.5}


def _pod(rng: random.Random, number: int) -> Object:
    ports = [
        {"containerPort": rng.choice(PORTS), "name": name, "protocol": rng.choice(PROTOCOLS[:2])}
        for name in NAMES
        if rng.random() < 0.4
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"pod-{number}", "namespace": rng.choice(NAMESPACES), "labels": _labels(rng)},
        "spec": {"containers": [{"name": "main", "ports": ports}]},
        "status": {"podIP": f"10.4.1.{number + 1}"},
    }


def _policy(rng: random.Random, number: int) -> Object:
    spec: Object = {"podSelector": _selector(rng)}
    if rng.random() < 0.6:
        spec["policyTypes"] = rng.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"]))
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        if rng.random() < 0.7:
            spec[direction] = [_rule(rng, peers) for _ in range(rng.randint(0, 3))]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"policy-{number}", "namespace": rng.choice(NAMESPACES)},
        "spec": spec,
    }


def _rule(rng: random.Random, peers: str) -> Object:
    rule: Object = {}
    if rng.random() < 0.8:
        rule[peers] = [_peer(rng) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.6:
        rule["ports"] = [_port(rng) for _ in range(rng.randint(0, 2))]
    return rule


def _peer(rng: random.Random) -> Object:
    if rng.random() < 0.4:
        cidr = rng.choice(BLOCKS)
        inside = {"10.0.0.0/8": BLOCKS[1:4], "10.4.1.0/24": BLOCKS[2:4], "0.0.0.0/0": BLOCKS[:5]}
        holes = [hole for hole in inside.get(cidr, ()) if rng.random() < 0.4]
        return {"ipBlock": {"cidr": cidr, **({"except": holes} if holes else {})}}
    peer: Object = {}
    kind = rng.randint(0, 2)
    if kind != 1:
        peer["podSelector"] = _selector(rng)
    if kind != 0:
        peer["namespaceSelector"] = _selector(rng, space=True)
    return peer


def _port(rng: random.Random) -> Object:
    port: Object = {"protocol": rng.choice(PROTOCOLS)} if rng.random() < 0.7 else {}
    match rng.randint(0, 3):
        case 0:
            port["port"] = rng.choice(NAMES)
        case 1:
            port["port"] = rng.choice(PORTS)
        case 2:
            first = rng.randint(1, 65_535)
            port.update(port=first, endPort=rng.randint(first, 65_535))
        case _:
            pass
    return port


def _selector(rng: random.Random, *, space: bool = False) -> Object:
    selector: Object = {}
    if rng.random() < 0.5:
        selector["matchLabels"] = {rng.choice(KEYS): rng.choice(VALUES)}
    if space and rng.random() < 0.3:
        selector["matchLabels"] = {"kubernetes.io/metadata.name": rng.choice(NAMESPACES)}
    if rng.random() < 0.4:
        operator = rng.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        demand: Object = {"key": rng.choice(KEYS), "operator": operator}
        if operator in ("In", "NotIn"):
            demand["values"] = rng.sample(VALUES, rng.randint(1, 2))
        selector["matchExpressions"] = [demand]
    return selector
