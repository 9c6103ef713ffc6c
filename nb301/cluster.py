"""A dask.distributed cluster as an executor; it runs the tasks of a worker that died again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from nb301.errors import ClusterError
from nb301.extras import require


@contextmanager
def cluster(scheduler: str) -> Iterator[Executor]:
    """Connect to a scheduler.

    Args:
        scheduler: Its address, such as `tcp://10.0.0.1:8786`.

    Yields:
        An executor; the connection is closed when the block ends.

    Raises:
        ClusterError: No scheduler answers there, or it is no address.
        MissingExtra: dask.distributed is not installed.
    """
    require("distributed", "cluster")
    from distributed import Client

    try:
        client = Client(scheduler)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"{scheduler!r}: no scheduler answers ({error}): expected an address, such as "
            "tcp://10.0.0.1:8786, of a running `dask scheduler`"
        ) from error
    with client:
        yield client.get_executor(pure=False)
