"""Journals: lines that stay, half a line that goes, one writer at a time."""

from __future__ import annotations

import os
import sys

import pytest

from nb301.errors import OutputError
from nb301.journal import Journal

BEGINNING = '{"run":'


@pytest.fixture
def path(tmp_path):
    """Where a journal is to be, in a folder that is not there yet."""
    return tmp_path / "journals" / "a.jsonl"


def line(number):
    return f'{BEGINNING} {number}, "name": "é"}}'


def test_what_is_appended_is_read_again(path):
    """Lines come back in their order, without their ends, over several openings."""
    assert Journal(path, BEGINNING).lines() == []
    for numbers in ((1, 2), (3,)):
        with Journal(path, BEGINNING) as journal:
            for number in numbers:
                journal.append(line(number), sync=number == 3)
    assert Journal(path, BEGINNING).lines() == [line(number).encode() for number in (1, 2, 3)]
    assert Journal(path, BEGINNING).is_whole


def test_first_and_last_line_are_known_without_the_others(path):
    """The last one while it is open, from before and since; half a line is neither."""
    assert Journal(path, BEGINNING).first() is None
    with Journal(path, BEGINNING) as journal:
        assert journal.is_open
        assert journal.last is None
        for number in (1, 2):
            journal.append(line(number))
            assert journal.last == line(number).encode()
    path.write_bytes(path.read_bytes() + BEGINNING.encode())
    with Journal(path, BEGINNING) as journal:
        assert (journal.first(), journal.last) == (line(1).encode(), line(2).encode())
    assert not journal.is_open
    path.write_text(BEGINNING)
    assert journal.first() is None


@pytest.mark.parametrize("change", ["replaced", "deleted", "cut", "longer"])
def test_a_file_that_others_change_gets_no_lines(path, change):
    """Lines in a file that has no name any more would be lost, and one after others would not follow them."""
    with Journal(path, BEGINNING) as journal:
        journal.append(line(1))
        if change == "replaced":
            copy = path.with_suffix(".copy")
            copy.write_bytes(path.read_bytes())
            copy.replace(path)
        elif change == "deleted":
            path.unlink()
        else:
            path.write_bytes(line(1).encode()[:9] if change == "cut" else path.read_bytes() * 2)
        before = path.read_bytes() if path.exists() else None
        with pytest.raises(OutputError, match="was changed by another while it was open"):
            journal.append(line(2))
    assert before == (path.read_bytes() if path.exists() else None)


@pytest.mark.parametrize("half", ["{", BEGINNING, line(3)])
def test_half_a_line_is_cut_off(path, half):
    """What a killed process left of a line goes when the next one opens the journal, and nothing else."""
    with Journal(path, BEGINNING) as journal:
        journal.append(line(1))
    path.write_bytes(path.read_bytes() + half.encode())
    journal = Journal(path, BEGINNING)

    assert not journal.is_whole
    assert journal.lines() == [line(1).encode()]
    with journal:
        journal.append(line(2))
    assert journal.lines() == [line(1).encode(), line(2).encode()]


def test_another_file_is_left_as_it_is(path):
    """A file that begins otherwise is no journal."""
    path.parent.mkdir()
    path.write_text("notes\nhalf")
    with pytest.raises(OutputError, match="is no journal, as it does not begin with"):
        Journal(path, BEGINNING).__enter__()
    assert path.read_text() == "notes\nhalf"


def test_lines_are_checked_before_anything_is_cut_off(path):
    """A journal of a kind may refuse the lines that are there."""

    class Strict(Journal):
        def check(self, lines):
            raise OutputError(f"{len(lines)} lines")

    with Journal(path, BEGINNING) as journal:
        journal.append(line(1))
    path.write_bytes(path.read_bytes() + b"{")
    before = path.read_bytes()
    with pytest.raises(OutputError, match="1 lines"):
        Strict(path, BEGINNING).__enter__()
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
def test_one_process_writes(path):
    """A second writer is refused, and may write once the first has ended."""
    with Journal(path, BEGINNING), pytest.raises(OutputError, match="another process writes it"):
        Journal(path, BEGINNING).__enter__()
    with Journal(path, BEGINNING) as journal:
        journal.append(line(1))


def test_a_folder_is_no_journal(path):
    """What is no file is told, for reading and for writing."""
    path.mkdir(parents=True)
    journal = Journal(path, BEGINNING)
    for use in (journal.lines, journal.__enter__):
        with pytest.raises(OutputError, match="is no file"):
            use()


def test_a_line_that_cannot_be_written_leaves_no_part(path, monkeypatch):
    """Where the disk is full, what was written of the line is cut off."""
    real = os.write

    def full(descriptor, data):
        if len(data) < 10:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[: len(data) - 5])

    with Journal(path, BEGINNING) as journal:
        journal.append(line(1))
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OutputError, match=r"a\.jsonl: cannot be written \(No space left on device\)"):
            journal.append(line(2))
        monkeypatch.undo()
        journal.append(line(3))
    assert journal.lines() == [line(1).encode(), line(3).encode()]
