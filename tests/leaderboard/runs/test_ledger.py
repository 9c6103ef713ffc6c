"""The ledger: its chain, and every way to break it."""

from __future__ import annotations

import pytest

from leaderboard.errors import RunFileError
from leaderboard.runs.ledger import Ledger
from nb301.files import sha256
from tests.crafting import changed_bytes, changed_words


def test_ledger_chains_runs_in_the_order_of_their_storing(make_run, add):
    """Each line names the run, its record, its evaluations, and the line before."""
    runs = [make_run(seed=seed) for seed in (2, 0, 1)]
    store = add(*runs)
    texts, lines = store.ledger.path.read_bytes().splitlines(), store.noted()

    assert [line.run for line in lines] == [run.cell.id for run in runs]
    assert [line.record for line in lines] == [store.record_hash(run.cell.id) for run in runs]
    assert [line.previous for line in lines] == [store.campaign().id, *map(sha256, texts[:2])]


def test_a_ledger_that_is_kept_open_has_the_same_lines(tmp_path):
    """Whether it is opened for each line or for all of them."""
    names = [sha256(bytes([number])) for number in range(4)]
    apart, together = Ledger(tmp_path / "apart.jsonl"), Ledger(tmp_path / "together.jsonl")
    for name in names:
        apart.append(name, name, name, names[0])
    together.append(*names[:1] * 3, names[0])
    with together.opened():
        for name in names[1:]:
            together.append(name, name, name, names[0])

    assert together.path.read_bytes() == apart.path.read_bytes()
    assert [line.run for line in together.lines(names[0])] == names


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [lines[0], lines[2]], "ledger.jsonl:2: follows what has SHA-256"),
        (lambda lines: [lines[1], lines[0], lines[2]], "was begun with"),
        (lambda lines: [lines[0], lines[2], lines[1]], "ledger.jsonl:2: follows"),
        (lambda lines: [*lines[:2], lines[2].replace(",", ", ")], "ledger.jsonl:3: was written anew"),
        (lambda lines: [lines[0].replace("e" * 64, "0" * 64), *lines[1:]], "ledger.jsonl:2: follows"),
        (lambda lines: ["{}", *lines], "ledger.jsonl:1: no line of a ledger"),
    ],
)
def test_changed_ledger_is_found(make_run, add, change, message):
    """Lines that were taken out, moved, changed or added break the chain at the first of them."""
    store = add(*(make_run(seed=seed) for seed in range(3)))
    lines = store.ledger.path.read_text().splitlines()
    store.ledger.path.write_text("".join(f"{line}\n" for line in change(lines)))

    with pytest.raises(RunFileError, match=message):
        store.noted()


def test_half_a_line_is_cut_off(make_run, add):
    """What a killed process was writing is written anew: the run was stored before."""
    store = add(make_run(), make_run(seed=1))
    whole = store.ledger.path.read_bytes()
    store.ledger.path.write_bytes(whole[:-40])

    with store.opened():
        assert store.ledger.path.read_bytes() == whole


def test_changed_ledgers_are_read_or_refused(stored, damaged):
    """Whatever is changed in a ledger."""
    store, _ = stored
    start = store.campaign().id
    damaged(store.ledger.path, [changed_bytes, changed_words], lambda: store.ledger.lines(start))


def test_ledger_is_checked_again_when_it_has_changed(make_run, add):
    """What was checked before stands for these very lines alone."""
    store = add(make_run(), make_run(seed=1))
    assert len(store.noted()) == len(store.noted()) == 2
    text = store.ledger.path.read_text()
    store.ledger.path.write_text(text.replace('"trace":"e', '"trace":"0', 1))

    with pytest.raises(RunFileError, match=r"ledger.jsonl:2: follows"):
        store.noted()
    store.ledger.path.write_text(text)
    assert len(store.noted()) == 2
