"""Which machine register holds which eBPF register: the kernel's choice, which makes calls to C cheap.

r1 to r5 are C's first five argument registers, r0 its return value, r6 to r9 registers that C keeps across
calls, r10 the frame pointer (arch/x86/net/bpf_jit_comp.c, Linux 6.18).
"""

from vm.jit.x86.encode import Reg

AX = 11
"""The register that only rewritten instructions use (BPF_REG_AX)."""
SCRATCH = Reg.R11
"""What the lowering of one instruction may spoil."""
X86 = (
    Reg.RAX, Reg.RDI, Reg.RSI, Reg.RDX, Reg.RCX, Reg.R8,
    Reg.RBX, Reg.R13, Reg.R14, Reg.R15, Reg.RBP, Reg.R10,
)  # fmt: skip
"""Machine registers by the number of the eBPF register, AX last."""
KEPT = (6, 7, 8, 9)
"""eBPF registers whose machine registers belong to the caller: saved where a function uses them."""
