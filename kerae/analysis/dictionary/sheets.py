"""Many small pictures as a few large ones, of which a page shows parts."""

import math

import numpy as np

IN_A_SHEET = 1024
LONGEST_SIDE = 64  # pixels; larger pictures are made smaller


class Sheets:
    """Pictures side by side, in files of 1,024 each.

    Args:
        pictures: Array `(n, height, width, channels)` in [0, 1], of 1 or 3 channels.

    Attributes:
        layout: Dict: the `width` and `height` of a picture in pixels, and of a file the number of
            `columns` and of pictures, `count`.
    """

    def __init__(self, pictures: np.ndarray) -> None:
        step = math.ceil(max(pictures.shape[1:3]) / LONGEST_SIDE)
        self.pictures = pictures[:, ::step, ::step]
        height, width = self.pictures.shape[1:3]
        columns = math.isqrt(IN_A_SHEET)
        self.layout = {"width": width, "height": height, "columns": columns, "count": IN_A_SHEET}

    def write(self, folder, name):
        """Writes `name_0.png` and so on."""
        from PIL import Image

        columns = self.layout["columns"]
        for start in range(0, len(self.pictures), IN_A_SHEET):
            part = self.pictures[start : start + IN_A_SHEET]
            rows = math.ceil(len(part) / columns)
            sheet = np.zeros((rows * columns, *part.shape[1:]), "uint8")
            sheet[: len(part)] = np.round(255 * np.clip(part, 0.0, 1.0))
            height, width, channels = part.shape[1:]
            sheet = sheet.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
            sheet = sheet.reshape(rows * height, columns * width, channels)
            image = Image.fromarray(sheet[..., 0] if channels == 1 else sheet)
            image.save(folder / f"{name}_{start // IN_A_SHEET}.png")
