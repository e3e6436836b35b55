"""One cell of the matrix in full: which questions were asked of which map, and the packet that asks them."""

from ipaddress import IPv4Address

from app.schemas.policy import CellReply, DoorAnswer, DoorProgram, DoorQuestion
from app.workbench.policy_grid import Column, Grid, Place
from app.workbench.policy_views import door_numbers, ports_text, shown, who
from vm.kernel.policy.door import packet, source_text
from vm.kernel.policy.entries import Key, PolicyMap
from vm.kernel.policy.identities import ANYONE
from vm.kernel.policy.model import Direction, Protocol
from vm.kernel.policy.verdicts import Answer, Decisions

_HOOK = "tc"
_SELF = "A pod always reaches itself: the packet never leaves it, so no door sees it."
_OUTSIDE = "Neither end is a pod, so no policy has a word in it."
_IPV6 = "The program at the door reads IPv4 alone; the verdict comes from the entries all the same."


def cell_reply(decisions: Decisions, grid: Grid, row: int, number: int) -> CellReply:
    """The cell of a row and a column."""
    source, column = grid.places[row], grid.columns[number]
    target = grid.places[column.place]
    protocol, port = column.port
    verdict = decisions.verdict(source.address, target.address, protocol, port)
    named = f"{source.name} → {target.name}:{port}"
    answers = [_answer(decisions, one, source, target, column) for one in verdict.answers]
    programs = [_program(decisions, one, source, target, column) for one in verdict.answers]
    return CellReply(
        head=_head(named, verdict.answers, answers),
        why=_why(decisions, verdict.answers, source, target, column),
        allowed=verdict.allowed,
        answers=answers,
        programs=programs,
        note=_IPV6 if any(program is None for program in programs) else "",
    )


def _head(named: str, answers: tuple[Answer, ...], told: list[DoorAnswer]) -> str:
    denied = next((one for one in answers if one.key is None), None)
    if denied is not None:
        return f"{named} is denied on the way {_way(denied.direction)} {denied.pod.name}."
    if not answers:
        return f"{named} is allowed."
    deciding = told[-1].questions[-2:]
    entry = next((one.entry for one in deciding if one.entry is not None), None)
    return f"{named} is allowed{f' by entry {entry + 1}' if entry is not None else ''}."


def _way(direction: Direction) -> str:
    return "into" if direction is Direction.INGRESS else "out of"


def _why(
    decisions: Decisions, answers: tuple[Answer, ...], source: Place, target: Place, column: Column
) -> str:
    if not answers:
        return _SELF if source.address == target.address else _OUTSIDE
    deciding = _deciding(answers)
    return " ".join(_reason(decisions, one, source, target, column) for one in reversed(deciding))


def _deciding(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The doors that denied; without any, all."""
    return tuple(one for one in answers if one.key is None) or answers


def _reason(decisions: Decisions, one: Answer, source: Place, target: Place, column: Column) -> str:
    peer = target if one.direction is Direction.EGRESS else source
    number, (protocol, port) = decisions.number_of(peer.address), column.port
    asked = decisions.maps[one.pod.namespace, one.pod.name, one.direction]
    if not asked.closed:
        return f"{one.pod.name} itself is open: no {one.direction} policy selects it."
    key = f"identity {number}, port {port}, {protocol.name}"
    selecting = [policy.name for policy in decisions.policies if policy.selects(one.pod, one.direction)]
    if one.key is None:
        return (
            f"No entry of {one.pod.name} has {key}. {' and '.join(selecting)} "
            f"{'selects' if len(selecting) == 1 else 'select'} it, so the rest is denied."
        )
    why = one.why[0]
    return f"The key is {key}: {why.text}{' lets it by' if why.line else ''}."


def _answer(decisions: Decisions, one: Answer, source: Place, target: Place, column: Column) -> DoorAnswer:
    asked = decisions.maps[one.pod.namespace, one.pod.name, one.direction]
    peer = target if one.direction is Direction.EGRESS else source
    known = decisions.identities
    identity = known.of(peer.address)
    first = DoorQuestion(
        map="ipcache",
        asked=str(peer.address),
        answer="hit",
        found=f"{known.prefix_of(peer.address)} is {identity.number}, {who(identity)}",
        entry=None,
    )
    numbers = door_numbers(decisions)
    return DoorAnswer(
        door=numbers[one.pod.namespace, one.pod.name, one.direction],
        pod=one.pod.name,
        direction=one.direction.value,
        peer=str(peer.address),
        allowed=one.key is not None,
        questions=[first, *_asked(asked, identity.number, *column.port)],
    )


def _asked(asked: PolicyMap, identity: int, protocol: Protocol, port: int) -> list[DoorQuestion]:
    """The two questions to the policy map; the second is asked where the first has no answer."""
    order = {key: at for at, key in enumerate(shown(asked))}
    questions: list[DoorQuestion] = []
    found: Key | None = None
    for subject in (identity, ANYONE):
        text = f"{subject or 'anyone'}, {port}, {protocol.name}"
        if found is not None:
            questions.append(DoorQuestion(map="policy", asked=text, answer="not asked", found="", entry=None))
            continue
        found = asked.longest(subject, protocol, port)
        questions.append(_answered(text, found, order))
    return questions


def _answered(text: str, found: Key | None, order: dict[Key, int]) -> DoorQuestion:
    if found is None:
        return DoorQuestion(map="policy", asked=text, answer="miss", found="", entry=None)
    proto = Protocol(found.protocol).name if found.protocol else "any"
    ports = ports_text(found)
    said = f"entry {order[found] + 1}: port {ports}, {proto}"
    return DoorQuestion(map="policy", asked=text, answer="hit", found=said, entry=order[found])


def _program(
    decisions: Decisions, one: Answer, source: Place, target: Place, column: Column
) -> DoorProgram | None:
    if not (isinstance(source.address, IPv4Address) and isinstance(target.address, IPv4Address)):
        return None
    asked = decisions.maps[one.pod.namespace, one.pod.name, one.direction]
    protocol, port = column.port
    way = "in at" if one.direction is Direction.INGRESS else "out at"
    title = f"{source.name} to {target.name}:{port}, {way} {one.pod.name}"
    about = f"The door {way} {one.pod.name}: may {source.name} reach {target.name}, {protocol.name} {port}?"
    return DoorProgram(
        title=title,
        source=source_text(asked, decisions.identities, about),
        hook=_HOOK,
        packet=packet(source.address, target.address, protocol, port).hex(),
    )
