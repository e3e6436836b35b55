"""A program the verifier walks for long: two loops whose turns all differ."""


def nested(inner: int, outer: int) -> str:
    """About ``4 * inner * outer`` instructions to walk."""
    return f""".hook xdp
    r6 = 0
outer:
    r7 = 0
inner:
    call bpf_get_prandom_u32
    r7 += 1
    if r7 < {inner} goto inner
    r6 += 1
    if r6 < {outer} goto outer
    r0 = XDP_PASS
    exit
"""
