"""Official trees with anything in them: each file is a row or listed with its reason, the others are read."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections import Counter

import numpy as np
import pytest

from nb301.tables.official import import_official
from tests.crafting import changed_bytes, changed_words
from tests.nb301.tables.test_official import GENOTYPES, official, write

#: `NB301_FUZZ=2000 pytest -s` tries as many changes, and prints what came of them.
ROUNDS = int(os.environ.get("NB301_FUZZ", "40"))


def _own(**entries: object) -> dict:
    """A file of ours, but with other entries of its own."""
    own = {"truth": "digits-tiny 1.0", "image_size": 32, "auxiliary": True} | entries
    return official(GENOTYPES[0]) | {"nb301": own}


ODD = {
    "no object": official(GENOTYPES[0]) | {"nb301": 3},
    "a list": official(GENOTYPES[0]) | {"nb301": ["truth"]},
    "nothing": official(GENOTYPES[0]) | {"nb301": None},
    "no truth": _own(truth=""),
    "a blank truth": _own(truth=" "),
    "a truth that begins blank": _own(truth=" a"),
    "a truth of a list": _own(truth=["a"]),
    "a truth that leads away": _own(truth="../../evil 1.0"),
    "a truth of two lines": _own(truth="a\nb"),
    "a truth that turns": _own(truth="a \u202eb"),
    "a truth of zeros": _own(truth="a\0"),
    "a long truth": _own(truth="a" * 1000),
    "a large image": _own(image_size=8192),
    "an image of a float": _own(image_size=8.0),
    "an auxiliary head of text": _own(auxiliary="True"),
}


@pytest.mark.parametrize("what", ODD)
def test_odd_entries_of_ours_lose_one_file(tmp_path, what):
    """What a file says of itself is checked as it is read: the others are imported."""
    write(tmp_path / "rs" / "results_0.json", official(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", ODD[what])

    imported = import_official(tmp_path)

    assert [bad.path.as_posix() for bad in imported.bad_files] == ["rs/results_1.json"]
    assert len(imported.table) == 1
    assert imported.bad_files[0].reason.isprintable()
    write(tmp_path / "rs" / "results_1.json", _own())
    assert not import_official(tmp_path).bad_files


@pytest.mark.skipif(sys.platform != "linux", reason="other systems let nobody make them")
def test_only_regular_files_are_read(tmp_path):
    """Devices, pipes, sockets, folders, circles, overlong files are listed; links to files are followed."""
    rs = tmp_path / "rs"
    write(rs / "results_0.json", official(GENOTYPES[0]))
    (rs / "results_1.json").symlink_to("/dev/zero")
    os.mkfifo(rs / "results_2.json")
    (rs / "results_3.json").mkdir()
    (rs / "results_4.json").symlink_to("results_4.json")
    (rs / "results_5.json").symlink_to("nowhere")
    with (rs / "results_6.json").open("wb") as file:
        file.truncate(2**40)
    write(tmp_path / "elsewhere", official(GENOTYPES[1]))
    (rs / "results_7.json").symlink_to(tmp_path / "elsewhere")
    (rs / "around").symlink_to(tmp_path)
    os.mknod(rs / "results_8.json", stat.S_IFSOCK | 0o600)

    imported = import_official(tmp_path)

    reasons = {bad.path.as_posix(): bad.reason for bad in imported.bad_files}
    assert len(imported.table) == 2
    assert reasons.keys() == {f"rs/results_{number}.json" for number in (1, 2, 3, 4, 5, 6, 8)}
    assert {reasons[f"rs/results_{number}.json"] for number in (1, 2, 3, 8)} == {"not a regular file"}
    assert "expected at most" in reasons["rs/results_6.json"]


def test_any_change_of_a_file_is_read_or_listed(tmp_path):
    """Whatever is changed in a file, it becomes a row or is listed in one line, and the others are read."""
    write(tmp_path / "rs" / "results_0.json", official(GENOTYPES[0]))
    rng, counts = np.random.default_rng(301), Counter()
    file = json.dumps(_own()).encode()
    for number in range(ROUNDS):
        change = (changed_bytes, changed_words)[number % 2]
        (tmp_path / "rs" / "results_1.json").write_bytes(change(rng, file))

        imported = import_official(tmp_path)

        assert sum(map(len, imported.tables.values())) + len(imported.bad_files) + imported.duplicates == 2
        assert all(bad.reason.isprintable() for bad in imported.bad_files)
        counts[change.__name__, "listed" if imported.bad_files else "read"] += 1
    sys.stdout.write(f"official: {dict(counts)}\n")
