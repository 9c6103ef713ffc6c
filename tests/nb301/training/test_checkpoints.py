"""Checkpoints: read back as they were written, and refused where they are another's or broken."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from nb301.errors import HashMismatch, TrainingError
from nb301.files import sha256
from nb301.space import sample_many
from nb301.threads import one_thread
from nb301.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from nb301.training.trainer import train

GENOTYPES = sample_many(np.random.default_rng(2), 1)
ABOUT = {"seeds": [1], "data": "bright"}
CHECKPOINT = Checkpoint({"weight": torch.arange(6.0).view(2, 3).T}, {"curves": [[1.5, 2.0]], "seconds": 3.5})


@pytest.fixture
def _one_thread():
    with one_thread():
        yield


def test_what_is_written_is_read_back(tmp_path):
    """Tensors and progress are equal bit by bit; a later checkpoint replaces an earlier one."""
    folder = tmp_path / "checkpoint"
    write_checkpoint(folder, ABOUT, CHECKPOINT._replace(progress={}))
    write_checkpoint(folder, ABOUT, CHECKPOINT)
    tensors, progress = read_checkpoint(folder, ABOUT)
    assert torch.equal(tensors["weight"], CHECKPOINT.tensors["weight"])
    assert progress == CHECKPOINT.progress
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_where_none_is_there_is_none(tmp_path):
    """A training that has not begun has no checkpoint."""
    assert read_checkpoint(tmp_path / "checkpoint", ABOUT) is None


def test_files_that_hold_no_tensors_are_refused(tmp_path):
    """Even where their hash is right."""
    folder = tmp_path / "checkpoint"
    write_checkpoint(folder, ABOUT, CHECKPOINT)
    (folder / "state.safetensors").write_bytes(b"nonsense")
    rest = json.loads((folder / "checkpoint.json").read_text())
    (folder / "checkpoint.json").write_text(json.dumps({**rest, "sha256": sha256(b"nonsense")}))
    with pytest.raises(TrainingError, match=r"state\.safetensors: not tensors"):
        read_checkpoint(folder, ABOUT)


@pytest.mark.usefixtures("_one_thread")
def test_checkpoints_of_others_and_broken_ones_are_refused(tiny_data, everything, tmp_path):
    """Another training's checkpoint, a changed one and half of one are refused by name."""
    folder = tmp_path / "checkpoint"
    short = replace(everything, epochs=1)
    train(GENOTYPES[0], 1, tiny_data, short, checkpoints=folder)
    with pytest.raises(TrainingError, match="differs in protocol, seeds"):
        train(GENOTYPES[0], 2, tiny_data, replace(short, batch=16), checkpoints=folder)
    path = folder / "state.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(HashMismatch, match=r"state\.safetensors: SHA-256 is"):
        train(GENOTYPES[0], 1, tiny_data, short, checkpoints=folder)
    path.unlink()
    with pytest.raises(TrainingError, match="not a whole checkpoint"):
        train(GENOTYPES[0], 1, tiny_data, short, checkpoints=folder)
    rest = folder / "checkpoint.json"
    path.write_bytes(data)
    rest.write_text(json.dumps({**json.loads(rest.read_text()), "format": 2}))
    with pytest.raises(TrainingError, match="checkpoint format 2, expected 1"):
        train(GENOTYPES[0], 1, tiny_data, short, checkpoints=folder)
