import json

from .read_inputs import DEFAULT_SIGNATURE

LONGEST = 300  # characters of a command that one still reads


def example_request(address, loaded):
    """A command of the shell that asks one of the models for a prediction, or for what it takes.

    Args:
        address: Where the server answers.
        loaded: Dictionary of versions by number, newest first, by name of the model.
    """
    commands = []
    for name, versions in loaded.items():
        version = next(iter(versions.values()))
        for signature in version.servable.signatures:
            row = version.example(signature)
            if row is None:
                continue
            row = {key: array[0].tolist() for key, array in row.items() if array.shape}
            document = {"instances": [row if len(row) > 1 else next(iter(row.values()))]}
            if signature != DEFAULT_SIGNATURE:
                document["signature_name"] = signature
            url = f"{address}/v1/models/{name}:predict"
            commands.append(f"curl -d '{json.dumps(document)}' {url}")
    shortest = min(commands, key=len, default=None)
    if shortest is None or len(shortest) > LONGEST:
        return f"curl {address}/v1/models/{next(iter(loaded))}/metadata"
    return shortest
