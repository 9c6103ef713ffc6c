"""Threads are limited for a while, and the caller's again after."""

from threadpoolctl import threadpool_info

from nb301.threads import one_blas_thread


def _threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_matrix_products_use_one_thread_for_a_while():
    """Within the block every library of matrix products has one thread; after it, as many as before."""
    with one_blas_thread():
        pass  # loads what it limits
    before = _threads()

    with one_blas_thread():
        assert set(_threads()) == {1}

    assert _threads() == before
