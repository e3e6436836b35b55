"""A machine that begins anew runs as a new one does."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from vm.asm import assemble
from vm.kernel.context import Frame
from vm.kernel.context.xdp import XdpContext
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.uapi.prog_types import ProgType

TEXT = """
.hook xdp
    r6 = *(u32 *)(r1 + xdp_md.data)
    r7 = *(u32 *)(r1 + xdp_md.data_end)
    r2 = *(u64 *)(r10 - 8)
    *(u64 *)(r10 - 8) = r6
    call again
    r8 = r6
    r8 += 14
    if r8 > r7 goto out
    r3 = *(u8 *)(r6 + 13)
    r3 += 1
    *(u8 *)(r6 + 13) = r3
    r2 += r3
    r7 -= r6
    r2 += r7
out:
    r0 = r2
    exit
again:
    r0 = *(u64 *)(r10 - 16)
    *(u64 *)(r10 - 16) = 5
    exit
"""
frames = st.lists(st.binary(min_size=14, max_size=200), min_size=1, max_size=6)


@given(frames)
def test_runs_one_after_the_other_are_as_runs_of_their_own(packets: list[bytes]) -> None:
    program = assemble(TEXT).program
    assert program is not None
    setup = Setup((program,), ProgType.XDP, tuple(packets))
    machine: Machine | None = None
    for number, packet in enumerate(packets):
        fresh = Machine(Scenario(replace(setup, packets=(packet,))).world(0))
        expected, context = fresh.outcome(), fresh.world.ctx
        assert isinstance(context, XdpContext)
        if machine is None:
            machine = Machine(Scenario(setup).world(0))
        else:
            ctx = machine.world.ctx
            assert isinstance(ctx, XdpContext)
            machine.world.fields.clear()
            assert ctx.again(Frame(packet), machine.world.event)
            machine.restart(machine.world)
        ended, ctx = machine.outcome(), machine.world.ctx
        assert isinstance(ctx, XdpContext)
        assert (ended, machine.number, number) == (expected, fresh.number, number)
        assert ctx.leave().data == context.leave().data


def test_fragments_need_a_context_of_their_own() -> None:
    program = assemble(TEXT).program
    assert program is not None
    machine = Machine(Scenario(Setup((program,), ProgType.XDP, (bytes(60),))).world(0))
    ctx = machine.world.ctx
    assert isinstance(ctx, XdpContext)
    assert not ctx.again(Frame(bytes(9_000)), machine.world.event)
    assert not ctx.again(Frame(bytes(13)), machine.world.event)
