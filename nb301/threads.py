"""One thread, on which sums are the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nb301.extras import require


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread."""
    require("torch", "torch")
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let the matrix products of numpy and scipy use one thread."""
    for module in ("scipy.linalg", "threadpoolctl"):  # scipy's own library can be limited once it is loaded
        require(module, "tables")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
