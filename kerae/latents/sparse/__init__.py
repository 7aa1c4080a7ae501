"""Codes of which few units are active at a time."""

from .batch_top_k import BatchTopK as BatchTopK
from .gated import Gated as Gated
from .jump_relu import JumpReLU as JumpReLU
from .p_anneal import PAnneal as PAnneal
from .relu import ReLU as ReLU
from .sparse import Sparse as Sparse
from .top_k import TopK as TopK
