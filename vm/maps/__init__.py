"""eBPF maps: one protocol, one file per kind."""

from vm.maps.base import BpfMap
from vm.maps.create import KINDS, check, create, create_all

__all__ = ["KINDS", "BpfMap", "check", "create", "create_all"]
