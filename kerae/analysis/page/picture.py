import base64
import io
from dataclasses import dataclass
from typing import Any

DPI = 130  # of a screen


@dataclass(frozen=True)
class Picture:
    """A figure with its heading and what it shows."""

    title: str
    caption: str
    figure: Any

    @property
    def uri(self):
        content = io.BytesIO()
        self.figure.savefig(content, format="png", dpi=DPI)
        return data_uri(content.getvalue(), "image/png")


def data_uri(content, kind):
    """Bytes as an address that holds them, such as `data:image/png;base64,…`."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
