"""What only a part of kerae needs: the packages of its extras, and the line that asks for them."""

import sys
from importlib.util import find_spec
from typing import Any

# As in pyproject.toml: for each extra the modules of its packages, and the names of these packages.
EXTRAS = {
    "analysis": {
        "sklearn": "scikit-learn",
        "threadpoolctl": "threadpoolctl",
        "umap": "umap-learn",
        "matplotlib": "matplotlib",
        "bokeh": "bokeh",
        "pandas": "pandas",
        "pyarrow": "pyarrow",
        "PIL": "pillow",
    },
    "data": {
        "tensorflow_datasets": "tensorflow-datasets",
        "importlib_resources": "importlib_resources",
        **({"array_record": "array_record"} if sys.platform == "linux" else {}),
        "sklearn": "scikit-learn",
        "PIL": "pillow",
    },
    "serve": {
        "starlette": "starlette",
        "uvicorn": "uvicorn",
        "prometheus_client": "prometheus-client",
        "orjson": "orjson",
        "urllib3": "urllib3",
    },
    "pacmap": {"pacmap": "pacmap"},
    "opentsne": {"openTSNE": "openTSNE"},
    "tensorflow": {"tensorflow": "tensorflow", "tensorflow_serving": "tensorflow-serving-api"},
    "jax": {"jax": "jax"},
    "torch": {"torch": "torch"},
    "onnx": {"tensorflow": "tensorflow", "tf2onnx": "tf2onnx", "onnxruntime": "onnxruntime"},
    "litert": {"tensorflow": "tensorflow", "ai_edge_litert": "ai-edge-litert"},
    "openvino": {"tensorflow": "tensorflow", "openvino": "openvino"},
}
PACKAGES = {module: name for packages in EXTRAS.values() for module, name in packages.items()}


def lacking(modules):
    """The packages of those modules that are not installed, by their names in pip."""
    return [PACKAGES[module] for module in modules if find_spec(module) is None]


def advice(what: str, extra: str, *modules: Any):
    """The line that says what to install; empty where everything is.

    Args:
        what: String, what needs it, such as `"kerae.analysis.report"`.
        extra: String, the extra of kerae that installs it, or several with commas.
        *modules: Strings, the modules that are imported.
    """
    packages = lacking(modules)
    if not packages:
        return ""
    return (
        f"{what} needs {', '.join(packages)}. Install {'them' if packages[1:] else 'it'} with: "
        f"pip install 'kerae[{extra}]'"
    )


def require(what: str, extra: str, *modules: Any) -> None:
    """Raises a `ModuleNotFoundError` of one line, that of `advice`, if a module is missing."""
    line = advice(what, extra, *modules)
    if line:
        raise ModuleNotFoundError(line)
