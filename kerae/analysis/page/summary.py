"""An analysis in words."""

import numpy as np


def summary(analysis):
    """List of sentences: what was found, the most important first.

    Args:
        analysis: `kerae.analysis.Analysis`.
    """
    sentences = [_what(analysis)]
    sentences += [_latent(analysis), _classes(analysis), _factors(analysis), _clusters(analysis)]
    sentences += [_picture(analysis), _errors(analysis)]
    return [sentence for sentence in sentences if sentence]


def _what(analysis):
    examined = analysis.examination
    shape = " x ".join(map(str, examined.x.shape[1:]))
    dimensions = _counted(examined.z.shape[1], "dimension")
    name = type(examined.model).__name__
    return f"{len(examined):,} examples of shape {shape}, encoded by {name} into {dimensions}."


def _latent(analysis):
    scores = analysis.scores
    active = f"{scores['active_units']} of {_counted(scores['latent_dim'], 'dimension')} vary"
    text = f"In the codes {active} from example to example."
    if "kl" in scores:
        text += f" They tell {scores['kl']:.1f} nats of an example (KL from the prior)."
    if scores.get("collapsed_dimensions"):
        verdict = scores.notes["collapsed_dimensions"]
        text += f" {verdict[0].upper()}{verdict[1:]}."
    return text


def _classes(analysis):
    scores = analysis.scores
    if "knn_accuracy" not in scores:
        return None
    text = (
        f"The 10 nearest neighbors in the latent space tell the label of "
        f"{scores['knn_accuracy']:.1%} of held-out examples, and a linear probe that of "
        f"{scores['linear_probe_accuracy']:.1%}"
    )
    if "knn_accuracy_input" in scores:
        text += (
            f"; in the data themselves it is {scores['knn_accuracy_input']:.1%} and "
            f"{scores['linear_probe_accuracy_input']:.1%}"
        )
    return f"{text}."


def _factors(analysis):
    gap = analysis.scores.get("mutual_information_gap")
    if gap is None:
        return None
    return (
        f"Of what is to be known of a factor of variation, the dimension that tells most tells "
        f"{gap:.0%} more than the next (MIG)."
    )


def _clusters(analysis):
    scores, method = analysis.scores, analysis.clusters.config["method"]
    text = f"{method} made {_counted(scores['num_clusters'], 'cluster')} of the codes"
    if "silhouette" in scores:
        text += f", with a silhouette of {scores['silhouette']:.2f}"
    if "cluster_accuracy" in scores:
        text += (
            f"; as classes they are right for {scores['cluster_accuracy']:.1%} of the examples "
            f"(adjusted Rand index {scores['adjusted_rand']:.2f})"
        )
    return f"{text}."


def _picture(analysis):
    kept = analysis.scores.get("neighborhood_preservation")
    if kept is None or analysis.examination.z.shape[1] <= 2:
        return None
    return (
        f"The map keeps {kept:.0%} of the 10 nearest neighbors that examples have in the latent "
        "space."
    )


def _errors(analysis):
    error = analysis.examination.error
    text = f"The mean squared error of a reconstruction is {error.mean():.4g} per element"
    if analysis.labels is not None and len(analysis.labels.names) > 1:
        values = analysis.labels.values
        means = np.bincount(values, weights=error) / np.bincount(values)
        hardest, easiest = (analysis.labels.names[i] for i in (means.argmax(), means.argmin()))
        text += (
            f"; label {hardest} is the hardest ({means.max():.4g}), label {easiest} the easiest "
            f"({means.min():.4g})"
        )
    return f"{text}."


def _counted(count, noun):
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
