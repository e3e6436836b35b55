"""AArch64: the kernel form Linux 6.18 emits there, to be read and compared, never run."""
