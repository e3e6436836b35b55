"""Records which functions of the kernel programs may call (kfuncs): vm/uapi/kfuncs.json.

Names, numbers and types are those of this machine's kernel (BTF); which program types may call which is asked
by loading one program for each.
"""

import json
from typing import Final

from app.linux.bpf import load, unavailable
from app.linux.log import error_line
from tests.golden.record_kernel_structs import BTF, Layouts, Type
from tests.shared_data import CHECKOUT
from vm.uapi.prog_types import ProgType

GOLDEN: Final = CHECKOUT / "vm/uapi/kfuncs.json"
_INT, _POINTER, _ARRAY, _STRUCT, _UNION, _ENUM, _FUNC, _PROTO, _DECL_TAG, _ENUM64 = (
    1, 2, 3, 4, 5, 6, 12, 13, 17, 19,
)  # fmt: skip
_NUMBERS: Final = frozenset({_INT, _ENUM, _ENUM64})
_NESTED: Final = 4
_ATTACH: Final = {
    ProgType.CGROUP_SOCK: 2, ProgType.CGROUP_SOCK_ADDR: 8, ProgType.CGROUP_SOCKOPT: 21,
    ProgType.SK_LOOKUP: 36,
    ProgType.SK_REUSEPORT: 39, ProgType.NETFILTER: 45,
}  # fmt: skip
_UNLOADABLE: Final = frozenset({
    ProgType.UNSPEC, ProgType.LIRC_MODE2, ProgType.TRACING, ProgType.STRUCT_OPS, ProgType.EXT, ProgType.LSM,
})  # fmt: skip
_SLEEPABLE: Final = 16


class Functions(Layouts):
    """Functions by number, with their types as short texts."""

    def rows(self) -> dict[str, list[object]]:
        """Number, result and parameters by name."""
        tagged = {kind.size for kind in self.types if kind.kind == _DECL_TAG and kind.name == "bpf_kfunc"}
        return {self.types[at].name: self._row(at) for at in sorted(tagged) if self.types[at].kind == _FUNC}

    def _row(self, number: int) -> list[object]:
        proto = self.types[self.types[number].size]
        params = [
            [self._name(proto.extra[at]), self._text_of(proto.extra[at + 1])]
            for at in range(0, len(proto.extra), 2)
        ]
        return [number, self._text_of(proto.size), params]

    def _name(self, off: int) -> str:
        at = self.strings + off
        return self.data[at : self.data.index(b"\0", at)].decode()

    def _text_of(self, number: int) -> str:
        number = self._plain(number)
        kind = self.types[number]
        if number == 0:
            return "void"
        if kind.kind in _NUMBERS:
            word = "INT" if kind.kind == _INT else "ENUM"
            return f"int:{kind.size}:{word}:{kind.name}"
        if kind.kind != _POINTER:
            return f"other:{kind.kind}"
        target = self._plain(kind.size)
        at = self.types[target]
        if at.kind in (_STRUCT, _UNION):
            word = "struct" if at.kind == _STRUCT else "union"
            return f"*{word}:{at.name}:{at.size}:{self._numbers_only(at, 0)}"
        if at.kind == _PROTO:
            return "*func"
        return "*" + self._text_of(target)

    def _numbers_only(self, kind: Type, depth: int) -> int:
        """1: a structure holds nothing but numbers, all through; 0: it does not; 2: nested too deeply."""
        if depth >= _NESTED:
            return 2
        for at in range(0, len(kind.extra), 3):
            member = self.types[self._plain(kind.extra[at + 1])]
            if member.kind in (_STRUCT, _UNION):
                found = self._numbers_only(member, depth + 1)
                if found != 1:
                    return found
                continue
            if member.kind == _ARRAY:
                if not member.extra[2]:
                    return 0
                member = self.types[self._plain(member.extra[0])]
            if member.kind not in _NUMBERS:
                return 0
        return 1


def main() -> None:
    """Asks for every function and program type."""
    if reason := unavailable():
        raise SystemExit(f"record_kfuncs: {reason}")
    rows = Functions(BTF.read_bytes()).rows()
    lines = []
    for name, row in rows.items():
        number = row[0]
        assert isinstance(number, int)
        types = [int(kind) for kind in ProgType if kind not in _UNLOADABLE and _allowed(name, number, kind)]
        lines.append(f"{json.dumps(name)}: {json.dumps([*row, types], separators=(',', ':'))}")
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} functions")


def _allowed(name: str, number: int, kind: ProgType) -> bool:
    call = (0x85 | 2 << 12 | number << 32).to_bytes(8, "little")
    flags = _SLEEPABLE if kind is ProgType.SYSCALL else 0
    said = load(
        call + bytes.fromhex("b7000000000000009500000000000000"),
        kind,
        expected_attach_type=_ATTACH.get(kind, 0),
        flags=flags,
    )
    said.close()
    return error_line(said.log) != f"calling kernel function {name} is not allowed"
