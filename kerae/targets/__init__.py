"""What comes back, where it is not the input itself."""

from .given import Given as Given
from .target import Target as Target
