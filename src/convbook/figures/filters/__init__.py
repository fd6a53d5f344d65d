"""Figures of the chapter "Filters: what do they learn?"."""

from convbook.figures.filters.aliasing import aliased, aliasing
from convbook.figures.filters.bank import nine_filters, sorted_filters
from convbook.figures.filters.explained import explanations, occlusion, switch_swap
from convbook.figures.filters.trained import by_hand, mistakes, pushed, starting_scale, top_nine

__all__ = ["aliased", "aliasing", "by_hand", "explanations", "mistakes",
           "nine_filters", "occlusion", "pushed", "sorted_filters", "starting_scale",
           "switch_swap", "top_nine"]  # fmt: skip
