"""Members of every form, whole, cut and damaged: each is read, or ends in one line with its path."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official.boosters import BoostedMember
from nb301.official.reading import read_member
from tests.official_files import Model, binary, damaged, every_form, handle, with_config
from tests.pickling import Call, lightgbm_pickle, pickled, xgboost_pickle
from tests.torch_files import STORAGES, state, torch_legacy

FORMS = every_form()
PATH = "nb_models/xgb_v1.0/0/xgb/20201000-6/surrogate_model.model"


def told(data):
    """What is said of a file that is refused; empty where it is read."""
    try:
        read_member(PATH, data)
    except ReleaseError as error:
        said = str(error)
        assert said.startswith(f"'{PATH}': ")
        assert said.isprintable()
        assert len(said) < 600
        return said
    return ""


@pytest.mark.parametrize("form", FORMS)
def test_tells_forms_apart(form):
    """Trees or arrays, by the first bytes."""
    member = read_member(PATH, FORMS[form])
    assert isinstance(member, dict if form.startswith("torch") else BoostedMember)


@pytest.mark.parametrize("form", FORMS)
def test_cut_anywhere_is_refused(form):
    """A file that ends early is refused with its path, wherever it ends."""
    data = FORMS[form]
    for end in np.linspace(0, len(data) - 1, 60).astype(int):
        assert told(data[:end])


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_are_read_or_refused(form):
    """Changed bytes either do not matter, or change numbers, or are refused with the path and a reason."""
    for seed in range(40):
        told(damaged(FORMS[form], zlib.crc32(form.encode()) + seed))


def test_refuses_what_is_neither():
    """Files of other kinds are refused."""
    for data in (b"", b"\x00" * 100, b"text", b"\x80", FORMS["torch-zip"][:4], b"{}"):
        assert told(data)


def test_memory_is_a_small_multiple_of_the_file():
    """A member of 100,000 nodes takes a few times its size to be read, and lies do not change that."""
    leaf = (-1, -1, 0, 1.0, False)
    model = Model((((1, 2, 12, 0.5, False), leaf, leaf),) * 4000)
    for data in (
        xgboost_pickle(handle(model, "config-binf")),
        xgboost_pickle(with_config(binary(model, trees=10**6))),
    ):
        tracemalloc.start()
        told(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 * len(data)


LEAF = (-1, -1, 0, 1.0, False)


def bomb():
    """A ZIP file of zeros."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2**24))
    return file.getvalue()


def trees(root):
    """XGBoost's pickle of one tree with a root that is wrong."""
    return xgboost_pickle(handle(Model(((root, LEAF, LEAF),)), "config-binf"))


BODY = binary(Model(((LEAF,),)))
HOSTILE = {
    "a command": (
        pickled(Call("os system", ("true",))),
        "byte 2: names 'os system', which no official member has",
    ),
    "an unknown opcode": (b"\x80\x03\xfe.", "opcode b'.xfe' unknown"),
    "an opcode that none has": (b"\x80\x031.", "byte 2: opcode POP_MARK is not one"),
    "a huge text": (b"\x80\x03X\xff\xff\xff\xff.", "cut short or garbled"),
    "a list in itself": (b"\x80\x03]q\x00h\x00a.", "values that hold themselves"),
    "deep nesting": (b"\x80\x03" + b"]" * 999 + b"a" * 998 + b".", "nested deeper than 32"),
    "no model": (pickled([1, 2]), "a pickle of list, expected a Booster"),
    "a body behind the end": (xgboost_pickle(with_config(BODY, 2**40)), "a body of 1,099,511,627,776 bytes"),
    "a negative body": (xgboost_pickle(with_config(BODY, -(2**40))), "a body of -1,099,511,627,776 bytes"),
    "two billion trees": (
        xgboost_pickle(binary(Model(((LEAF,),)), trees=2**31 - 1)),
        "2,147,483,647 trees, expected",
    ),
    "a negative size": (xgboost_pickle(binary(Model(((LEAF,),)), nodes=-1)), "tree 0: 1 roots, -1 nodes"),
    "two billion nodes": (
        xgboost_pickle(binary(Model(((LEAF,),)), nodes=2**31 - 1)),
        "tree 0 of 2,147,483,647 nodes",
    ),
    "other features": (
        xgboost_pickle(binary(Model(((LEAF,),)), features=34)),
        "34 features, expected the 56",
    ),
    "another objective": (
        xgboost_pickle(binary(Model(((LEAF,),)), objective="rank:map")),
        "objective 'rank:map'",
    ),
    "a child out of range": (
        trees((1, 3, 12, 0.5, False)),
        "tree 0, node 0: its children are not both nodes",
    ),
    "a negative child": (trees((1, -7, 12, 0.5, False)), "tree 0, node 0: its children are not both nodes"),
    "a circle": (trees((0, 1, 12, 0.5, False)), "tree 0, node 0: two nodes lead to it"),
    "a feature out of range": (
        trees((1, 2, 56, 0.5, False)),
        r"tree 0, node 0: its feature is not in 0\.\.55",
    ),
    "a threshold that is none": (
        trees((1, 2, 12, float("nan"), False)),
        "tree 0, node 0: its threshold is not finite",
    ),
    "deep JSON": (xgboost_pickle(b'{"a":' + b"[" * 200_000), "nested too deep"),
    "deep UBJSON": (xgboost_pickle(b"{L" + bytes(7) + b"\x01a" + b"[" * 200_000), "nested too deep"),
    "a text of no model": (
        lightgbm_pickle("tree\n\nTree=0\nnum_leaves=9\nend of trees"),
        "num_class is None",
    ),
    "another torch file": (
        pickled(0x1950A86A20F9469CFC6C, 2) + pickled(7, 2) + pickled({}, 2),
        "version 7, not torch's",
    ),
    "a storage behind the end": (torch_legacy()[:-4], "bytes are left"),
    "a tensor behind its storage": (
        torch_legacy(state({"w": ("7000", 2, (2,), (1,))}, STORAGES)),
        "storages",
    ),
    "a packed bomb": (bomb(), "that unpack to"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_members_end_in_one_line(kind):
    """Path, place and reason are said, and no more memory is taken than a small multiple of the file."""
    data, words = HOSTILE[kind]
    tracemalloc.start()
    said = told(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert re.search(words, said), said
    assert peak < 20 * len(data) + 2**20
