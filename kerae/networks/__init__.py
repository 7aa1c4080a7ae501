"""Encoders and decoders that fit data of any shape."""

from .conv2d import Conv2D as Conv2D
from .conv2d_transpose import Conv2DTranspose as Conv2DTranspose
from .convolutional import convolutional_decoder as convolutional_decoder
from .convolutional import convolutional_encoder as convolutional_encoder
from .default import default_decoder as default_decoder
from .default import default_encoder as default_encoder
from .dense import dense_decoder as dense_decoder
from .dense import dense_encoder as dense_encoder
from .dense import tied_decoder as tied_decoder
from .dictionary_decoder import DictionaryDecoder as DictionaryDecoder
from .dictionary_encoder import DictionaryEncoder as DictionaryEncoder
from .made import MADE as MADE
from .multimodal import multimodal_decoder as multimodal_decoder
from .multimodal import multimodal_encoder as multimodal_encoder
from .residual import pyramid_encoder as pyramid_encoder
from .residual import upsampling_decoder as upsampling_decoder
from .spatial import residual_decoder as residual_decoder
from .spatial import residual_encoder as residual_encoder
from .spatial import two_level_encoder as two_level_encoder
from .spectral_normalization import SpectralNormalization as SpectralNormalization
