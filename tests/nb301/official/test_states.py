"""State dicts: torch's two formats as arrays, and what does not lie in its storage."""

from __future__ import annotations

import io
import math
import struct
import zipfile

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official import states
from tests.official_files import shared
from tests.pickling import Call, Named, Outside, pickled
from tests.torch_files import ENTRIES, STORAGES, state, state_arrays, torch_legacy, torch_zip


@pytest.mark.parametrize(
    "data", [torch_legacy(), torch_zip(), torch_zip(compression=8)], ids=["legacy", "zip", "deflated"]
)
def test_reads_both_formats(data):
    """Names, types, shapes and numbers, whatever the storage has before, between and behind them."""
    expected = state_arrays()
    found = states.read(data)
    assert [*found] == [*expected]
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


@pytest.mark.parametrize("zipped", [False, True], ids=["legacy", "zip"])
def test_reads_what_torch_writes(zipped):
    """A network's own state dict, with a weight that two names share and one that is transposed."""
    torch = pytest.importorskip("torch")
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    weight = network[0].weight.detach()
    written = {**network.state_dict(), "turned": weight.t(), "shared": weight}
    file = io.BytesIO()
    torch.save(written, file, _use_new_zipfile_serialization=zipped)
    found = states.read(file.getvalue())
    assert [*found] == [*written]
    for name, tensor in written.items():
        np.testing.assert_array_equal(found[name], tensor.detach().numpy(), strict=True)


@pytest.mark.parametrize("number", range(3))
def test_reads_the_official_gin(number):
    """233 entries over 231 storages, which hold 39,681 weights and the statistics of 42 layers (F38)."""
    [path] = shared("torch-1.5.0", "nb_models", "gnn_gin_v1.0", str(number)).rglob("surrogate_model.model")
    arrays = states.read(path.read_bytes())
    names = {"float32": [], "int64": []}
    for name, array in arrays.items():
        names[array.dtype.name].append(name)
    weights = [name for name in names["float32"] if "running_" not in name]
    twice = {name for name in weights if name.startswith("gnn_node.node_encoder.")}
    assert (len(arrays), len(names["int64"])) == (233, 30)
    assert all(name.endswith("num_batches_tracked") and arrays[name].shape == () for name in names["int64"])
    assert sum(arrays[name].size for name in weights if name not in twice) == 39_681
    assert len(twice) == 2
    for name in twice:
        np.testing.assert_array_equal(arrays[name], arrays[name.removeprefix("gnn_node.")])
    assert arrays["node_encoder.type_encoder.weight"].shape == (4, 24)
    assert arrays["node_encoder.attribute_encoder.weight"].shape == (8, 24)
    assert arrays["graph_pred_linear.weight"].shape == (1, 24)


def entry(first=0, shape=(3,), strides=(1,), key="7000"):
    """A state dict with one entry that is wrong."""
    return torch_legacy(state({**ENTRIES, "wrong": (key, first, shape, strides)}))


def tensor(storage, *more):
    """A state dict of one tensor of any storage."""
    rest = more or (0, (1,), (1,))
    return torch_legacy(
        Call("collections OrderedDict", (), {"w": Call("torch._utils _rebuild_tensor_v2", (storage, *rest))})
    )


FLOATS = Named("torch FloatStorage")
HUGE = {"h": np.zeros(0, "<f4")}
HOSTILE = {
    "behind the storage": (entry(1), r"'wrong': shape \(3,\) from element 1, behind its storage of 3"),
    "far behind": (entry(2**39), "'wrong': shape"),
    "before the storage": (entry(-1), "'wrong': shape .* from element -1"),
    "a negative size": (entry(0, (-3,)), "'wrong': shape"),
    "no element": (entry(0, (0,)), "'wrong': shape"),
    "a negative stride": (entry(2, (3,), (-1,)), "'wrong': shape"),
    "a huge shape": (entry(0, (2**39, 2**39, 2**39), (0, 0, 0)), "'wrong': shape"),
    "a stride of nothing": (entry(0, (2**20,), (0,)), "'wrong': shape"),
    "more strides": (entry(0, (3,), (1, 1)), "'wrong': shape .* with strides"),
    "many axes": (entry(0, (1,) * 5, (1,) * 5), "'wrong': shape"),
    "a shape of text": (entry(0, ("3",)), "'wrong': shape"),
    "a shape that is none": (entry(0, 3, 1), "'wrong': shape 3"),
    "a storage of another kind": (
        tensor(Outside(("storage", Named("numpy dtype"), "7000", "cpu", 3, None))),
        "'w': no tensor of floats or integers",
    ),
    "a storage of a negative size": (
        tensor(Outside(("storage", FLOATS, "7000", "cpu", -3, None))),
        "'w': no tensor",
    ),
    "a view of a storage": (tensor(Outside(("storage", FLOATS, "7000", "cpu", 3, (1,)))), "'w': no tensor"),
    "a module": (tensor(Outside(("module", FLOATS, "7000", "cpu", 3))), "'w': no tensor"),
    "a tensor without a shape": (
        tensor(Outside(("storage", FLOATS, "7000", "cpu", 3, None)), 0),
        "'w': no tensor",
    ),
    "a number": (torch_legacy({"w": 1}), "'w': no tensor"),
    "no entries": (torch_legacy({}), "not one of 1..10,000 tensors"),
    "a list": (torch_legacy([1]), "not one of 1..10,000 tensors"),
    "storages of terabytes": (
        tensor(Outside(("storage", FLOATS, "7000", "cpu", 2**39, None))),
        "storages of more than",
    ),
    "a storage of two sizes": (
        torch_legacy(
            Call(
                "collections OrderedDict",
                (),
                {
                    **state().entries,
                    "w": Call(
                        "torch._utils _rebuild_tensor_v2",
                        (Outside(("storage", FLOATS, "7000", "cpu", 2, None)), 0, (1,), (1,)),
                    ),
                },
            )
        ),
        "'w': its storage is of another kind or size elsewhere",
    ),
    "another magic number": (torch_legacy(magic=7), "magic number 7 of version 1001, not torch's"),
    "another byte order": (torch_legacy(little=False), "not little-endian"),
    "keys of others": (torch_legacy(keys=["7000", "7001", "7003"]), "list of storages has others"),
    "a key twice": (torch_legacy(keys=["7000", "7001", "7001"]), "list of storages has others"),
    "keys that are none": (torch_legacy(keys=[[], [], []]), "its list of storages is"),
    "no keys": (torch_legacy(keys=7), "its list of storages is 7, expected 3 keys"),
    "a storage of another count": (
        torch_legacy()[:-20] + struct.pack("<q", 2**60) + bytes(12),
        "storage '700[12]'",
    ),
    "bytes left over": (torch_legacy() + b"x", "1 bytes are left over"),
    "numbers that are not finite": (
        torch_legacy(storages={**STORAGES, "7000": np.array([0, np.nan, 1], "<f4")}),
        "'bias': numbers that are not finite",
    ),
    "a ZIP file without data.pkl": (torch_zip(left_out=["data.pkl"]), "without one data.pkl"),
    "a ZIP file without a storage": (
        torch_zip(left_out=["data/7002"]),
        "storage '7002' is not in the ZIP file",
    ),
    "a ZIP file of another byte order": (torch_zip(order=b"big"), "not little-endian"),
    "a ZIP file with a longer pickle": (torch_zip(Call("os system", ("true",))), "names 'os system'"),
    "a ZIP file with a path that leads out": (
        torch_zip(state({"w": ("../x", 0, (3,), (1,))}, {"../x": STORAGES["7000"]}, zipped=True)),
        "storage '../x' is not in the ZIP file",
    ),
    "no ZIP file": (b"PK\x03\x04" + bytes(40), "no ZIP file"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_refuses(kind):
    """What is no state dict, or lies elsewhere than in its storage, is refused with its name, in one line."""
    data, words = HOSTILE[kind]
    with pytest.raises(ReleaseError, match=words) as caught:
        states.read(data)
    assert str(caught.value).isprintable()


def test_shares_no_memory_many_times():
    """Entries of one storage are bounded together: a bomb of 10,000 names for one storage."""
    storages = {"7": np.zeros(2**20, "<f4")}
    entries = {}
    for number in range(100):
        entries[f"w{number}"] = ("7", 0, (2**20,), (1,))
    with pytest.raises(ReleaseError, match="arrays of together more than 268,435,456 bytes"):
        states.read(torch_legacy(state(entries, storages), storages=storages))


@pytest.mark.parametrize("make", [torch_legacy, torch_zip])
def test_cut_anywhere_is_refused(make):
    """A file that ends early is refused, wherever."""
    data = make()
    for end in range(0, len(data), 7):
        with pytest.raises(ReleaseError):
            states.read(data[:end])


def test_deflated_bombs_are_refused():
    """A storage of zeros that is packed a thousandfold is refused before it is unpacked."""
    file = io.BytesIO()
    storages = {"7": np.zeros(2**22, "<f4")}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "archive/data.pkl", pickled(state({"w": ("7", 0, (1,), (1,))}, storages, zipped=True), 2)
        )
        archive.writestr("archive/data/7", storages["7"].tobytes())
    assert len(file.getvalue()) < math.prod((2**22, 4)) // 100
    with pytest.raises(ReleaseError, match="that unpack to"):
        states.read(file.getvalue())
