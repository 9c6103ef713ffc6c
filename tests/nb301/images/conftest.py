"""Small image sets in the files of the real ones."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from nb301.files import sha256
from nb301.images import cifar10


def _idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">i4").tobytes() + values.tobytes()


@pytest.fixture
def fashion_mnist(tmp_path: Path) -> Path:
    """A folder with a Fashion-MNIST of 50 and 50 images."""
    rng = np.random.default_rng(0)
    for part in ("train", "t10k"):
        for name, shape in (("images-idx3", (50, 28, 28)), ("labels-idx1", (50,))):
            values = rng.integers(10, size=shape, dtype=np.uint8)
            (tmp_path / f"{part}-{name}-ubyte").write_bytes(_idx(values))
    return tmp_path


@pytest.fixture
def write_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes an archive with four images in each batch into `tmp_path`, and returns their records."""

    def write(names: list[str]) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(0)
        records = {name: rng.integers(10, size=(4, 3073), dtype=np.uint8) for name in names}
        path = tmp_path / cifar10.ARCHIVE
        with tarfile.open(path, "w:gz") as archive:
            for name, batch in records.items():
                member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                member.size = batch.size
                archive.addfile(member, io.BytesIO(batch.tobytes()))
        monkeypatch.setattr(cifar10, "SHA256", sha256(path.read_bytes()))
        return records

    return write
