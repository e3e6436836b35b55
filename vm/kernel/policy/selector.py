"""Which labels a selector takes: matchLabels and matchExpressions of Kubernetes, as one list of demands.

Source: the LabelSelector of the Kubernetes API, meta/v1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Labels = Mapping[str, str]


class Operator(StrEnum):
    """What a demand asks of a label."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of the label ``key``; ``values`` count for IN and NOT_IN alone."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def holds(self, labels: Labels) -> bool:
        """Whether ``labels`` do as asked; a missing label is not in any list, hence taken by NOT_IN."""
        value = labels.get(self.key)
        match self.operator:
            case Operator.IN:
                return value in self.values
            case Operator.NOT_IN:
                return value not in self.values
            case Operator.EXISTS:
                return value is not None
            case Operator.DOES_NOT_EXIST:
                return value is None


@dataclass(frozen=True, slots=True)
class Selector:
    """All of its demands must hold: without any, it takes everything."""

    demands: tuple[Demand, ...] = ()

    def takes(self, labels: Labels) -> bool:
        """Whether what carries ``labels`` is selected."""
        return all(demand.holds(labels) for demand in self.demands)


EVERYTHING = Selector()


def equal_labels(labels: Labels) -> tuple[Demand, ...]:
    """The demands that ``matchLabels`` stands for."""
    return tuple(Demand(key, Operator.IN, frozenset({value})) for key, value in labels.items())
