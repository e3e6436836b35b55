"""The guarded form: native code that may run, because it checks what the kernel form takes on trust.

Every access is held against the bounds of the object its address falls into; every block pays for its
instructions before it runs them. What is not so simple (helper calls, contexts, an access that is refused)
is handed back to the machine at that very instruction, with all registers as they are.
"""
