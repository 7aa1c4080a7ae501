"""Functions of tensors on PyTorch as graphs of their kernels, without the Python around them."""

import torch
from torch.fx.experimental.proxy_tensor import make_fx

CALLS_BEFORE = 2  # of a graph before a GPU records it, in which libraries set themselves up


def kernel_graph(function, fixed, given, mode):
    """Captures the kernels that a function of tensors runs, backward passes included.

    Args:
        function: Takes the tensors `fixed`, then those of `given`; may change them in place.
        fixed: List of tensors, which stay where they are in memory.
        given: List of tensors, in place of which there are others of the same shapes at each call.
        mode: `"fake"`, in which nothing can look at values, or `"real"`, in which it can at those
            of constants, as Keras' `split` does. `numpy()` is noticed in the first alone.
    Returns:
        Function of `given` that runs these kernels, and gives what `function` gives. On a GPU all
        are started at once, and the results are overwritten at the next call. `None` where they
        cannot be captured: where Python looks at values, or draws by another generator than
        PyTorch's own.
    """
    tensors = [tensor.clone() for tensor in (*fixed, *given)]  # which the capture may change
    try:
        # Layers with noise of their own, such as dropout, draw it from PyTorch's generator.
        with torch.random.fork_rng(), torch.enable_grad():
            make = make_fx(function, tracing_mode=mode, _allow_non_fake_inputs=True)
            graph = make(*tensors)
    except (NotImplementedError, RuntimeError):
        return None
    detach = torch.ops.aten.detach.default
    for node in graph.graph.find_nodes(op="call_function", target=detach):
        node.replace_all_uses_with(node.args[0])  # autograd is done
        graph.graph.erase_node(node)
    graph.recompile()
    device = tensors[0].device
    graph.to(device)  # its constants

    def run(*given):
        return graph(*fixed, *given)

    return run if device.type == "cpu" else Recorded(run)


class Recorded:
    """A function of tensors of the same shapes, whose kernels a GPU starts without the CPU.

    The tensors that it is recorded with become the place of those that come later. What one such
    function gives, which stays where it is, another can take without a copy.

    Args:
        function: Runs kernels, always the same ones. Where the CPU waits for one, they are
            started from there.
    """

    def __init__(self, function):
        self._function = function
        self._calls = 0
        self._graph = None

    def __call__(self, *given):
        self._calls += 1
        if self._calls == CALLS_BEFORE + 1:
            self._record(given)
        if self._graph is None:
            return self._function(*given)
        pairs = zip(self._given, given, strict=True)
        if others := [(own, new) for own, new in pairs if own is not new]:
            places, values = map(list, zip(*others, strict=True))
            torch._foreach_copy_(places, values)  # pyright: ignore[reportPrivateImportUsage]
        self._graph.replay()
        return self._results

    def _record(self, given):
        self._given = [tensor.contiguous() for tensor in given]
        graph, before = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        try:
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self._results = self._function(*self._given)
            self._graph = graph
        except RuntimeError:  # of kernels that the CPU waits for
            torch.cuda.set_stream(before)
