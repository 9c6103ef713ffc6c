"""Comparing releases: deterministic probes, antisymmetric differences, manifests."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest

import nb301
from nb301.releases import find
from nb301.releases.diff import Agreement, diff
from nb301.space import Genotype, Op


@pytest.fixture(scope="module")
def pair(tiny_release):
    """Two releases of different tables."""
    return find("emulated-xgb-rand-v2.0"), find(tiny_release)


@pytest.fixture(scope="module")
def difference(pair):
    return diff(*pair)


class Fixed:
    """A release of the same manifest whose models answer by a rule."""

    def __init__(self, release, rule):
        self.name, self.manifest, self.release_hash = release.name, release.manifest, f"{rule}"
        self.rule = rule

    @property
    def surrogate(self):
        return SimpleNamespace(predict=lambda codes: np.add(self.by_rule(codes), [[0.0], [0.002]]))

    @property
    def runtime_model(self):
        return SimpleNamespace(predict=self.by_rule)

    def by_rule(self, codes):
        return self.rule((codes[:, 0, :, 1] == Op.skip_connect).sum(axis=1))


def test_a_release_is_identical_to_itself(tiny_release, tmp_path):
    """Equal hashes are said to be identical, wherever the files are; nothing is predicted."""
    copy = shutil.copytree(tiny_release, tmp_path / "copy")
    same = diff(find(tiny_release), find(copy))
    assert same.identical
    assert (same.agreement, same.largest, same.manifest) == ({}, (), {})


def test_says_what_each_rests_on(difference, pair):
    """Names and ground truths of both are told, and each entry of the manifests that differs."""
    assert (difference.a, difference.b) == tuple(release.name for release in pair)
    assert (difference.truth_a, difference.truth_b) == ("emulated 2.0", "emulated 2.0")
    assert not difference.identical
    assert difference.manifest["table.name"] == ("emulated", "tiny")
    assert difference.manifest["optimizers"] == (["rs"], ["re", "rs"])
    assert "format" not in difference.manifest
    assert difference.manifest["noise.low"][0] != difference.manifest["noise.low"][1]
    assert "members" not in difference.manifest
    assert not [name for name in difference.manifest if name.startswith("files")]


def test_is_deterministic_and_changes_sign(difference, pair):
    """Compared again, all is equal; the other way round, the bias changes its sign and the rest its names."""
    back = diff(*pair[::-1])
    for kind, there in difference.agreement.items():
        here = asdict(back.agreement[kind])
        expected = asdict(there) | {
            "bias": -there.bias,
            "runtime_bias": -there.runtime_bias,
            "mean_std_a": there.mean_std_b,
            "mean_std_b": there.mean_std_a,
        }
        assert here == pytest.approx(expected, rel=1e-12)
    assert [(p.genotype, p.b, p.a) for p in back.largest] == [
        (p.genotype, p.a, p.b) for p in difference.largest
    ]
    assert back.manifest == {name: (b, a) for name, (a, b) in difference.manifest.items()}


def test_probes(difference):
    """Two thousand uniform, ninety of 0-8 skip connections, and evolved ones that both find better."""
    counts = {kind: agreement.n for kind, agreement in difference.agreement.items()}
    assert [*counts] == ["uniform", "skips", "evolved", "all"]
    assert (counts["uniform"], counts["skips"]) == (2000, 90)
    assert 100 < counts["evolved"] <= 300
    assert counts["all"] == sum(counts.values()) - counts["all"]


def test_largest_differences_are_those_of_queries(difference, pair):
    """The probes that are named have the largest difference, and queries answer as is told."""
    gaps = [abs(probe.b - probe.a) for probe in difference.largest]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] == difference.agreement["all"].largest_difference
    for probe in difference.largest:
        genotype = Genotype.parse(probe.genotype)
        answers = [nb301.Benchmark(release).query(genotype).mean for release in pair]
        assert answers == [probe.a, probe.b]


def test_known_differences_are_measured(pair):
    """Of releases that answer by rules: bias, spread and ranks are those of the rules."""
    a = Fixed(pair[0], lambda skips: 0.9 + 0.001 * skips)
    b = Fixed(pair[0], lambda skips: 0.91 - 0.001 * skips)
    skips = diff(a, b).agreement["skips"]
    assert skips.n == 90
    assert skips.bias == pytest.approx(0.01 - 0.002 * 4)
    assert skips.largest_difference == pytest.approx(0.01)
    assert skips.kendall_tau == pytest.approx(-1)
    assert skips.spearman == pytest.approx(-1)
    assert (skips.mean_std_a, skips.mean_std_b) == pytest.approx((0.001, 0.001))
    assert skips.runtime_bias == pytest.approx(0.01 - 0.002 * 4)


def test_constant_predictions_have_no_rank(pair):
    """Where a release predicts the same for all there is no rank correlation, which JSON can say."""
    a, b = (Fixed(pair[0], lambda skips, v=v: np.full(len(skips), v)) for v in (0.9, 0.8))
    agreement = diff(a, b).agreement["all"]
    assert isinstance(agreement, Agreement)
    assert (agreement.kendall_tau, agreement.spearman) == (None, None)
    assert json.loads(json.dumps(asdict(agreement)))["bias"] == pytest.approx(-0.1)
