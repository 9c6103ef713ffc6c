"""Releases whose hashes are right, changed at random: finite answers, or a ReleaseError of one line.

`NB301_FUZZ=1500 pytest -s tests/nb301/releases/test_fuzz.py` makes as many changes to each kind of file, and
prints how often what came of them.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

import numpy as np
import pytest

from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import examples
from tests.crafting import MAKERS, changed_arrays, changed_bytes, changed_header, changed_words

#: Fewer trees, where the family's own take long.
FEWER = {"lgb": {"num_iterations": 9}}
ROUNDS = int(os.environ.get("NB301_FUZZ", "20"))


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def family(request):
    """Each family's name."""
    return request.param


@pytest.fixture(scope="module")
def member(family, tiny_table, tiny_release):
    """The file of a small member."""
    if family == "xgb":
        return (tiny_release / "member-0.ubj").read_bytes()
    if family in MAKERS:
        return MAKERS[family](np.random.default_rng(0))
    rows = examples(tiny_table, np.arange(200))
    return FAMILIES[family].fit(rows, rows, 0, {**FAMILIES[family].hyperparameters, **FEWER.get(family, {})})


def tried(name, file, changes, answers):
    """Change a file in turn, ask the release that it is in, and count what comes of it."""
    counts = Counter()
    rng = np.random.default_rng(301)
    for number in range(ROUNDS):
        change = changes[number % len(changes)]
        data = change(rng, file)
        for _ in range(int(rng.integers(3))):
            data = changed_bytes(rng, data) if rng.integers(4) == 0 and data else data
        counts[change.__name__, "refused" if isinstance(answers(data), str) else "answers"] += 1
    sys.stdout.write(f"{name}: {dict(counts)}\n")


def test_changed_members_answer_or_are_refused(family, member, runtime, craft, answers):
    """Whatever is changed in a member's file, its release gives finite numbers or a ReleaseError."""
    changes = [changed_bytes]
    changes += [changed_words] if family == "lgb" else []
    changes += [changed_arrays, changed_header] if FAMILIES[family].suffix == ".safetensors" else []
    assert not isinstance(answers(craft(family, [member, member], runtime)), str)
    tried(family, member, changes, lambda data: answers(craft(family, [data, member], runtime)))


def test_changed_runtime_models_answer_or_are_refused(runtime, craft, answers, tiny_release):
    """Whatever is changed in the runtime model's file, its release gives finite numbers or a ReleaseError."""
    member = (tiny_release / "member-0.ubj").read_bytes()
    changes = [changed_bytes, changed_words]
    tried("runtime", runtime, changes, lambda data: answers(craft("xgb", [member], data)))


def test_changed_manifests_answer_or_are_refused(runtime, craft, answers, tiny_release):
    """Whatever is changed in the manifest, its release gives finite numbers or a ReleaseError."""
    folder = craft("xgb", [(tiny_release / "member-0.ubj").read_bytes()], runtime)
    manifest = (folder / "manifest.json").read_bytes()

    def ask(data):
        (folder / "manifest.json").write_bytes(data)
        return answers(folder)

    tried("manifest", manifest, [changed_bytes, changed_words], ask)
