"""What the workbench asks of the simulator, as plain functions on messages."""
