"""What the verifier knows of kernel functions beyond their types: what they acquire, release, ask, and do."""

from typing import Final

from vm.uapi.kfuncs import kfuncs
from vm.uapi.prog_types import ProgType as P

_OBJECTS: Final = (
    "bpf_task_acquire bpf_task_get_cgroup1 bpf_cgroup_acquire bpf_cgroup_ancestor bpf_crypto_ctx_acquire"
)
ACQUIRES: Final = frozenset(
    f"""{_OBJECTS} bpf_obj_new_impl bpf_percpu_obj_new_impl bpf_refcount_acquire_impl bpf_list_pop_front
    bpf_list_pop_back bpf_rbtree_remove bpf_cgroup_from_id bpf_task_from_pid bpf_task_from_vpid
    bpf_lookup_user_key bpf_lookup_system_key bpf_cpumask_create bpf_cpumask_acquire bpf_crypto_ctx_create
    bpf_xdp_ct_alloc bpf_xdp_ct_lookup bpf_skb_ct_alloc bpf_skb_ct_lookup bpf_ct_insert_entry
    bpf_xdp_get_xfrm_state""".split()
)
"""Functions whose result is held until it is given back (KF_ACQUIRE)."""
RELEASES: Final = frozenset(
    [
        "bpf_obj_drop_impl",
        "bpf_percpu_obj_drop_impl",
        "bpf_task_release",
        "bpf_cgroup_release",
        "bpf_key_put",
        "bpf_cpumask_release",
        "bpf_crypto_ctx_release",
        "bpf_ct_insert_entry",
        "bpf_ct_release",
        "bpf_xdp_xfrm_state_release",
        "bpf_kfunc_call_test_release",
        "bpf_kfunc_call_memb_release",
    ]
)
MAY_FAIL: Final = frozenset(
    f"""{" ".join(ACQUIRES - {"bpf_cpumask_acquire"})} bpf_list_front bpf_list_back bpf_rbtree_first
    bpf_rbtree_root bpf_rbtree_left bpf_rbtree_right bpf_dynptr_slice bpf_dynptr_slice_rdwr bpf_iter_num_next
    bpf_iter_bits_next bpf_iter_task_next bpf_iter_task_vma_next bpf_iter_css_next bpf_iter_css_task_next
    bpf_iter_kmem_cache_next bpf_iter_dmabuf_next""".split()
)
"""Functions whose result may be null (KF_RET_NULL)."""
TRUSTING: Final = RELEASES | frozenset(
    [
        "bpf_arena_alloc_pages",
        "bpf_arena_free_pages",
        "bpf_arena_reserve_pages",
        "bpf_cpumask_acquire",
        "bpf_send_signal_task",
        "bpf_dynptr_from_skb",
        "bpf_dynptr_from_skb_meta",
        "bpf_map_sum_elem_count",
        "bpf_sk_assign_tcp_reqsk",
        "bpf_sock_ops_enable_tx_tstamp",
        "bpf_ct_set_timeout",
        "bpf_ct_change_timeout",
        "bpf_ct_set_status",
        "bpf_ct_change_status",
        "bpf_ct_set_nat_info",
        "bpf_iter_css_task_new",
        "bpf_iter_css_new",
        "bpf_iter_task_new",
        "bpf_stream_vprintk_impl",
        "bpf_task_work_schedule_signal_impl",
        "bpf_task_work_schedule_resume_impl",
        "bpf_copy_from_user_task_dynptr",
        "bpf_copy_from_user_task_str_dynptr",
    ]
)
"""Functions that take only pointers the kernel vouches for (KF_TRUSTED_ARGS)."""
RCU: Final = frozenset(
    f"""{_OBJECTS} bpf_task_under_cgroup bpf_refcount_acquire_impl bpf_iter_task_vma_new
    bpf_cgroup_read_xattr bpf_crypto_decrypt bpf_crypto_encrypt""".split()
) | frozenset(
    function.name
    for function in kfuncs().values()
    if function.name.startswith("bpf_cpumask_")
    and function.name not in ("bpf_cpumask_create", "bpf_cpumask_acquire", "bpf_cpumask_release")
)
"""Functions that take pointers good for as long as RCU is held as well (KF_RCU)."""
PROTECTED: Final = frozenset({"bpf_iter_css_new", "bpf_iter_task_new"})
"""Functions to be called while RCU is held (KF_RCU_PROTECTED)."""
SLEEPS: Final = frozenset(
    [
        "bpf_arena_alloc_pages",
        "bpf_arena_free_pages",
        "bpf_arena_reserve_pages",
        "bpf_copy_from_user_dynptr",
        "bpf_copy_from_user_str",
        "bpf_copy_from_user_str_dynptr",
        "bpf_copy_from_user_task_dynptr",
        "bpf_copy_from_user_task_str",
        "bpf_copy_from_user_task_str_dynptr",
        "bpf_iter_dmabuf_new",
        "bpf_iter_dmabuf_next",
        "bpf_iter_dmabuf_destroy",
        "bpf_iter_kmem_cache_new",
        "bpf_iter_kmem_cache_next",
        "bpf_iter_kmem_cache_destroy",
        "bpf_lookup_user_key",
        "css_rstat_flush",
        "bpf_crypto_ctx_create",
    ]
)
CHANGES_PACKET: Final = frozenset({"bpf_xdp_pull_data"})
DYNPTR_OF: Final = {
    "bpf_dynptr_from_skb": "skb", "bpf_dynptr_from_xdp": "xdp", "bpf_dynptr_from_skb_meta": "skb_meta",
}  # fmt: skip
DEVICE_BOUND: Final = "bpf_xdp_metadata_"


_SK_BUFF: Final = (
    P.SOCKET_FILTER, P.SCHED_CLS, P.SCHED_ACT, P.CGROUP_SKB, P.LWT_IN, P.LWT_OUT, P.LWT_XMIT, P.LWT_SEG6LOCAL,
    P.SK_SKB,
)  # fmt: skip
_CONTEXTS: Final[dict[P, str]] = {
    **dict.fromkeys(_SK_BUFF, "sk_buff"),
    P.XDP: "xdp_buff",
    P.CGROUP_SOCK: "sock",
    P.CGROUP_SOCK_ADDR: "bpf_sock_addr_kern",
    P.SOCK_OPS: "bpf_sock_ops_kern",
    P.SK_MSG: "sk_msg",
    P.FLOW_DISSECTOR: "bpf_flow_dissector",
    P.KPROBE: "pt_regs",
    P.PERF_EVENT: "bpf_perf_event_data_kern",
    P.CGROUP_DEVICE: "bpf_cgroup_dev_ctx",
    P.CGROUP_SYSCTL: "bpf_sysctl_kern",
    P.CGROUP_SOCKOPT: "bpf_sockopt_kern",
    P.SK_REUSEPORT: "sk_reuseport_kern",
    P.SK_LOOKUP: "bpf_sk_lookup_kern",
    P.NETFILTER: "bpf_nf_ctx",
}
_NO_STRUCT: Final = {P.SYSCALL: 108}


def kern_context(kind: P) -> tuple[str, int]:
    """The kernel's own structure of a context, or an empty text and the number of what it is instead."""
    return _CONTEXTS.get(kind, ""), _NO_STRUCT.get(kind, 38)


def iterates(name: str, what: str) -> bool:
    """Whether the function is an iterator's ``new``, ``next`` or ``destroy``."""
    return name.startswith("bpf_iter_") and name.endswith(f"_{what}")
