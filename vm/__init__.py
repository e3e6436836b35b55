"""The simulator of eBPF: no web, no pydantic, importable on its own."""
