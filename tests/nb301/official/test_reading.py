"""Members of every form, whole, cut and damaged: each is read, or ends in one line with its path."""

from __future__ import annotations

import tracemalloc
import zlib

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official.boosters import BoostedMember
from nb301.official.reading import read_member
from tests.official_files import Model, binary, damaged, every_form, handle, with_config, xgboost_pickle

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
