class Refusal(Exception):
    """A request that is answered by an error, in one line that says why.

    Args:
        status: HTTP status code.
        message: What was expected and what came.
    Attributes:
        signature: The signature that was asked, or an empty string where none is known.
    """

    signature = ""

    def __init__(self, status, message):
        super().__init__(status, message)
        self.status = status

    def __str__(self):
        return self.args[1]


LONGEST = 80  # characters


def shortened(value):
    """What came, as an error shows it: at most one short line."""
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
