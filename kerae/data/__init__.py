"""Images and labels as arrays, from scikit-learn, TensorFlow Datasets or your own files."""

from .binarize import binarize as binarize
from .binarize_layer import Binarize as Binarize
from .dataset import Dataset as Dataset
from .load import load as load
