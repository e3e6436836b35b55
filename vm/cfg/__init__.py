"""Control flow: blocks, loops and dominators, what Linux refuses before data flow, and the drawn layout."""
