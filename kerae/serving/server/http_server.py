import asyncio
import copy
import gc
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from .batcher import Batcher
from .connection import Connection
from .metrics import Metrics
from .other_process import OtherProcess
from .rest_api import RestAPI
from .servables import Servables
from .version import Version

logger = logging.getLogger("kerae.serving")

IDLE = 75  # seconds that a connection is kept for the next request
LAST_ANSWERS = 60  # seconds for clients to take what is finished when the server is told to stop


class HTTPServer(uvicorn.Server):
    """Serves the SavedModels of a folder.

    Args:
        folder: A folder of models, or one model.
        max_batch_size: Integer; the most rows of a merged run. 1 merges nothing.
        batch_timeout: Seconds to wait for more rows.
        bodies: The `Bodies` that are read.
        host_names: The `HostNames` that it answers to.
        max_waiting: Integer; the most requests that wait for an answer.
        max_connections: Integer; the most at once.
        silence: Seconds that a client may keep the server waiting.
        refresh_seconds: How often to look for versions that came or went.
        ready: Function that is called when it answers, with what `Servables.loaded` gives.
    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it has no model that can be served.
    """

    def __init__(
        self,
        folder,
        max_batch_size,
        batch_timeout,
        bodies,
        host_names,
        max_waiting,
        max_connections,
        silence,
        refresh_seconds=1.0,
        ready=lambda loaded: None,
    ):
        self._max_batch_size = max_batch_size
        self._batch_timeout = batch_timeout
        self._refresh_seconds = refresh_seconds
        self._ready = ready
        self._threads = ThreadPoolExecutor(os.cpu_count(), "kerae-serving")
        self._other_process = OtherProcess()
        self._metrics = Metrics()
        self._servables = Servables(folder, self._load)
        self._refresh()
        if not self._servables.loaded:
            received = "; ".join(self._servables.errors) or "none"
            raise ValueError(
                "Expected SavedModels in folders of the form MODEL/NUMBER, such as vae/1, in "
                f"{folder}. Received: {received}. Write one by `kerae export`."
            )
        self._api = RestAPI(
            self._servables,
            self._metrics,
            host_names,
            bodies,
            self._other_process,
            max_waiting,
            self._lifespan,
        )
        super().__init__(
            uvicorn.Config(
                self._api.app,
                http=partial(Connection, silence, max(silence, IDLE), max_connections),  # pyright: ignore[reportArgumentType]
                lifespan="on",
                ws="none",
                access_log=False,
                log_level="warning",
                log_config=_log_config(),
                server_header=False,
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=LAST_ANSWERS,
            )
        )

    def _load(self, name, number, path):
        return Version(path, partial(self._batcher, name, str(number)))

    def _batcher(self, name, number, signature, by_example, run):
        return Batcher(
            run,
            self._threads,
            self._max_batch_size if by_example else 1,
            self._batch_timeout,
            partial(self._metrics.ran, name, number, signature),
        )

    def _refresh(self):
        if self._servables.refresh():
            # TensorFlow's objects are so many that to look through them for garbage, which each
            # request of many lists leads to, takes longer than all else. It is done here alone.
            gc.unfreeze()
            gc.collect()
            gc.freeze()

    @asynccontextmanager
    async def _lifespan(self, app):
        refreshing = asyncio.create_task(self._keep_up())
        self._ready(self._servables.loaded)
        yield
        refreshing.cancel()
        with suppress(asyncio.CancelledError):
            await refreshing
        self._threads.shutdown()
        self._other_process.close()
        gc.unfreeze()

    async def _keep_up(self):
        last_error = None
        while True:
            await asyncio.sleep(self._refresh_seconds)
            try:
                await asyncio.to_thread(self._refresh)
                last_error = None
            except OSError as error:
                if str(error) != last_error:
                    last_error = str(error)
                    logger.error("Could not look for versions; those loaded go on. %s", last_error)

    async def shutdown(self, sockets=None):
        self._api.stop()
        await super().shutdown(sockets)


def _log_config():
    """uvicorn's, with what the server itself has to tell."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["loggers"][logger.name] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return config
