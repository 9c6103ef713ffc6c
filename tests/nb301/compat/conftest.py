"""What tests of the drop-in share: clients' genotypes, and nothing left behind."""

from __future__ import annotations

import sys
from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nb301
from nb301.compat.nasbench301 import stand_ins
from nb301.official import drop_in

#: As clients define it themselves.
ClientGenotype = namedtuple("ClientGenotype", "normal normal_concat reduce reduce_concat")  # noqa: PYI024


@pytest.fixture(autouse=True)
def leaves_nothing(monkeypatch: pytest.MonkeyPatch):
    """Numpy's global generator, `sys.modules` and the environment are afterwards what they were."""
    monkeypatch.delenv(stand_ins.VARIABLE, raising=False)
    state = np.random.get_state()  # noqa: NPY002
    path = [*sys.path]
    yield
    sys.path[:] = path
    np.random.set_state(state)  # noqa: NPY002
    for name in [*sys.modules]:
        if name.partition(".")[0] == "nasbench301":
            del sys.modules[name]


@pytest.fixture
def darts_genotype() -> Any:
    """The genotype of the official example, DARTS' second order, in a client's own namedtuple (F41)."""
    sep, skip, pool = "sep_conv_3x3", "skip_connect", "max_pool_3x3"
    normal = [(sep, 0), (sep, 1), (sep, 0), (sep, 1), (sep, 1), (skip, 0), (skip, 0), ("dil_conv_3x3", 2)]
    reduce = [(pool, 0), (pool, 1), (skip, 2), (pool, 1), (pool, 0), (skip, 2), (skip, 2), (pool, 1)]
    return ClientGenotype(normal, [2, 3, 4, 5], reduce, [2, 3, 4, 5])


@pytest.fixture
def evaluation(darts_genotype: Any) -> nb301.Evaluation:
    """What nb301 itself says of that genotype by the release that clients are given here."""
    return nb301.load("cifar10-xgb-rand-v1.0").query(darts_genotype)


@pytest.fixture
def importing(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """In place of `nb301.official.drop_in`: what it was asked, and an embedded release for every model."""
    release = nb301.load("cifar10-xgb-rand-v1.0").release

    def imported(folder: Any) -> Any:
        asked.append(folder)
        return drop_in.ImportedModels(release, "runtime" in folder.name, 7)

    def fetched(version: str, *, delete_archive: bool) -> dict[str, str]:
        asked.append((version, delete_archive))
        return stand_ins.of_release(release.name, version)

    asked: list[Any] = []
    stub = SimpleNamespace(asked=asked, imported=imported, fetched=fetched)
    monkeypatch.setattr(drop_in, "imported", imported)
    monkeypatch.setattr(drop_in, "fetched", fetched)
    return stub
