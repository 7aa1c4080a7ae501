from typing import TYPE_CHECKING

from .classes import colors
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


BETTER = {"silhouette": "higher", "bic": "lower"}


@savable
def criterion_curve(curve: dict, chosen: int, criterion: str) -> "Figure":
    """How good a clustering is by the number of clusters, and the number that was chosen.

    Args:
        curve: Dict of the criterion by the number of clusters.
        chosen: Integer, one of these numbers.
        criterion: String, `"silhouette"`, `"bic"` or another name.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.criterion_curve({2: 0.3, 3: 0.6, 4: 0.5}, 3, "silhouette")
    >>> figure.axes[0].get_ylabel()
    'silhouette (higher is better)'

    Raises:
        ValueError: If the chosen number is not in the curve.
    """
    if chosen not in curve:
        raise ValueError(
            "Expected `chosen` to be a number of clusters of the curve, one of "
            f"{', '.join(map(str, sorted(curve)))}. Received: {chosen}."
        )
    figure = canvas(COLUMN, 2.1)
    axes = figure.subplots()
    numbers = sorted(curve)
    axes.plot(numbers, [curve[number] for number in numbers], "o-", color="black", markersize=3)
    emphasis = {"color": colors([2])[0], "label": f"chosen: {chosen}"}
    axes.plot([chosen], [curve[chosen]], "D", markersize=6, **emphasis)
    axes.axvline(chosen, color=emphasis["color"], linestyle="--", linewidth=0.8)
    direction = BETTER.get(criterion.lower())
    label = criterion.upper() if criterion == "bic" else criterion
    axes.set_ylabel(f"{label} ({direction} is better)" if direction else label)
    axes.set_xlabel("number of clusters")
    axes.xaxis.get_major_locator().set_params(integer=True)  # pyright: ignore[reportCallIssue]
    axes.legend()
    return figure
