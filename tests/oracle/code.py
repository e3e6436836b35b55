"""Instructions by the slot, for the small programs the oracle runs. Jumps go to labels."""

from struct import pack

XDP_DATA, XDP_DATA_END = 0, 4


class Code:
    """A program under construction; every method adds one instruction."""

    def __init__(self) -> None:
        self._slots: list[bytes | tuple[int, int, int, str, int]] = []
        self._labels: dict[str, int] = {}

    def _add(self, op: int, dst: int = 0, src: int = 0, off: int = 0, imm: int = 0) -> "Code":
        self._slots.append(pack("<BBhi", op, dst | src << 4, off, imm))
        return self

    def imm(self, dst: int, value: int) -> "Code":
        """dst = value."""
        return self._add(0xB7, dst, imm=value)

    def mov(self, dst: int, src: int) -> "Code":
        """dst = src."""
        return self._add(0xBF, dst, src)

    def add(self, dst: int, value: int) -> "Code":
        """dst += value."""
        return self._add(0x07, dst, imm=value)

    def load(self, size: int, dst: int, src: int, off: int = 0) -> "Code":
        """dst = *(src + off)."""
        return self._add({1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79}[size], dst, src, off)

    def store(self, size: int, dst: int, off: int, src: int) -> "Code":
        """*(dst + off) = src."""
        return self._add({1: 0x73, 2: 0x6B, 4: 0x63, 8: 0x7B}[size], dst, src, off)

    def map(self, dst: int, index: int) -> "Code":
        """dst = map ``index``."""
        self._add(0x18, dst, 1, imm=index)
        return self._add(0)

    def call(self, helper: int) -> "Code":
        """r0 = helper(r1 … r5)."""
        return self._add(0x85, imm=helper)

    def exit(self) -> "Code":
        """Ends the program."""
        return self._add(0x95)

    def label(self, name: str) -> "Code":
        """The place of the next instruction."""
        self._labels[name] = len(self._slots)
        return self

    def goto_if(self, op: int, dst: int, value: int, label: str) -> "Code":
        """Jumps if dst compares so to a number; ``op`` is the opcode (0x15 equal, 0x55 not equal)."""
        self._slots.append((op, dst, 0, label, value))
        return self

    def goto_if_greater(self, dst: int, src: int, label: str) -> "Code":
        """Jumps if dst > src."""
        self._slots.append((0x2D, dst, src, label, 0))
        return self

    def copy(self, size: int, dst: int, off: int, src: int, src_off: int = 0) -> "Code":
        """Copies bytes through r5, which is lost."""
        for at in range(size):
            self.load(1, 5, src, src_off + at).store(1, dst, off + at, 5)
        return self

    def bytes(self) -> bytes:
        """The finished program."""
        out = b""
        for pc, slot in enumerate(self._slots):
            if isinstance(slot, tuple):
                op, dst, src, label, value = slot
                slot = pack("<BBhi", op, dst | src << 4, self._labels[label] - pc - 1, value)
            out += slot
        return out
