"""Where a sum has few of many rows, so that those are better added than all multiplied."""

from ..backend import rows_are_quick

FEW = 16  # times as many rows as terms


def are_few(count: int, rows: int) -> bool:
    """Whether sums of so many of the rows are quicker than products with all, most of them by 0."""
    return FEW * count <= rows and rows_are_quick()
