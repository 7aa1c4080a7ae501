"""The number of neighbours that a method looks at, within what the data have."""

from numbers import Real


def bounded_neighbours(method, name, default, most, n, parameters):
    """The default number of neighbours, lowered where there are fewer, with a note of it.

    Args:
        method: String, what users call it.
        name: String, the argument's name, such as `"perplexity"`.
        default: Number.
        most: Number, the largest that `n` examples allow.
        n: Integer, the number of examples.
        parameters: Dict, the arguments that users gave.
    Returns:
        Dict of the argument, empty where the default can stay or users gave it; list of notes.
    Raises:
        ValueError: If users gave more than `most`.
    """
    given = parameters.get(name)
    if isinstance(given, Real) and given > most:
        raise ValueError(
            f'Expected `{name}` of at most {most:g} for "{method}" of {n} codes. '
            f"Received: {given}. Give a lower one or more codes."
        )
    if name in parameters or default <= most:
        return {}, []
    return {name: most}, [
        f"{name} is lowered from {default} to {most:.3g}, as there are {n} codes."
    ]
