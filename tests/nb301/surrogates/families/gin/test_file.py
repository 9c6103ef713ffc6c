"""Files of GINs: what is broken is refused, and says why."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
import safetensors.numpy

from nb301.errors import ReleaseError
from nb301.surrogates.families.gin import file, numpy_net


def changed(data, **about):
    """The member's file with other metadata."""
    config, tensors, _ = file.read_member(data)
    entry = {"format": 2, "hyperparameters": asdict(config)} | about
    return safetensors.numpy.save(tensors, {"gin": json.dumps(entry)})


def test_refuses_broken_files(files):
    """A file that is cut off, of another kind, too new, or of wrong shapes says what is wrong."""
    config, tensors, _ = file.read_member(files[0])
    small = {name: tensor for name, tensor in tensors.items() if name != "layer.eps"}
    broken = {
        "no whole safetensors file": [b"", b"{}", files[0][:-1], files[0][:100], bytes(200)],
        "no metadata 'gin'": [safetensors.numpy.save(tensors), changed(files[0], hyperparameters=3)],
        "format 3, not 2: upgrade nb301": [changed(files[0], format=3)],
        "format 1, not 2: freeze the release anew": [changed(files[0], format=1)],
        "tensor type holds numbers that are not finite": [
            file.write_member(config, tensors | {"type": np.full_like(tensors["type"], value)})
            for value in (np.nan, np.inf)
        ],
        "edges 'others', expected one of: own, official": [changed(files[0], edges="others")],
        "edges \\[\\], expected": [changed(files[0], edges=[])],
        "num_layers is 0": [changed(files[0], hyperparameters={"num_layers": 0})],
        "tensor 'degree' is": [file.write_member(file.Config(), tensors)],
        "tensor 'layer.eps' is None": [file.write_member(config, small)],
        "float64": [file.write_member(config, {k: v.astype(np.float64) for k, v in tensors.items()})],
    }
    for message, examples in broken.items():
        for data in examples:
            with pytest.raises(ReleaseError, match=f"member 1: .*{message}"):
                numpy_net.GINSurrogate([files[0], data])


def test_edges_are_kept(files):
    """A file says which edges its ops are on, where these are not our own; older files say nothing."""
    config, tensors, edges = file.read_member(files[0])
    assert edges is file.Edges.own
    assert b'"edges"' not in files[0][:1000]
    other = file.read_member(file.write_member(config, tensors, file.Edges.official))
    assert (other.config, other.edges) == (config, file.Edges.official)
    assert file.write_member(config, tensors) == files[0]
