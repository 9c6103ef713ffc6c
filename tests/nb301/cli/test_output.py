"""What commands print."""

from __future__ import annotations

import csv
import io
import json

import pytest

from nb301.cli.output import print_csv, print_json, print_table, progress


def test_csv_holds_no_formulas(capsys):
    """A text that a spreadsheet would run as a formula comes as text."""
    print_csv([{"name": text, "n": -1.5} for text in ("=1+1", "+1", "-1", "@x", "\tx", "normal:x")])
    rows = [*csv.reader(io.StringIO(capsys.readouterr().out))]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "normal:x"]
    assert {row[1] for row in rows[1:]} == {"-1.5"}


def test_json_holds_no_nan(capsys):
    """Numbers that JSON does not have are null, however deep they lie."""
    print_json({"rows": [(1.5, float("nan"))], "best": {"value": float("inf")}, "name": "x"})
    assert json.loads(capsys.readouterr().out) == {
        "rows": [[1.5, None]],
        "best": {"value": None},
        "name": "x",
    }


def test_tables_have_a_title_and_all_cells(capsys):
    """Every cell of a table is printed, below its column."""
    print_table("what", ["", "a", "b"], [["x", "1", "2"], ["y", "3", "4"]])
    title, names, _, *rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert (title, names) == (["what"], ["a", "b"])
    assert rows == [["x", "1", "2"], ["y", "3", "4"]]


@pytest.mark.parametrize("is_terminal", [False, True])
def test_progress_is_shown_in_terminals_alone(is_terminal, capsys, monkeypatch):
    """A file of errors holds no bars."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1" if is_terminal else "0")
    monkeypatch.setenv("FORCE_COLOR", "1" if is_terminal else "")
    with progress() as bar:
        bar.update(bar.add_task("working", total=2), completed=2)
    assert ("working" in capsys.readouterr().err) is is_terminal
