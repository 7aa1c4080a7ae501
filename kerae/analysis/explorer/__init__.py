"""The parts of the page that `kerae.analysis.explore` serves."""
