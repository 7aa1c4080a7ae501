LONGEST = 80  # characters


def shown(value):
    """What came, as an error shows it: at most one short line."""
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
