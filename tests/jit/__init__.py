"""The compiler against Linux: the machine code of recorded programs."""
