"""Records: what is written is read strictly, and the first thing that is wrong is named."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from nb301.records import PartialRecord, Record, StrictRecord, first_wrong


class _Part(Record):
    share: float


class _Ours(Record):
    n: int
    parts: tuple[_Part, ...] = ()


class _Strangers(StrictRecord):
    n: int


class _Partial(PartialRecord):
    n: int


def wrong(model, **entries):
    """The first thing that is wrong with a record."""
    with pytest.raises(ValidationError) as caught:
        model(**entries)
    return first_wrong(caught.value)


def test_records_are_frozen():
    """What was read is not changed."""
    for record in (_Ours(n=1), _Strangers(n=1), _Partial(n=1)):
        with pytest.raises(ValidationError, match="frozen"):
            record.n = 2


@pytest.mark.parametrize("model", [_Ours, _Strangers])
def test_unknown_keys_are_refused(model):
    """A key that is misspelt is not passed over; of others' records it is."""
    assert wrong(model, n=1, m=2) == "m: Extra inputs are not permitted"
    assert _Partial(n=1, m=2) == _Partial(n=1)


@pytest.mark.parametrize("share", [float("nan"), float("inf")])
def test_numbers_are_finite(share):
    """The place of what is wrong is that in the record."""
    assert wrong(_Ours, n=1, parts=[{"share": 0.5}, {"share": share}]).startswith("parts.1.share: ")


def test_strangers_values_are_not_converted():
    """A number in quotes is a number to us, and none of a stranger's."""
    assert _Ours(n="1").n == 1
    assert wrong(_Strangers, n="1") == "n: Input should be a valid integer"


def test_what_is_wrong_is_one_line():
    """Whatever a key is called."""
    assert "\n" not in wrong(_Ours, **{"n": 1, "a\nb": 2})
