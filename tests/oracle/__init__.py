"""The kernel of this machine, asked for answers the simulator must equal."""
