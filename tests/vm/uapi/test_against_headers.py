"""The constants of vm.uapi against the C headers of this machine, where it has a compiler and them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vm.uapi.constants import CONSTANTS

INCLUDES = (
    "linux/bpf.h", "linux/pkt_cls.h", "linux/if_ether.h", "linux/if_arp.h", "linux/if_packet.h", "linux/ip.h",
    "linux/ipv6.h", "linux/icmp.h", "linux/icmpv6.h", "linux/tcp.h", "linux/udp.h", "linux/in.h",
    "sys/socket.h", "errno.h", "linux/netfilter.h", "fcntl.h", "signal.h",
)  # fmt: skip

KERNEL_ONLY = re.compile(
    r"""
    TCP_(FIN|SYN|RST|PSH|ACK|URG|ECE|CWR)$   # the header's bits; the kernel's own name is TCPHDR_…
    | TCPOPT_(MSS|WINDOW|SACK_PERM|SACK|TIMESTAMP|NOP|EOL)$
    | VLAN_ | IP_(DF|MF|OFFSET)$ | NDISC_ | ENOTSUPP$ | ETH_M(IN|AX)_MTU$
    | BPF_                                   # newer than the headers: checked against the kernel itself
    | TCX_
    """,
    re.VERBOSE,
)
"""Names user-space headers may lack, so that their absence is no finding."""


def values(folder: Path, names: list[str]) -> dict[str, int]:
    """Compile a program that prints every constant the headers know; return what it prints."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not Path("/usr/include/linux/bpf.h").exists():
        pytest.skip("needs a C compiler and /usr/include/linux/bpf.h (Debian: linux-libc-dev)")
    source, program = folder / "constants.c", folder / "constants"
    for _ in range(2):  # the first time the compiler names what the headers lack
        lines = [f'  printf("{name} %lld\\n", (long long)({name}));' for name in names]
        header = "".join(f"#include <{include}>\n" for include in ("stdio.h", *INCLUDES))
        source.write_text(header + "int main(void) {\n" + "\n".join(lines) + "\n  return 0;\n}\n")
        built = subprocess.run(
            [compiler, "-fmax-errors=0", "-o", program, source], capture_output=True, text=True, check=False
        )
        if built.returncode == 0:
            shown = subprocess.run([program], capture_output=True, text=True, check=True).stdout
            return {name: int(value) for name, value in map(str.split, shown.splitlines())}
        unknown = set(re.findall(r"error: .(\w+). undeclared", built.stderr))
        assert unknown, built.stderr
        names = [name for name in names if name not in unknown]
    pytest.fail(built.stderr)


def test_constants_have_the_values_of_the_c_headers(tmp_path: Path) -> None:
    known = values(tmp_path, list(CONSTANTS))
    ours = {name: CONSTANTS[name].value for name in known}
    wrong = {name: (ours[name], theirs) for name, theirs in known.items() if ours[name] != theirs}
    assert wrong == {}
    unknown = [name for name in CONSTANTS if name not in known and not KERNEL_ONLY.match(name)]
    assert unknown == []
