"""What tests of hostile releases share."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import nb301
from nb301.errors import ReleaseError
from nb301.files import sha256
from nb301.surrogates import FAMILIES

GENOTYPES = nb301.space.sample_many(np.random.default_rng(0), 3)


@pytest.fixture(scope="session")
def runtime(tiny_release):
    """The file of a runtime model."""
    return (tiny_release / "runtime.txt").read_bytes()


@pytest.fixture
def craft(tiny_release, tmp_path):
    """Write a release of any files, its hashes right, and a manifest that may be changed."""

    def write(family, members, runtime, change=dict):
        folder = tmp_path / "crafted"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        names = [*FAMILIES[family].files(len(members)), "runtime.txt"]
        files = dict(zip(names, [*members, runtime], strict=True))
        entries = json.loads((tiny_release / "manifest.json").read_text())
        entries |= {"family": family, "members": len(members)}
        entries["files"] = {
            name: {"sha256": sha256(data), "bytes": len(data)} for name, data in files.items()
        }
        change(entries)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        (folder / "manifest.json").write_text(json.dumps(entries))
        return folder

    return write


@pytest.fixture
def answers():
    """Ask a release; gives its answers, which are finite, or why it is refused, which is one line."""

    def ask(folder):
        try:
            benchmark = nb301.load(folder)
            answers = benchmark.query(GENOTYPES, seed=1)
            one = benchmark.query(GENOTYPES[0], seed=1)
        except ReleaseError as error:
            said = str(error)
        else:
            for values in (answers.mean, answers.std, answers.val_accuracy, answers.runtime):
                assert np.isfinite(values).all()
            assert one.mean == answers.mean[0]
            return answers
        assert said.isprintable()
        assert len(said) < 2000
        return said

    return ask
