"""Dictionaries in the files of other tools."""

from .from_dictionary_learning import from_dictionary_learning as from_dictionary_learning
from .from_saelens import from_saelens as from_saelens
from .from_sparsify import from_sparsify as from_sparsify
from .to_saelens import to_saelens as to_saelens
