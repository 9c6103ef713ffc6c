"""Tests of `validation.missing_table`."""

from __future__ import annotations

import pytest

from nb301.errors import DataMissing
from nb301.releases.manifest import TableReference
from nb301.truth.base import OFFICIAL
from validation.missing_table import MissingTable

REFERENCE = TableReference(name="cifar10", version="1.0", truth=OFFICIAL, content_hash=None, rows=3)


@pytest.mark.parametrize(
    "ask",
    [
        lambda table: table.rows,
        lambda table: table.codes,
        lambda table: table.genotypes,
        lambda table: table.is_fitted,
        lambda table: table.of("rs"),
        len,
    ],
)
def test_whatever_needs_rows_says_what_is_missing(ask):
    """With the reason, whole."""
    with pytest.raises(DataMissing, match=r"^it is not here: bring it$"):
        ask(MissingTable(REFERENCE, "it is not here: bring it"))


def test_its_names_are_known():
    """As the manifest has them; the content may be unknown."""
    table = MissingTable(REFERENCE, "it is not here")
    assert (table.full_name, table.truth, table.content_hash) == ("cifar10-v1.0", OFFICIAL, "")
    known = REFERENCE.model_copy(update={"content_hash": "0" * 64})
    assert MissingTable(known, "").content_hash == "0" * 64
    assert repr(table) == "MissingTable(cifar10-v1.0)"
