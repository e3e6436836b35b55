"""Asks this machine's verifier again about the small programs of tests/data/verifier/probes.jsonl.xz."""

import platform
from contextlib import nullcontext
from dataclasses import replace

from app.linux.ask import kernel_maps
from app.linux.bpf import kernel_version, load, unavailable
from app.linux.log import error_line, figures, masked
from app.linux.privileges import without_perfmon
from tests.verifier.probes import LEVEL, Probe, read, write
from tests.verifier.recorded import digest
from vm.encoding import pack
from vm.uapi.errno import errno_name


def main() -> None:
    """The same programs, with what the kernel says now."""
    if reason := unavailable():
        raise SystemExit(f"record_verifier_probes: {reason}")
    probes = [asked(probe) for probe in read()]
    write({"kernel": kernel_version().split("-")[0], "machine": platform.machine()}, probes)
    print(f"{len(probes):,} programs, {sum(1 for probe in probes if probe.errno):,} refused")


def asked(probe: Probe) -> Probe:
    """The probe with the kernel's answer."""
    program, options = probe.program, probe.options
    with without_perfmon() if options.profile == "no-perfmon" else nullcontext():
        with kernel_maps(program.maps) as maps:
            said = load(
                pack(program.slots),
                program.prog_type,
                maps,
                license=program.license,
                expected_attach_type=options.attach_type or 0,
                flags=options.load_flags,
                log_level=LEVEL,
            )
        said.close()
    errno = errno_name(said.error) or "" if said.error else ""
    return replace(
        probe,
        errno=errno,
        error=error_line(said.log) if errno else "",
        processed=figures(said.log).processed,
        log=digest(masked(said.log)),
    )
