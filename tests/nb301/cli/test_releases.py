"""`nb301 release`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

import nb301
from nb301 import tables
from nb301.surrogates import runtime
from nb301.surrogates.families import xgb
from nb301.tables.schema import EvaluationTable, write_table


def test_releases(run, tiny_release):
    """`release list` gives names and hashes, `release show` the manifest."""
    found = json.loads(run("release", "list", "--json"))
    assert [one["name"] for one in found] == nb301.list_releases()
    assert all(len(one["release_hash"]) == 64 for one in found)
    shown = run("release", "list")
    places = [
        shown.index(text) for text in ("on real CIFAR-10", "cifar10-gin", "on an emulation", "emulated-xgb")
    ]
    assert places == sorted(places)
    assert json.loads(run("release", "show", tiny_release))["members"] == 10


def test_release_freeze_with_another_table_of_runtimes(run, wrong, tiny_table, tmp_path, monkeypatch):
    """Which is named where runtimes are missing; the manifest has it, and whom to thank."""
    monkeypatch.setattr(xgb, "_ROUNDS", 20)
    monkeypatch.setattr(runtime, "_ROUNDS", 20)
    rows = tiny_table.rows.assign(runtime=np.nan)
    write_table(EvaluationTable("untimed", "1.0", "emulated 2.0", rows), tmp_path / "untimed.parquet")
    write_table(tiny_table, tmp_path / "timed.parquet")
    freeze = "release", "freeze", tmp_path / "untimed.parquet", "xgb", "--out", tmp_path
    assert "--runtime-table NAME|FILE" in wrong(*freeze)
    run(*freeze, "--runtime-table", tmp_path / "timed.parquet", "--credit", "Siems et al. (2020)")
    manifest = json.loads(run("release", "show", tmp_path / "untimed-xgb-v1.0"))
    assert manifest["runtime_table"]["name"] == "tiny"
    assert manifest["credit"] == "Siems et al. (2020)"


def test_release_test(ended, wrong, tiny_release, tiny_table, embedded_table):
    """`release test` prints what it found in points, or fractions as JSON; warnings and errors are a line."""
    rows = embedded_table.rows[~embedded_table.rows["genotype"].isin(tiny_table.rows["genotype"])][:80]
    write_table(EvaluationTable("fresh", "1.0", "emulated 2.0", rows), Path("fresh.parquet"))
    test = "release", "test", tiny_release, Path("fresh.parquet").absolute()
    code, out, err = ended(*test, "--json")
    found = json.loads(out)
    assert (code, found["n"], found["left_out"], found["table"]) == (0, 80, None, "fresh-v1.0")
    assert err.startswith("warning: whether the release was fitted to some of these rows is not known")
    assert err.count("\n") == 1
    assert [*found["coverage"]] == ["0.5", "0.8", "0.95"]
    write_table(tiny_table, tables.user_path("tiny", "1.0"))
    _, out, err = ended(*test)
    assert err == ""
    shown = " ".join(out.split())
    assert f"R2 {found['r2']:.3f}" in shown
    assert f"mean error, predicted minus trained {100 * found['mean_error']:+.3f} points" in shown
    assert f"trainings inside of 95% intervals {found['coverage']['0.95']:.1%}" in shown
    assert "rests on fashion-mnist-tiny 1.0, but tiny-xgb-v1.0 predicts emulated 2.0" in wrong(
        *test[:-1], "fashion-mnist-tiny-v1.0"
    )
    assert "no table 'nope'" in wrong(*test[:-1], "nope")


def test_release_diff(run, tiny_release, tmp_path):
    """`release diff` says which truth each rests on, what differs and by how much, or that nothing does."""
    same = run("release", "diff", tiny_release, tiny_release)
    assert "identical" in same
    other = shutil.copytree(tiny_release, tmp_path / "other") / "manifest.json"
    other.write_text(other.read_text().replace('"version": "1.0"', '"version": "1.1"'))
    found = json.loads(run("release", "diff", tiny_release, tmp_path / "other", "--json"))
    assert found["identical"] is False
    assert found["manifest"] == {"table.version": ["1.0", "1.1"], "version": ["1.0", "1.1"]}
    shown = run("release", "diff", tiny_release, tmp_path / "other")
    assert "B: tiny-xgb-v1.0, which rests on emulated 2.0" in shown
    assert f"{found['agreement']['uniform']['bias']:+.3%}" in shown
    assert found["largest"][0]["genotype"] in shown


def test_an_embedded_name_means_the_embedded_release(wrong, ended, tiny_release, darts_v2):
    """A folder of that name in the working directory changes no answer."""
    import shutil

    shutil.copytree(tiny_release, "emulated-xgb-v2.0")
    shutil.copytree(tiny_release, "mine")
    embedded = "--release", "emulated-xgb-v2.0"
    assert '"release": "emulated-xgb-v2.0"' in ended("query", darts_v2, "--json", *embedded)[1]
    assert '"release": "tiny-xgb-v1.0"' in ended("query", darts_v2, "--json", "--release", "./mine")[1]
    assert "write ./mine" in wrong("query", darts_v2, "--release", "mine")


def test_a_release_that_cannot_be_read_hides_no_other(ended, tmp_path):
    """`release list` names it and why, and shows the others."""
    broken = tmp_path / "home" / "releases" / "mine-v1.0"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{")
    code, shown, said = ended("release", "list")
    assert code == 0
    assert "cifar10-gin-rand-v1.0" in shown
    assert said.startswith("passed over mine-v1.0: ")
    assert said.count("\n") == 1
