"""Figures of the chapter "Stacking: how do many kernels, and many layers, fit together?"."""

from convbook.figures._bench import bench_stack
from convbook.figures.stacking.bank import blind_angles, detectors, disc, flat_areas
from convbook.figures.stacking.composed import missing_shares, separated, stamped
from convbook.figures.stacking.layers import two_layers, weight_tensor, whole_network
from convbook.figures.stacking.pooled import max_pooling, pooling

__all__ = ["bench_stack", "blind_angles", "detectors", "disc", "flat_areas", "max_pooling",
           "missing_shares", "pooling", "separated", "stamped", "two_layers", "weight_tensor",
           "whole_network"]  # fmt: skip
