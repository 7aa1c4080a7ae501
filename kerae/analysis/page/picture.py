import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...figures.savable import COLUMN

DPI = 170  # of a screen: a figure of one column fills half of the page


@dataclass(frozen=True)
class Picture:
    """A figure with its heading and what it shows."""

    title: str
    caption: str
    figure: Any

    @property
    def is_wide(self):
        """Whether it needs the whole width of a page."""
        return self.figure.get_figwidth() > 1.2 * COLUMN

    @property
    def uri(self):
        content = io.BytesIO()
        self.figure.savefig(content, format="png", dpi=DPI)
        return data_uri(content.getvalue(), "image/png")


def data_uri(content, kind):
    """Bytes as an address that holds them, such as `data:image/png;base64,…`."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def some_rows(analysis, count):
    """Rows taken at random, the same for all pictures."""
    return np.random.default_rng(analysis.seed).permutation(len(analysis.examination))[:count]
