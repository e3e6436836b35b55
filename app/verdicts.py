"""Verdicts of the verifier for the command line and for batches: what may be asked, and the answer."""

from typing import Any

from vm.maps.check import LIMITS, refusal
from vm.program import Program
from vm.source import HookscopeError, did_you_mean
from vm.uapi.attach_types import AttachType
from vm.uapi.errno import errno_name
from vm.verifier import Options, Report, verify
from vm.verifier.observer import Observer
from vm.verifier.profile import PROFILES


def report_of(program: Program, options: Options, observer: Observer | None = None) -> Report:
    """The verifier's report; HookscopeError for a map Linux would not make, as then nothing is loaded."""
    refused_map(program)
    return verify(program, options, observer)


def refused_map(program: Program) -> None:
    """Raises HookscopeError where Linux would not make a map of the program."""
    for spec in program.maps:
        refused = refusal(spec) if spec.type in LIMITS else None
        if refused is not None:
            message = f"map {spec.name}: {refused.message}; Linux answers {errno_name(refused.errno)}"
            raise HookscopeError.of("map-refused", message, refused.hint)


def verdict(program: Program, options: Options) -> dict[str, Any]:
    """The report as a dictionary that becomes JSON."""
    return answer_of(report_of(program, options))


def answer_of(report: Report) -> dict[str, Any]:
    """A report as a dictionary that becomes JSON."""
    return {
        "accepted": report.accepted,
        "errno": report.errno.name if report.errno is not None else None,
        "error": report.error,
        "log": report.log,
        "processed": report.processed,
        "total_states": report.total_states,
        "category": report.category or None,
        "pc": report.pc,
    }


def known_attach_type(given: str | int | None) -> int | None:
    """The number of an attach type given by name, with or without BPF_, or by number."""
    if given is None or isinstance(given, int):
        if given is None or given in {known.value for known in AttachType}:
            return given
        raise HookscopeError.of("unknown-attach-type", f"there is no attach type {given}")
    name = given.upper().removeprefix("BPF_")
    if name.isdecimal():
        return known_attach_type(int(name))
    if name in AttachType.__members__:
        return AttachType[name].value
    labels = [known.lower() for known in AttachType.__members__]
    hint = did_you_mean(given.lower(), labels)
    raise HookscopeError.of("unknown-attach-type", f"there is no attach type {given}", hint)


def known_profile(name: str) -> str:
    """The name of a profile that exists; it may be written with an underscore."""
    name = name.replace("_", "-")
    if name not in PROFILES:
        raise HookscopeError.of(
            "unknown-profile", f"there is no profile {name}", did_you_mean(name, PROFILES)
        )
    return name
