import base64


def data_uri(content, kind):
    """Bytes as an address that holds them, such as `data:image/png;base64,…`."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
