"""Where native code cannot run: Python made of a program's instructions, a function for each stretch of them.

Same contract as native code: what is not simple (calls, exits, an access that is refused) is handed back to
the machine at that very instruction, with all registers as they are.
"""
