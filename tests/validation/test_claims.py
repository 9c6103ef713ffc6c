"""Tests of `validation.claims`."""

from __future__ import annotations

import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from validation.claims import STATISTICS, Claim, ClaimError, claims_about, load_claims

CLAIMS = Path(__file__).parents[2] / "validation" / "claims"
GOOD = """
[some_r2]
statement = "It explains"
statistic = "r2"
threshold = 0.8
direction = "at_least"
source = "Table 3"
reason = "Because"
families = ["xgb"]
trained_on = ["all-data"]
"""


@pytest.fixture
def load(tmp_path):
    def write_and_load(text: str) -> tuple[Claim, ...]:
        path = tmp_path / "claims.toml"
        path.write_text(text, encoding="utf-8")
        return load_claims(path)

    return write_and_load


def test_loads_frozen_claims(load):
    """A table of the file becomes one frozen claim, named after it."""
    (claim,) = load(GOOD)

    assert (claim.id, claim.threshold, claim.families) == ("some_r2", 0.8, ("xgb",))
    with pytest.raises(FrozenInstanceError):
        claim.threshold = 0.1


@pytest.mark.parametrize("key", [line.split(" = ")[0] for line in GOOD.splitlines()[2:]])
def test_missing_key(load, key):
    """A missing key is an error that names the claim and the key."""
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))

    with pytest.raises(ClaimError, match=rf"claim some_r2: {key}: "):
        load(text)


def test_unknown_key(load):
    """An unknown key is an error that names the claim and the key."""
    with pytest.raises(ClaimError, match="claim some_r2: tolerence: "):
        load(GOOD + "tolerence = 0.1\n")


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ('"r2"', '"r3"', "statistic"),
        ("0.8", '"0.8"', "threshold"),
        ("0.8", "nan", "threshold"),
        ("0.8", "true", "threshold"),
        ('"at_least"', '">="', "direction"),
        ('"Table 3"', '""', "source"),
        ('["xgb"]', "[]", "families"),
        ('["all-data"]', '["all data"]', "trained_on.0"),
    ],
)
def test_bad_value(load, good, bad, key):
    """A value that is not allowed is an error that names the claim and the key."""
    with pytest.raises(ClaimError, match=f"claim some_r2: {key}: "):
        load(GOOD.replace(good, bad))


def test_unreadable_file(load, tmp_path):
    """A file that is missing, no TOML or no tables of claims is an error that names it."""
    with pytest.raises(ClaimError, match=r"none\.toml"):
        load_claims(tmp_path / "none.toml")
    with pytest.raises(ClaimError, match="cannot read the claims"):
        load("[")
    with pytest.raises(ClaimError, match="r2 is not a claim"):
        load("r2 = 0.8")


def test_threshold_itself_is_met(load):
    """A value that equals the threshold satisfies it in either direction; NaN satisfies none."""
    (least,) = load(GOOD)
    (most,) = load(GOOD.replace("at_least", "at_most"))

    met = [[claim.is_met_by(value) for value in (0.7, 0.8, 0.9, float("nan"))] for claim in (least, most)]

    assert met == [[False, True, True, False], [True, True, False, False]]


@pytest.mark.parametrize("family", ["xgb", "lgb", "gin"])
def test_claims_about_kinds_of_release(family):
    """Table 3 is claimed of both kinds of each family's release, the runtime model of the all-data one."""
    all_data = [claim.id for claim in claims_about("emulated 1.0", family, "all-data")]
    random_only = [claim.id for claim in claims_about("emulated 1.0", family, "random-only")]

    assert random_only == [f"table3_r2_{family}", f"table3_sparse_kendall_tau_{family}"]
    assert all_data == [*random_only, "runtime_r2"]


def test_no_claims_is_an_error():
    """A release that no claim is about cannot be validated, rather than pass."""
    with pytest.raises(ClaimError, match="no claim is about all-data releases of family 'none'"):
        claims_about("emulated 1.0", "none", "all-data")
    with pytest.raises(ClaimError, match=r"cifar0\.toml"):
        claims_about("cifar0 1.0", "xgb", "all-data")


def test_thresholds_are_the_papers():
    """The embedded thresholds are the paper's numbers: Table 3 and Section 4.4."""
    paper = tomllib.loads((CLAIMS.parent / "paper_tables.toml").read_text(encoding="utf-8"))
    thresholds = {claim.id: claim.threshold for claim in load_claims(CLAIMS / "emulated.toml")}

    for family in ("xgb", "lgb", "gin"):
        assert thresholds.pop(f"table3_r2_{family}") == paper["table3_test"][family]["r2"]
        assert thresholds.pop(f"table3_sparse_kendall_tau_{family}") == paper["table3_test"][family]["skt"]
    assert thresholds == {"runtime_r2": paper["runtime_model"]["r2"]}


@pytest.mark.parametrize("path", sorted(CLAIMS.glob("*.toml")), ids=lambda path: path.stem)
def test_embedded_files(path):
    """Every embedded file of claims is read, and all that its claims measure is known."""
    claims = load_claims(path)

    assert list(tomllib.loads(path.read_text(encoding="utf-8"))) == [claim.id for claim in claims]
    assert {claim.statistic for claim in claims} <= set(STATISTICS)
