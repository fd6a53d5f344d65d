"""Channels: what grey keeps of a colour, what a shared kernel sees, and a frog to try them on."""

from convbook.channels.grey import (
    REC_601,
    REC_709,
    decode_srgb,
    encode_srgb,
    luma,
    luminance,
    share_across_channels,
)
from convbook.channels.pond import frog

__all__ = [
    "REC_601",
    "REC_709",
    "decode_srgb",
    "encode_srgb",
    "frog",
    "luma",
    "luminance",
    "share_across_channels",
]
