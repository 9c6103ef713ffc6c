"""The shim without a sandbox: what it answers to scripted requests, and what it makes of proposals."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from leaderboard.inside import shim
from leaderboard.inside.shim import CHANNEL_CLOSED, Budget, BudgetExhausted, Channel, Objective, serve_class
from leaderboard.inside.space import Space


class Left(Exception):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _left(monkeypatch):
    def leave(status=0):
        raise Left(status)

    monkeypatch.setattr(shim, "_leave", leave)


@pytest.fixture
def replies():
    return io.BytesIO()


@pytest.fixture
def channel(replies):
    """A channel on which requests wait, numbered from 0."""

    def channel(*requests):
        lines = [json.dumps({"id": number, **request}) for number, request in enumerate(requests)]
        return Channel(io.BytesIO("\n".join(lines).encode()), replies)

    return channel


def answers(replies):
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def tell(proposal, error, left):
    return {
        "do": "tell",
        "proposal": proposal,
        "result": {"val_error": error, "seconds": 900.0, "curve": []},
        "remaining": [None, left],
    }


def fresh_budget():
    return Budget(None, 2, 1, None, 2)


def test_replies_carry_the_number_of_the_request(channel, replies):
    """One reply to each request; before one is asked for the next request is waited for."""
    opened = channel({"do": "start"}, {"do": "ask"})
    opened.receive()
    opened.reply()
    opened.reply(genotype=1)

    assert answers(replies) == [{"id": 0}, {"id": 1, "genotype": 1}]
    with pytest.raises(Left, match=str(CHANNEL_CLOSED)):
        opened.receive()


def test_closed_channel_is_the_end(channel, replies):
    """Where nothing can be said any more."""
    opened = channel({"do": "start"})
    opened.receive()
    replies.close()

    with pytest.raises(Left, match=str(CHANNEL_CLOSED)):
        opened.reply()


class Scripted:
    """Proposes numbers, and notes the results of each."""

    def __init__(self, budget):
        self.budget, self.results, self.proposed = budget, [], []

    def ask(self):
        self.proposed.append([len(self.proposed)])
        return self.proposed[-1]

    def tell(self, genotype, result):
        assert any(genotype is proposal for proposal in self.proposed)
        self.results.append((genotype[0], result.val_error, self.budget.remaining_evaluations))

    def recommend(self):
        return self.proposed[0]


def test_class_is_told_of_what_it_proposed(channel, replies):
    """In whatever order results come, with the budget that is left; in the end it recommends."""
    budget = fresh_budget()
    optimizer = Scripted(budget)
    ask = {"do": "ask"}

    serve_class(channel(ask, ask, tell(1, 0.2, 1), tell(0, 0.1, 0), {"do": "finish"}), optimizer, budget)

    assert optimizer.results == [(1, 0.2, 1), (0, 0.1, 0)]
    assert [answer.get("genotype") for answer in answers(replies)] == [[0], [1], None, None, [0]]


def test_class_without_recommendation_has_none(channel, replies):
    """The incumbent stands for it."""
    serve_class(channel({"do": "finish"}), object(), fresh_budget())

    assert answers(replies) == [{"id": 0, "genotype": None}]


def test_function_is_told_until_the_budget_ends(channel, replies):
    """Then it may recommend; if it asks once more it has failed."""
    opened = channel({"do": "ask"}, tell(0, 0.1, 1), {"do": "finish"})
    objective = Objective(opened, Space(), 1, fresh_budget())

    assert objective("g").val_error == 0.1
    with pytest.raises(BudgetExhausted):
        objective("h")
    with pytest.raises(Left):
        objective("h")
    assert answers(replies) == [
        {"id": 0, "genotype": "g"},
        {"id": 1},
        {"id": 2, "asked_after_budget": True},
    ]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [({"do": "finish"}, {"id": 0, "genotype": "g"}), ({"do": "ask"}, {"id": 0, "returned": True})],
)
def test_function_that_returned_has_recommended_or_stopped(channel, replies, request_, answer):
    """It depends on whether there was budget left."""
    Objective(channel(request_), Space(), 1, fresh_budget()).returned("g")

    assert answers(replies) == [answer]


class Pair(NamedTuple):
    normal: object
    reduce: object


@pytest.mark.parametrize(
    ("genotype", "plain"),
    [
        (None, None),
        ("text", "text"),
        (Pair([("a", 1)], range(3)), {"normal": [["a", 1]], "reduce": [0, 1, 2]}),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.int64(3), 3),
        ({np.str_("edge"): np.int8(1)}, {"edge": 1}),
        (SimpleNamespace(get_dictionary=lambda: {"edge": (1,)}), {"edge": [1]}),
        (
            SimpleNamespace(normal=[("a", 1)], reduce=()),
            {"normal": [["a", 1]], "normal_concat": None, "reduce": [], "reduce_concat": None},
        ),
    ],
)
def test_proposals_become_plain_data(genotype, plain):
    """Of every notation what JSON can carry."""
    assert shim._plain(genotype) == plain
    json.dumps(shim._plain(genotype))


def test_endless_proposals_have_an_end():
    """No notation has more entries."""
    assert shim._plain(range(10**12)) == [*range(100)]


def described(error):
    try:
        raise error
    except type(error) as raised:
        return shim._described(raised)


def test_errors_are_short_enough_to_be_sent():
    """Their beginning and end are kept, and what is no text is escaped."""
    short, long = described(ValueError("what")), described(ValueError("begin" + "\ud800" * 9000 + "end"))

    assert short["kind"] == "ValueError"
    assert short["trace"].endswith("ValueError: what\n")
    assert "characters left out" in long["trace"]
    assert long["trace"].endswith("end\n")
    assert len(json.dumps(long)) < 2**16
    assert described(type("E" * 500, (Exception,), {})())["kind"] == "E" * 100


def test_error_that_cannot_be_described_has_its_name():
    """However its text is made."""

    class Unspeakable(Exception):
        def __str__(self):
            raise self

    assert described(Unspeakable())["kind"] == "Unspeakable"
    assert described(type("Own", (MemoryError,), {})())["kind"] == "MemoryError"
