"""`nb301 tables`."""

from __future__ import annotations

import json

from nb301.tables.schema import write_table


def test_tables(run, tiny_table, tmp_path):
    """`tables list` names the embedded tables; `tables show` prints counts by optimizer, of any file."""
    assert run("tables", "list").split() == ["emulated-v1.0", "fashion-mnist-tiny-v1.0"]
    write_table(tiny_table, tmp_path / "tiny.parquet")
    found = json.loads(run("tables", "show", tmp_path / "tiny.parquet", "--json"))
    assert (found["rows"], found["truth"]) == (300, "emulated 1.0")
    assert [(part["optimizer"], part["rows"]) for part in found["optimizers"]] == [("rs", 200), ("re", 100)]
    shown = " ".join(run("tables", "show", tmp_path / "tiny.parquet").split())
    assert "300 training runs" in shown
    both = run("tables", "show", tmp_path / "tiny.parquet", "fashion-mnist-tiny-v1.0")
    assert "2,040 training runs of the ground truth fashion-mnist-tiny 1.0" in " ".join(both.split())
    assert "  fashion-mnist-tiny: re, rs\n" in both
    described = json.loads(
        run("tables", "show", "fashion-mnist-tiny-v1.0", tmp_path / "tiny.parquet", "--json")
    )
    assert [each["rows"] for each in described] == [2040, 300]
