import io
from dataclasses import dataclass

from .data_uri import data_uri

DPI = 130  # of a screen


@dataclass(frozen=True)
class Picture:
    """A figure with its heading and what it shows."""

    title: str
    caption: str
    figure: object

    @property
    def uri(self):
        content = io.BytesIO()
        self.figure.savefig(content, format="png", dpi=DPI)
        return data_uri(content.getvalue(), "image/png")
