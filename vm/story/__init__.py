"""A run told to a person: each step in words, marks and named values. Knows eBPF, knows no web."""
