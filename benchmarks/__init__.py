"""Measure how fast convbook is, and how much memory it takes, beside other libraries.

``python -m benchmarks`` measures everything; ``python -m benchmarks --help`` tells how to measure
less. Every ratio is one of times that were measured in turn, in one process.
"""
