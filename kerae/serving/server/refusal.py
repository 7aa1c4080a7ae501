class Refusal(Exception):
    """A request that is answered by an error, in one line that says why.

    Args:
        status: HTTP status code.
        message: What was expected and what came.
    """

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


LONGEST = 80  # characters


def shortened(value):
    """What came, as an error shows it: at most one short line."""
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
