"""Trained models in the formats that other programs run."""

from .litert import litert as litert
from .onnx import onnx as onnx
from .openvino import openvino as openvino
from .saved_model import saved_model as saved_model
