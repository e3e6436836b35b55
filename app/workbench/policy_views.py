"""Identities, entries and verdicts as the browser has them."""

from typing import Final, Literal

from app.schemas.policy import (
    AnswerOf,
    DoorView,
    MatrixCell,
    PolicyEntryView,
    PolicyIdentity,
    PolicyPlace,
    PolicyReason,
)
from app.workbench.policy_grid import Grid
from vm.kernel.policy.entries import Because, Key, PolicyMap
from vm.kernel.policy.identities import ANYONE, HOST, WORLD, Identities, Identity
from vm.kernel.policy.model import LAST_PORT, Direction, Protocol
from vm.kernel.policy.verdicts import Answer, Decisions

ENTRIES: Final = 100
REASONS: Final = 8
PREFIXES: Final = 8
"""What is sent of each door, of each entry's reasons, and of each identity's addresses."""
DoorKey = tuple[str, str, Direction]
_RESERVED: Final = {HOST: "reserved:host", WORLD: "reserved:world"}
_WHO: Final = {HOST: "this node", WORLD: "outside"}


def identities(decisions: Decisions) -> list[PolicyIdentity]:
    """Pods first, as the cluster has them, then the node and the outside."""
    known = decisions.identities
    numbers = sorted(known.by_number, key=lambda number: (not known.by_number[number].pods, number))
    return [_identity(known.by_number[number], known) for number in numbers]


def _identity(one: Identity, known: Identities) -> PolicyIdentity:
    prefixes = [str(prefix) for prefix, number in known.prefixes.items() if number == one.number]
    labels = [f"{key}={value}" for key, value in one.labels] if one.pods else []
    return PolicyIdentity(
        number=one.number,
        kind=_kind(one),
        labels=labels or [_RESERVED.get(one.number, "no labels" if one.pods else "reserved:world")],
        namespace=one.namespace,
        who=who(one),
        prefixes=prefixes[:PREFIXES],
    )


def _kind(one: Identity) -> Literal["pods", "node", "outside"]:
    if one.pods:
        return "pods"
    return "node" if one.number == HOST else "outside"


def who(one: Identity) -> str:
    """Whom an identity stands for, in few words."""
    return ", ".join(one.pods) or _WHO.get(one.number, one.title)


def doors(decisions: Decisions) -> list[DoorView]:
    """Every pod's policy maps, in the order of ``door_numbers``."""
    return [_door(asked, decisions) for asked in decisions.maps.values()]


def door_numbers(decisions: Decisions) -> dict[DoorKey, int]:
    """Where each door stands among all."""
    return {key: number for number, key in enumerate(decisions.maps)}


def _door(asked: PolicyMap, decisions: Decisions) -> DoorView:
    pod, direction = asked.pod, asked.direction
    return DoorView(
        pod=pod.name,
        name=f"policy_{pod.name}",
        direction=direction.value,
        closed=asked.closed,
        by=[policy.name for policy in decisions.policies if policy.selects(pod, direction)],
        total=len(asked.entries),
        entries=[_entry(key, why, decisions.identities) for key, why in list(shown(asked).items())[:ENTRIES]],
    )


def shown(asked: PolicyMap) -> dict[Key, tuple[Because, ...]]:
    """The entries in the order they are shown: those of policies, then what Kubernetes itself lets by."""
    return dict(sorted(asked.entries.items(), key=lambda pair: not pair[1][0].line))


def _entry(key: Key, why: tuple[Because, ...], known: Identities) -> PolicyEntryView:
    return PolicyEntryView(
        identity=key.identity,
        who="anyone" if key.identity == ANYONE else who(known.by_number[key.identity]),
        ports=ports_text(key),
        protocol=Protocol(key.protocol).name if key.protocol else "any",
        bits=key.bits,
        reasons=[PolicyReason(text=_short(key, one), line=one.line, last=one.last) for one in why[:REASONS]],
    )


def _short(key: Key, why: Because) -> str:
    """A reason in the few words that fit beside its entry."""
    if why.line:
        return why.text
    return "always" if key.identity == HOST else "open: no policy selects it"


def ports_text(key: Key) -> str:
    """The ports of an entry: any, one, or the first and the last."""
    first, last = key.ports
    if (first, last) == (0, LAST_PORT):
        return "any"
    return str(first) if first == last else f"{first} to {last}"


def places(decisions: Decisions, shown_grid: Grid) -> list[PolicyPlace]:
    """The matrix's rows."""
    return [
        PolicyPlace(
            name=one.name,
            note=one.note,
            address=str(one.address),
            identity=decisions.number_of(one.address),
        )
        for one in shown_grid.places
    ]


def cells(decisions: Decisions, shown_grid: Grid) -> list[list[MatrixCell]]:
    """The matrix: a row for each place, a cell for each column."""
    numbers = door_numbers(decisions)
    orders = {key: {one: at for at, one in enumerate(shown(asked))} for key, asked in decisions.maps.items()}

    def answer_of(answer: Answer) -> AnswerOf:
        door = (answer.pod.namespace, answer.pod.name, answer.direction)
        entry = None if answer.key is None else orders[door][answer.key]
        return AnswerOf(door=numbers[door], entry=entry)

    rows = []
    for source in shown_grid.places:
        row = []
        for column in shown_grid.columns:
            target = shown_grid.places[column.place]
            verdict = decisions.verdict(source.address, target.address, *column.port)
            row.append(
                MatrixCell(
                    allowed=verdict.allowed,
                    same=source.address == target.address,
                    answers=[answer_of(one) for one in verdict.answers],
                )
            )
        rows.append(row)
    return rows
