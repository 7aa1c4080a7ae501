"""Images and labels as arrays, from scikit-learn, TensorFlow Datasets or your own files."""

from .activation_statistics import activation_statistics as activation_statistics
from .activations import Activations as Activations
from .binarize import Binarize as Binarize
from .binarize import binarize as binarize
from .dataset import Dataset as Dataset
from .load import load as load
from .modality_dropout import ModalityDropout as ModalityDropout
from .record_activations import record_activations as record_activations
from .shapes import shapes as shapes
