"""Which machine register holds which eBPF register on AArch64 (arch/arm64/net/bpf_jit_comp.c, Linux 6.18).

r1 to r5 are C's first arguments, r6 to r9 registers that C keeps. r0 is not C's x0, which is r1's: every call
and the end of the program move it.
"""

from vm.jit.arm64.encode import Reg

A64 = (
    Reg.X7, Reg.X0, Reg.X1, Reg.X2, Reg.X3, Reg.X4,
    Reg.X19, Reg.X20, Reg.X21, Reg.X22, Reg.X25, Reg.X9,
)  # fmt: skip
"""Machine registers by the number of the eBPF register, AX last."""
RESULT = Reg.X0
"""Where C returns a value."""
FIRST, SECOND, THIRD = Reg.X10, Reg.X11, Reg.X12
"""What the lowering of one instruction may spoil."""
COUNT = Reg.X26
"""Where the count of tail calls is."""
KEPT = (6, 7, 8, 9, 10)
"""eBPF registers whose machine registers belong to the caller: saved where a function names them."""
