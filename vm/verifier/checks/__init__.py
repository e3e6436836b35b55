"""Obligations: what must hold before an instruction may take effect. A broken one raises ``Rejected``.

Between the walk (CORE: ``vm.verifier.walk.Walk``) and the checks it is agreed, all functions raising
``Rejected(RULES[...], walk.pc, **details)``:

``walk``  has ``program`` (Program), ``options``, ``profile``, ``state`` (State), ``frame`` (the running Frame),
          ``regs`` (its registers), ``pc`` (slot of the instruction), ``log`` (``log.write(text)`` for what the
          kernel prints without refusing), ``new_id()``, ``mark_precise(regno)`` (mark_chain_precision),
          ``aux`` (dict pc -> facts one instruction must keep on all paths), ``subprogs`` (start slots).

The walk has already checked that the registers named are readable (``R1 !read_ok``) and writes dst itself.

memory.py
    read(walk, regno, off, size, signed=False) -> Register      value read, before extension to 64 bits
    write(walk, regno, off, size, value: Register | None) -> None       None: ST imm is given as a constant Register
    Dispatches by pointer kind (check_mem_access). For STACK pointers it does the bounds checks (checks.stack) and
    then calls the effects ``vm.verifier.transfer_stack.read_stack(walk, reg, off, size) -> Register`` and
    ``write_stack(walk, reg, off, size, value)`` (CORE; these spill, fill, scrub). Also
    helper_region(walk, regno, size: int, *, write: bool, zero_allowed, meta) used by helper_args.
context.py    read(walk, reg, off, size) -> Register; write(walk, reg, off, size)     field rules per program type
atomics.py    access(walk, insn: Atomic) -> Register | None     checks + memory access; the fetched value (unknown scalar)
pointers.py   before(walk, insn, dst: int, pointer: Register, value: Register) -> None
                  (adjust_ptr_min_max_vals' refusals ahead of the effect: kind, flags, bounds of the scalar)
              after(walk, dst: int, result: Register) -> None       (check_reg_sane_offset and later refusals)
              leak(walk, regno) -> None      stores, atomics and comparisons that may leak a pointer in NO_PERFMON
helper_args.py
    check(walk, helper_id: int) -> CallMeta     availability, licence, all arguments r1-r5, map kind fit;
                                                releases references and takes locks (resources), no other effect.
    CallMeta: helper (Helper row), map (index or None), map_uid, ref (id of the object released), size (mem size of
              the result, for ringbuf_reserve), func (subprog index of a callback), const key etc. as needed.
    CORE then clobbers r0-r5, sets r0 from ``helper.ret``, calls callbacks (``vm.verifier.calls_helper``).
resources.py  acquire(walk) -> int (id); release(walk, ref) ; check_leaks(walk, what: str)   (check_resource_leak)
returns.py    check_exit(walk) at exit of the main program: leaks, then r0's readability, leak, range per hook
              check_callback(walk) r0's range at a callback's exit
              check_global(walk) global functions
stack.py      bounds and initialisation of stack ranges for direct and helper access
map_kinds.py  check(walk, map, helper_id)
"""
