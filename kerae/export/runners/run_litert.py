"""Runs a LiteRT file with LiteRT's interpreter, without TensorFlow's operations."""

from ai_edge_litert.interpreter import Interpreter
from answering import answer


def open_litert(path):
    interpreter = Interpreter(str(path))

    def run(name, inputs):
        return interpreter.get_signature_runner(name)(**inputs)

    return run


if __name__ == "__main__":
    answer(open_litert)
