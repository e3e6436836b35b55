"""Obligations: what must hold before an instruction may take effect. A broken one raises ``Rejected``.

The walk (``vm.verifier.walk.Walk``) has checked that the registers an instruction names are readable, and
writes results itself. Every refusal is a row of ``vm.verifier.rules``, raised by ``common.refuse``.

    memory        read(…) -> Register, write(…): loads and stores by kind of pointer (check_mem_access);
                  the stack's own effects are ``vm.verifier.transfer_stack``
    stack         bounds of the stack, and what helpers are given of it
    bounds        regions of known size at offsets that vary; packets
    alignment     multiples of the width: always on the stack and for atomics, elsewhere if asked
    map_values    flags of maps, and contents that can never change
    map_pointer   the map's own structure
    context       fields per program type, and pointers a load gives
    sockets       fields of struct bpf_sock
    atomics       access(walk, insn) -> fetched value or None; load, store: ordered accesses
    pointers      before(…) -> bool, after(…): arithmetic; leak, is_secret: what may not become known
    speculation   the same arithmetic under speculation, without CAP_PERFMON
    helper_args   check(walk, helper_id) -> CallMeta: availability, arguments, maps, releases
    availability, argument_types, helper_memory, constant_key, strings, map_kinds: its parts
    resources     acquire, release, check_leaks; spin locks
    returns       check_exit, check_callback, check_global
"""
