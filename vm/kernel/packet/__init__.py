"""Packets: built from a description, taken apart field by field, read from and written to captures."""
