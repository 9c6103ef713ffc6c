"""Journals: a study goes on as if nothing had happened, and is not mistaken for another."""

from __future__ import annotations

import pytest

from nb301.errors import OutputError, TuningError
from nb301.surrogates.members.base import Range
from nb301.surrogates.tuning.journal import JOURNAL
from nb301.surrogates.tuning.result import FILE
from nb301.surrogates.tuning.study import tune


@pytest.mark.parametrize("torn", [b"", b'{"op_code":4,"worker_id":"'])
def test_goes_on_after_an_interruption_as_if_there_was_none(line, search, tiny_table, tmp_path, torn):
    """A study that was killed, even within a line of its journal, ends with the trials it would have had."""
    whole = search(tiny_table, tmp_path / "whole", 20)
    line.seen.clear()
    line.interrupt_at = 9
    folder = tmp_path / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        search(tiny_table, folder, 20)
    assert not (folder / FILE).exists()
    with (folder / JOURNAL).open("ab") as journal:
        journal.write(torn)
    assert search(tiny_table, folder, 20) == whole
    assert len(line.seen) == 9 + 12  # the trial that was open is fitted anew


def test_more_trials_extend_a_study(line, search, tiny_table, tmp_path):
    """A finished study goes on with more trials, and asking for fewer fits nothing."""
    whole = search(tiny_table, tmp_path / "whole", 15)
    search(tiny_table, tmp_path / "parts", 6)
    assert search(tiny_table, tmp_path / "parts", 15) == whole
    fits = len(line.seen)
    assert search(tiny_table, tmp_path / "parts", 3) == whole
    assert len(line.seen) == fits


def test_another_study_is_refused(line, search, tiny_table, tmp_path, with_changed_rows):
    """A folder of another table, split, family or space is refused, and named."""
    search(tiny_table, tmp_path, 2)
    with pytest.raises(TuningError, match=r"split seed 3, not of 4: choose another folder"):
        search(tiny_table, tmp_path, 2, seed=4)
    with pytest.raises(TuningError, match=r"content of the table '[0-9a-f]{64}', not of"):
        search(with_changed_rows(tiny_table, [0]), tmp_path, 2)
    line.family.search_space["depth"] = Range(1, 4)
    with pytest.raises(TuningError, match="search space"):
        search(tiny_table, tmp_path, 2)
    line.families["other"] = line.family
    with pytest.raises(TuningError, match="family 'line', not of 'other'"):
        tune(tiny_table, "other", tmp_path, trials=2, seed=3)


@pytest.mark.parametrize("garbage", [b"garbage\n", b"[]\n", b'{"a":1}\n', b"\xff\n"])
def test_what_is_no_journal_is_refused(search, tiny_table, tmp_path, garbage):
    """A file that is no journal is named, and left as it is."""
    (tmp_path / JOURNAL).write_bytes(garbage)
    with pytest.raises((TuningError, OutputError), match=r"journal\.log: (not a|is no) journal"):
        search(tiny_table, tmp_path, 2)
    assert (tmp_path / JOURNAL).read_bytes() == garbage
