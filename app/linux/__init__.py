"""The kernel of this machine: bpf(2) for loading programs and test runs. Nothing is ever attached."""
