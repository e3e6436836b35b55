"""This machine's kernel as the tests ask it: app.linux, and small programs to ask with."""

from app.linux import attr
from app.linux import bpf as kernel

__all__ = ["attr", "kernel"]
