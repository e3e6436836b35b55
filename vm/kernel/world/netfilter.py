"""Where at netfilter a program stands: ``netfilter/local_in:ipv6:-100:web`` and what its words mean."""

from dataclasses import dataclass

from vm.kernel.hooks.netfilter import PRIORITY_FIRST, PRIORITY_LAST
from vm.source import HookscopeError

_FAMILIES = {"ipv4": 4, "inet": 4, "ipv6": 6, "inet6": 6}


@dataclass(frozen=True, slots=True)
class NetfilterPlace:
    """``version`` of IP (0: both, as two links would), ``priority`` (None: the next that is free), and the
    network namespace whose packets are seen ("" the host's)."""

    version: int = 0
    priority: int | None = None
    netns: str = ""


def netfilter_place(target: str) -> NetfilterPlace:
    """Reads the words behind a netfilter hook: a family, a priority, a namespace, each at most once.

    Raises HookscopeError (``bad-target``).
    """
    version, priority, netns = 0, None, ""
    for word in filter(None, target.split(":")):
        if word.lower() in _FAMILIES and not version:
            version = _FAMILIES[word.lower()]
        elif _is_number(word) and priority is None:
            priority = int(word)
            if not PRIORITY_FIRST < priority < PRIORITY_LAST:
                hint = "below 0 it runs before the rules of the filter table, above 0 behind them"
                raise HookscopeError.of("bad-target", f"{word} is no priority of netfilter", hint)
        elif not _is_number(word) and not netns:
            netns = word
        else:
            hint = "say a family, a priority and a namespace, such as ipv4:-100:web"
            raise HookscopeError.of("bad-target", f"{target!r} says something twice: {word!r}", hint)
    return NetfilterPlace(version, priority, netns)


def _is_number(word: str) -> bool:
    return word.removeprefix("-").isascii() and word.removeprefix("-").isdigit() and len(word) < 12
