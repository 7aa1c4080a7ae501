"""The latent space in the browser."""

import time
import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from ..checks.arguments import checked
from ..checks.extras import EXTRAS, require
from ..checks.types import Rows
from ..serving.host_names import HostNames
from ..serving.listening import listening
from .explorer.latent_map import LatentMap
from .explorer.page import Page
from .explorer.serving import ADDRESS, serving

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@checked
def explore(
    model: "Autoencoder",
    x: Rows,
    labels: Rows | None = None,
    y: Rows | None = None,
    class_names: Sequence[str] | None = None,
    method: str = "umap",
    port: int = 5006,
    show: bool = True,
    max_points: int = 10_000,
    seed: int = 0,
    allow_hosts: Sequence[str] = (),
) -> None:
    """Opens a page in the browser to move about in the latent space, until Ctrl-C.

    A map of the examples, in which a click or a drag decodes any place; a slider for each latent
    dimension; the walk from one code to another; an attribute vector between two groups; and an
    image of one's own, drawn or uploaded. The page is served on 127.0.0.1 alone and fetches
    nothing from a network.

    Args:
        model: `kerae.Autoencoder` whose codes are vectors.
        x: Array `(n, *input_shape)`, the examples in the map.
        labels: Integers or strings, one for each example, by which the map is colored.
        y: Array of the labels or vectors that a conditional model is conditioned on.
        class_names: Sequence of strings that integer labels are indices into.
        method: String, how codes of more than two dimensions are brought to the plane; see
            `kerae.analysis.project`.
        port: Integer, the port of the page; 0 for any that is free.
        show: Boolean, whether the page is opened in the browser.
        max_points: Integer; of more examples as many are drawn.
        seed: Integer, of the draw and the projection.
        allow_hosts: Strings, names besides localhost by which a gateway lets it be reached, and
            sites whose pages may show it; `["*"]` for any.

    Example:

    >>> data = kerae.data.load("digits")
    >>> model = kerae.VAE(data.input_shape, latent_dim=2)
    >>> kerae.analysis.explore(model, data.x_test, data.y_test)  # doctest: +SKIP

    Raises:
        OSError: If the port is in use.
        ValueError: If data and labels do not fit the model or each other, or codes are not vectors.
    """
    require("kerae.analysis.explore", "analysis", *EXTRAS["analysis"])
    with listening(ADDRESS, port) as listener:
        latent_map = LatentMap(model, x, labels, y, class_names, method, max_points, seed)
        with serving(
            partial(Page, latent_map), listener, HostNames(ADDRESS, allow_hosts)
        ) as address:
            print(
                f"The latent space is at {address} on this machine. Stop with Ctrl-C.", flush=True
            )
            if show:
                webbrowser.open(address)
            try:
                while True:
                    time.sleep(1)
            except KeyboardInterrupt:
                print("\nStopped.")
