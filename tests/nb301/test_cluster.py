"""Clusters: what is no scheduler is told at once."""

from __future__ import annotations

import sys

import pytest

from nb301.cluster import cluster
from nb301.errors import ClusterError, MissingExtra


@pytest.mark.parametrize("scheduler", ["nonsense://x", ""])
def test_names_what_is_no_address(scheduler):
    """The error has the address and says what would be one."""
    with (
        pytest.raises(
            ClusterError, match=r"no scheduler answers .* such as tcp://10\.0\.0\.1:8786"
        ) as caught,
        cluster(scheduler),
    ):
        pass
    assert str(caught.value).startswith(repr(scheduler))


def test_says_which_extra_brings_it(monkeypatch):
    """Without dask.distributed the error says how to get it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"nb301\[cluster\]"), cluster("tcp://127.0.0.1:1"):
        pass
