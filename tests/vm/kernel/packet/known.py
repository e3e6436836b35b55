"""Bytes that several tests know."""

SYN_HEX = (
    "525400123456525400abcdef08004500003c1f3b40003406c131cb007107c6336414"
    "9c4b00505e2a39fb00000000a002faf0e3c10000020405b40402080a0a31c40b0000000001030307"
)
"""The SYN of the design's workbench: the eleventh of 203.0.113.7, 74 bytes."""
