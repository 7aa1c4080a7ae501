"""Whether the texts of a figure can be read."""

from matplotlib.text import Text


def texts(figure):
    """The texts that are seen."""
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    ticks = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    unseen = {id(label) for axis in ticks for label in _outside(axis)}
    return [text for text in found if id(text) not in unseen]


def assert_legible(figure):
    """No text is cut off, smaller than 7 points, or over another one."""
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    assert boxes
    whole = figure.bbox.padded(1)
    for text, box in boxes:
        assert whole.contains(*box.min) and whole.contains(*box.max), f"{text!r} is cut off"
    for i, (text, box) in enumerate(boxes):
        for other, other_box in boxes[:i]:
            assert not box.padded(-0.5).overlaps(other_box.padded(-0.5)), (text, other)
    assert min(text.get_fontsize() for text in texts(figure)) >= 7


def _outside(axis):
    """Labels of ticks beyond the limits, which matplotlib keeps but does not draw."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-6 * (high - low)
    both = zip(
        (*axis.get_major_ticks(), *axis.get_minor_ticks()),
        (*axis.get_majorticklocs(), *axis.get_minorticklocs()),
    )
    return [
        label
        for tick, place in both
        if not low - slack <= place <= high + slack
        for label in (tick.label1, tick.label2)
    ]
