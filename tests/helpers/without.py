"""Programs that find only a part of what is installed."""

WITHOUT = """
import sys

class Without:
    def __init__(self, finder):
        self.finder = finder
    def __getattr__(self, name):
        return getattr(self.finder, name)
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in {modules!r}:
            return self.finder.find_spec(name, path, target)

sys.meta_path = [Without(finder) for finder in sys.meta_path]
"""


def without(*modules):
    """The first lines of a program in which these modules are not installed."""
    return WITHOUT.format(modules=modules)
