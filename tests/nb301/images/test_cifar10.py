"""CIFAR-10: what is read of the archive, and which archives are refused."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import DataMissing, HashMismatch
from nb301.images.cifar10 import ARCHIVE, read_cifar10
from nb301.images.loading import load_data

BATCHES = [f"data_batch_{k}.bin" for k in range(1, 6)] + ["test_batch.bin"]


def test_cifar10_is_read_from_its_binary_archive(tmp_path, write_cifar10):
    """Labels and colours of the five batches in their order; the fifth validates, as 40k/10k/10k."""
    records = write_cifar10(BATCHES)
    data = load_data("cifar10", tmp_path)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [16, 4, 4]
    last = records["data_batch_5.bin"]
    np.testing.assert_array_equal(data.validation.labels, last[:, 0])
    np.testing.assert_array_equal(data.validation.pixels[:, 0, 0], last[:, 1:33])
    np.testing.assert_array_equal(data.test.pixels[:, 2, 31], records["test_batch.bin"][:, -32:])


def test_a_changed_archive_is_refused(tmp_path, write_cifar10, monkeypatch):
    """An archive with another hash is refused, and so is one that lacks a file."""
    write_cifar10(["data_batch_1.bin"])
    with pytest.raises(DataMissing, match=r"'data_batch_2\.bin' is missing"):
        read_cifar10(tmp_path)
    monkeypatch.undo()
    with pytest.raises(HashMismatch, match=r"SHA-256 is .* expected c4a38c50"):
        read_cifar10(tmp_path)


def test_a_missing_archive_is_told_with_its_address(tmp_path):
    """Where no folder was named, and where the folder holds no archive."""
    with pytest.raises(DataMissing, match=r"since none was named: download it from https://www\.cs"):
        read_cifar10(None)
    with pytest.raises(DataMissing, match=rf"no {ARCHIVE} in {tmp_path}: download it"):
        read_cifar10(tmp_path)
