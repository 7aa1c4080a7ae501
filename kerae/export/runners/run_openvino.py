"""Runs an OpenVINO model on the CPU."""

import openvino
from answering import answer


def open_openvino(path):
    # Without the hint the CPU may compute in bfloat16.
    compiled = openvino.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(_, inputs):
        return {output.any_name: array for output, array in compiled(inputs).items()}

    return run


if __name__ == "__main__":
    answer(open_openvino)
