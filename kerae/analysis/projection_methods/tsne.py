from .projection_method import ProjectionMethod


class TSNE(ProjectionMethod):
    """t-SNE of scikit-learn, by the Barnes-Hut approximation.

    Reference:
        van der Maaten and Hinton, 2008, https://jmlr.org/papers/v9/vandermaaten08a.html
    """

    name = "tsne"
    module = "sklearn"
    packages = ("scikit-learn",)
    can_transform = False
    fit_at_most = 20_000
    fewest = 5
    neighbors = ("perplexity", 30)

    def defaults(self, seed: int | None):
        return {"n_jobs": -1}

    def library_class(self):
        from sklearn.manifold import TSNE

        return TSNE

    def settings(self, seed: int | None, verbose: bool):
        # At 2 it also says how far the optimization is.
        return {**super().settings(seed, verbose), "verbose": 2 if verbose else 0}

    def most_neighbors(self, n: int):
        # It looks at three times as many neighbors as the perplexity.
        return (n - 1) / 3
