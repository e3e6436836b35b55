"""The request structures of bpf(2), as ``union bpf_attr`` in include/uapi/linux/bpf.h lays them out."""

from ctypes import Structure, c_char, c_uint32, c_uint64

MAP_CREATE = 0
MAP_LOOKUP = 1
MAP_UPDATE = 2
MAP_DELETE = 3
MAP_GET_NEXT_KEY = 4
PROG_LOAD = 5
PROG_TEST_RUN = 10
OBJ_GET_INFO_BY_FD = 15
BTF_LOAD = 18
MAP_LOOKUP_AND_DELETE = 21
MAP_FREEZE = 22


class MapCreate(Structure):
    """BPF_MAP_CREATE."""

    _fields_ = [
        ("map_type", c_uint32), ("key_size", c_uint32), ("value_size", c_uint32), ("max_entries", c_uint32),
        ("map_flags", c_uint32), ("inner_map_fd", c_uint32), ("numa_node", c_uint32),
        ("map_name", c_char * 16), ("map_ifindex", c_uint32), ("btf_fd", c_uint32),
        ("btf_key_type_id", c_uint32), ("btf_value_type_id", c_uint32),
        ("btf_vmlinux_value_type_id", c_uint32), ("map_extra", c_uint64),
    ]  # fmt: skip


class MapElem(Structure):
    """BPF_MAP_*_ELEM, BPF_MAP_GET_NEXT_KEY (``value`` is next_key) and BPF_MAP_FREEZE."""

    _fields_ = [
        ("map_fd", c_uint32), ("pad", c_uint32), ("key", c_uint64), ("value", c_uint64), ("flags", c_uint64),
    ]  # fmt: skip


class ProgLoad(Structure):
    """BPF_PROG_LOAD."""

    _fields_ = [
        ("prog_type", c_uint32), ("insn_cnt", c_uint32), ("insns", c_uint64), ("license", c_uint64),
        ("log_level", c_uint32), ("log_size", c_uint32), ("log_buf", c_uint64), ("kern_version", c_uint32),
        ("prog_flags", c_uint32), ("prog_name", c_char * 16), ("prog_ifindex", c_uint32),
        ("expected_attach_type", c_uint32), ("prog_btf_fd", c_uint32), ("func_info_rec_size", c_uint32),
        ("func_info", c_uint64), ("func_info_cnt", c_uint32), ("line_info_rec_size", c_uint32),
        ("line_info", c_uint64), ("line_info_cnt", c_uint32), ("attach_btf_id", c_uint32),
        ("attach_prog_fd", c_uint32), ("core_relo_cnt", c_uint32), ("fd_array", c_uint64),
        ("core_relos", c_uint64), ("core_relo_rec_size", c_uint32), ("log_true_size", c_uint32),
    ]  # fmt: skip


class TestRun(Structure):
    """BPF_PROG_TEST_RUN."""

    __test__ = False  # not a test class
    _fields_ = [
        ("prog_fd", c_uint32), ("retval", c_uint32), ("data_size_in", c_uint32), ("data_size_out", c_uint32),
        ("data_in", c_uint64), ("data_out", c_uint64), ("repeat", c_uint32), ("duration", c_uint32),
        ("ctx_size_in", c_uint32), ("ctx_size_out", c_uint32), ("ctx_in", c_uint64), ("ctx_out", c_uint64),
        ("flags", c_uint32), ("cpu", c_uint32), ("batch_size", c_uint32), ("pad", c_uint32),
    ]  # fmt: skip


class BtfLoad(Structure):
    """BPF_BTF_LOAD."""

    _fields_ = [
        ("btf", c_uint64), ("log_buf", c_uint64), ("btf_size", c_uint32), ("log_size", c_uint32),
        ("log_level", c_uint32),
    ]  # fmt: skip


class InfoByFd(Structure):
    """BPF_OBJ_GET_INFO_BY_FD."""

    _fields_ = [("bpf_fd", c_uint32), ("info_len", c_uint32), ("info", c_uint64)]
