from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """What Prometheus reads: requests, their latency, the sizes of runs, and what is loaded.

    Labels are names of what is served; a name that a client made up is counted under an empty one,
    so that nobody can fill the memory with them.
    """

    def __init__(self):
        registry = self._registry = CollectorRegistry()
        signature = ("model", "version", "signature")
        self._requests = Counter(
            "kerae_requests", "Prediction requests.", (*signature, "code"), registry=registry
        )
        self._seconds = Histogram(
            "kerae_request_duration_seconds",
            "Time from the first byte of a prediction request to its answer.",
            signature,
            registry=registry,
            buckets=SECONDS,
        )
        self._rows = Counter("kerae_rows", "Examples answered.", signature, registry=registry)
        self._batches = Histogram(
            "kerae_batch_rows", "Examples in a run.", signature, registry=registry, buckets=ROWS
        )
        self._loaded = Gauge(
            "kerae_loaded_versions", "Versions that answer.", ("model",), registry=registry
        )
        self._waiting = Gauge(
            "kerae_waiting_requests", "Requests read and not yet answered.", registry=registry
        )
        self._held = Gauge(
            "kerae_waiting_bytes", "Bodies that are read or wait.", registry=registry
        )

    def answered(self, model, version, signature, code, seconds):
        """Counts a request; what of it is unknown is an empty string."""
        self._requests.labels(model, version, signature, code).inc()
        self._seconds.labels(model, version, signature).observe(seconds)

    def ran(self, model, version, signature, rows):
        """Counts a run of a signature."""
        self._rows.labels(model, version, signature).inc(rows)
        self._batches.labels(model, version, signature).observe(rows)

    def text(self, loaded, waiting, held):
        """The page in Prometheus' format: versions loaded by model, who waits, and their bytes."""
        self._loaded.clear()
        for model, versions in loaded.items():
            self._loaded.labels(model).set(len(versions))
        self._waiting.set(waiting)
        self._held.set(held)
        return generate_latest(self._registry)
