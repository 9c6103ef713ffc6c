"""Checkpoints of a training: tensors as safetensors, all else as JSON, written whole and hashed.

A checkpoint is a folder with `state.safetensors` and `checkpoint.json`, which has the hash of the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from nb301.errors import HashMismatch, TrainingError, one_line, shown
from nb301.files import folder_written_whole, settle, sha256
from nb301.parsing import parse_object, read_bytes

_TENSORS, _REST, _FORMAT = "state.safetensors", "checkpoint.json", 1
_MOST_BYTES = 2**32


class Checkpoint(NamedTuple):
    """What a training goes on from."""

    #: Weights, batch norm's statistics, momentum.
    tensors: Mapping[str, Tensor]
    #: What can be said in JSON: epochs that are done, generators' states, learning curves, seconds.
    progress: Mapping[str, Any]


def write_checkpoint(folder: Path, about: Mapping[str, Any], checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        folder: The checkpoint's own; replaced if it exists.
        about: Identifies the training, in JSON; only that one goes on from it.
        checkpoint: What to keep.
    """
    tensors = save({name: tensor.contiguous() for name, tensor in checkpoint.tensors.items()})
    rest = {
        "format": _FORMAT,
        "about": about,
        "sha256": sha256(tensors),
        "progress": checkpoint.progress,
    }
    with folder_written_whole(folder, _contents) as temporary:
        (temporary / _TENSORS).write_bytes(tensors)
        (temporary / _REST).write_text(json.dumps(rest), encoding="utf-8")


def _contents(_: Path) -> tuple[str, ...]:
    return _TENSORS, _REST


def read_checkpoint(folder: Path, about: Mapping[str, Any]) -> Checkpoint | None:
    """Read the checkpoint of a training; None where there is none.

    Raises:
        TrainingError: It is not whole, of a newer format, or that of another training.
        HashMismatch: Its tensors are not those that were written.
    """
    settle(folder)
    if not folder.exists():
        return None
    try:
        rest = parse_object(read_bytes(folder / _REST, _MOST_BYTES))
        tensors = read_bytes(folder / _TENSORS, _MOST_BYTES)
        file_format, about_file = rest["format"], rest["about"]
        digest, progress = rest["sha256"], rest["progress"]
        about_file, progress = dict(about_file), dict(progress)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{folder}: not a whole checkpoint ({one_line(str(error))}): delete it to start anew"
        ) from None
    if file_format != _FORMAT:
        raise TrainingError(
            f"{folder}: checkpoint format {shown(file_format)}, expected {_FORMAT}: upgrade nb301"
        )
    if sha256(tensors) != digest:
        raise HashMismatch(f"{folder / _TENSORS}: SHA-256 is {sha256(tensors)}, expected {digest}")
    as_written = json.loads(json.dumps(about))
    if about_file != as_written:
        keys = {*about_file, *as_written}
        differing = sorted(key for key in keys if about_file.get(key) != as_written.get(key))
        raise TrainingError(
            f"{folder}: checkpoint of another training, which differs in {one_line(', '.join(differing))}: "
            "choose another folder, or delete it"
        )
    try:
        return Checkpoint(load(tensors), progress)
    except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise TrainingError(
            f"{folder / _TENSORS}: not tensors ({one_line(str(error))}): delete the folder to start anew"
        ) from None
