from ..fitting.sampled_rows import sampled_rows

MOST = 10_000


def shown_rows(count, seed):
    """Which of `count` examples an interactive map shows, and what has to be said of it.

    Returns:
        Integer array, sorted, and a string, empty if they are all.
    """
    rows, _ = sampled_rows(count, MOST, seed)
    if len(rows) == count:
        return rows, ""
    return rows, (
        f"{MOST:,} of the {count:,} examples are shown, drawn at random; the numbers are of all."
    )
