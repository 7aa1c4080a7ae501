"""How scores are computed, by what they are about."""
