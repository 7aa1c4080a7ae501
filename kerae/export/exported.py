"""What an export has written."""

from dataclasses import dataclass
from pathlib import Path

from .endpoint import Endpoint


@dataclass(frozen=True)
class Exported:
    """An artifact, and how near it comes to the model.

    Args:
        path: `pathlib.Path` of the artifact.
        endpoints: Dict of `kerae.export.endpoint.Endpoint` by the name of the signature.
        differences: Dict, for each signature the largest error over 8 examples, in parts of an
            output's largest value; `None` if it was not verified.
    """

    path: Path
    endpoints: dict[str, Endpoint]
    differences: dict[str, float] | None
