"""The validation report: read whole, written again to the byte, and refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nb301.releases.report import (
    DIVERGENCE,
    TOPOLOGY_DEPTH,
    ClaimVerdict,
    Direction,
    ValidationReport,
    read_report,
)

PUBLISHED = Path(__file__).parents[3] / "docs" / "validation.json"


@pytest.fixture(scope="module")
def published():
    return read_report(PUBLISHED)


@pytest.fixture
def content():
    """The published report as plain JSON, to be spoiled."""
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def read(content, path):
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_report(path)


def test_what_is_read_is_written_again(published):
    """The report is equal byte by byte when it is written from what was read."""
    assert published.to_json() == PUBLISHED.read_text(encoding="utf-8")


def test_what_a_later_version_adds_is_kept(content, tmp_path):
    """Unknown keys stay where they are."""
    content["releases"][0]["claims"][0]["colour"] = "blue"
    content["weather"] = {"rain": True}
    assert json.loads(read(content, tmp_path / "report.json").to_json()) == content


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("verdict", "maybe", "Input should be 'holds', 'fails', 'undecided', 'not applicable' or 'not run'"),
        ("kind", "guess", "Input should be 'gate' or 'comparison'"),
        ("direction", ">=", "Input should be 'at_least' or 'at_most'"),
        ("value", "much", "Input should be a valid number"),
    ],
)
def test_a_wrong_entry_is_named(content, tmp_path, key, value, told):
    """By its place, with what may stand there."""
    content["releases"][1]["claims"][2][key] = value
    with pytest.raises(ValueError, match=rf"^releases\.1\.claims\.2\.{key}: {told}") as error:
        read(content, tmp_path / "report.json")
    assert "\n" not in str(error.value)


def test_reports_of_other_formats_are_refused(content, tmp_path):
    """So are releases without claims, and what is no JSON."""
    with pytest.raises(ValueError, match=r"^format: Input should be 2"):
        read(content | {"format": 3}, tmp_path / "report.json")
    content["releases"][0]["claims"] = []
    with pytest.raises(ValueError, match=r"^releases\.0\.claims: "):
        read(content, tmp_path / "report.json")
    (tmp_path / "report.json").write_text("{")
    with pytest.raises(ValueError, match=r"^(?!.*\n)."):
        read_report(tmp_path / "report.json")
    with pytest.raises(OSError, match="not a regular file"):
        read_report(tmp_path)


def test_claims_that_readers_look_for(published):
    """They are found by group and value."""
    for release in published.releases:
        if release.truth.startswith("emulated"):
            depths = [claim.variant_of(TOPOLOGY_DEPTH) for claim in release.claims]
            assert [depth for depth in depths if depth is not None] == ["1", "2", "3", "4"]
            assert DIVERGENCE in {claim.id for claim in release.claims}


def test_signs():
    """Each verdict has a sign of its own, each direction one for pages and one for terminals."""
    assert [verdict.sign for verdict in ClaimVerdict] == ["✓", "✗", "?", "–", "○"]  # noqa: RUF001
    assert [(side.sign, side.ascii_sign) for side in Direction] == [("≥", ">="), ("≤", "<=")]
    assert [verdict for verdict in ClaimVerdict if verdict.lets_publish] == ["holds", "not applicable"]


def test_numbers_stay_numbers(content):
    """Neither a seed becomes a fraction nor a share text."""
    report = ValidationReport.model_validate(content)
    assert report.bootstrap == content["bootstrap"]
    assert isinstance(report.bootstrap["seed"], int)
