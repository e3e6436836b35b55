"""What a NetworkPolicy means, straight from the words of the Kubernetes API, on the bare YAML data.

It shares nothing with what it is compared to: no identities, no entries, no defaults filled in.
"""

from ipaddress import ip_address, ip_network
from typing import Any

Object = dict[str, Any]


def allowed(objects: list[Object], source: str, destination: str, protocol: str, port: int) -> bool:
    """Whether a connection from one address to a port of another may come about."""
    if source == destination:
        return True
    sender, receiver = _pod_at(objects, source), _pod_at(objects, destination)
    out = sender is None or _lets(objects, "egress", sender, destination, receiver, protocol, port)
    return out and (receiver is None or _lets(objects, "ingress", receiver, source, receiver, protocol, port))


def _lets(
    objects: list[Object],
    direction: str,
    pod: Object,
    other: str,
    receiver: Object | None,
    protocol: str,
    port: int,
) -> bool:
    policies = [one for one in objects if one["kind"] == "NetworkPolicy" and _applies(one, direction, pod)]
    if not policies:
        return True
    return any(
        _rule_takes(objects, policy, rule, direction, other, receiver, protocol, port)
        for policy in policies
        for rule in policy["spec"].get(direction) or []
    )


def _applies(policy: Object, direction: str, pod: Object) -> bool:
    spec = policy["spec"]
    if spec.get("policyTypes"):
        types = [name.lower() for name in spec["policyTypes"]]
    else:
        types = ["ingress"] + (["egress"] if spec.get("egress") else [])
    return (
        direction in types
        and _namespace(policy) == _namespace(pod)
        and _selected(spec["podSelector"], _labels(pod))
    )


def _rule_takes(
    objects: list[Object],
    policy: Object,
    rule: Object,
    direction: str,
    other: str,
    receiver: Object | None,
    protocol: str,
    port: int,
) -> bool:
    peers = rule.get("from" if direction == "ingress" else "to") or []
    ports = rule.get("ports") or []
    return (not peers or any(_peer_is(objects, policy, peer, other) for peer in peers)) and (
        not ports or any(_port_is(one, receiver, protocol, port) for one in ports)
    )


def _peer_is(objects: list[Object], policy: Object, peer: Object, other: str) -> bool:
    if "ipBlock" in peer:
        address, block = ip_address(other), peer["ipBlock"]
        return address in ip_network(block["cidr"]) and not any(
            address in ip_network(hole) for hole in block.get("except") or []
        )
    pod = _pod_at(objects, other)
    if pod is None:
        return False
    if peer.get("namespaceSelector") is None:
        near = _namespace(pod) == _namespace(policy)
    else:
        near = _selected(peer["namespaceSelector"], _namespace_labels(objects, _namespace(pod)))
    return near and _selected(peer.get("podSelector") or {}, _labels(pod))


def _port_is(wanted: Object, receiver: Object | None, protocol: str, port: int) -> bool:
    if wanted.get("protocol", "TCP") != protocol:
        return False
    number = wanted.get("port")
    if number is None:
        return True
    if isinstance(number, str):
        return receiver is not None and any(
            own.get("name") == number
            and own.get("protocol", "TCP") == protocol
            and own["containerPort"] == port
            for container in receiver["spec"]["containers"]
            for own in container.get("ports", [])
        )
    last: int = wanted.get("endPort") or number
    return bool(number <= port <= last)


def _selected(selector: Object, labels: dict[str, str]) -> bool:
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for demand in selector.get("matchExpressions") or []:
        has, value = demand["key"] in labels, labels.get(demand["key"])
        answer = {
            "In": has and value in demand.get("values", []),
            "NotIn": not has or value not in demand.get("values", []),
            "Exists": has,
            "DoesNotExist": not has,
        }
        if not answer[demand["operator"]]:
            return False
    return True


def _pod_at(objects: list[Object], address: str) -> Object | None:
    return next((one for one in objects if one["kind"] == "Pod" and one["status"]["podIP"] == address), None)


def _namespace(one: Object) -> str:
    return str(one["metadata"].get("namespace", "default"))


def _labels(one: Object) -> dict[str, str]:
    return dict(one["metadata"].get("labels", {}))


def _namespace_labels(objects: list[Object], name: str) -> dict[str, str]:
    own = next(
        (one for one in objects if one["kind"] == "Namespace" and one["metadata"]["name"] == name), None
    )
    return {**(_labels(own) if own else {}), "kubernetes.io/metadata.name": name}
