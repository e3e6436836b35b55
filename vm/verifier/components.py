"""Loops as strongly connected components of the flow of control, numbered as by Linux 6.18 (compute_scc)."""

from collections.abc import Sequence

from vm.instruction import Instruction

Targets = Sequence[tuple[int, ...]]


def components(insns: Sequence[Instruction | None], targets: Targets) -> list[int]:
    """The number of the loop each slot is in, 0 outside of loops."""
    for pc, ways in enumerate(targets):
        if ways and min(ways) <= pc:
            return _tarjan(insns, targets)
    return [0] * len(insns)


def _tarjan(insns: Sequence[Instruction | None], targets: Targets) -> list[int]:
    count = len(insns)
    scc, index, low = [0] * count, [0] * count, [0] * count
    done = bytearray(count)
    stack: list[int] = []
    next_index, next_scc = 1, 1
    for root in range(count):
        if index[root] or insns[root] is None:
            continue
        work: list[tuple[int, int]] = [(root, 0)]
        while work:
            node, at = work.pop()
            ways = targets[node]
            if at == 0:
                index[node] = low[node] = next_index
                next_index += 1
                stack.append(node)
            else:
                low[node] = min(low[node], low[ways[at - 1]])
            while at < len(ways):
                target = ways[at]
                at += 1
                if not index[target]:
                    work.append((node, at))
                    work.append((target, 0))
                    break
                if not done[target]:
                    low[node] = min(low[node], index[target])
            else:
                if low[node] == index[node]:
                    members = _members(stack, done, node)
                    if len(members) > 1 or node in ways:
                        for member in members:
                            scc[member] = next_scc
                        next_scc += 1
    return scc


def _members(stack: list[int], done: bytearray, root: int) -> list[int]:
    members = []
    while True:
        member = stack.pop()
        done[member] = 1
        members.append(member)
        if member == root:
            return members
