"""Makes one file of a page's parts."""

COMPONENTS = ("bokeh", "bokeh-widgets", "bokeh-tables")


def render(template, layout, atlas=None, **variables):
    """The text of an HTML page that needs nothing but itself.

    Args:
        template: String, the name of a file beside this one.
        layout: Layout of bokeh, which the template gets as `map`.
        atlas: `Atlas` of the images that the layout shows, or `None`.
        **variables: What else the template names.
    """
    from bokeh.embed import components
    from bokeh.resources import Resources
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    script, place = components(layout)
    environment = Environment(
        loader=PackageLoader("kerae.analysis.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        map=Markup(place),
        bokeh_js=Markup(Resources(mode="inline", components=list(COMPONENTS)).render()),
        scripts=Markup(script),
        atlas=atlas,
        **variables,
    )
