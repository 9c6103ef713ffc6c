"""What a surrogate promises whatever it was fitted to: invariances, and the noise of its draws."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

from nb301.releases import Release
from nb301.space import Genotype, sample_many
from validation.answers import SubjectError
from validation.intervals import Array, Rows
from validation.measures.base import Measured, exact
from validation.measures.registry import register
from validation.predictors import draw, noise_std
from validation.subject import NotApplicable, Subject

_N = 200
#: Asks a release of the folder that is its argument, and prints means, stds and draws.
_ASK = """
import json, sys, nb301, pathlib; b = nb301.load(pathlib.Path(sys.argv[1]))
answers = b.query(json.load(sys.stdin), seed=1)
print(json.dumps([answers.mean.tolist(), answers.std.tolist(), answers.val_accuracy.tolist()]))
"""


@register()
def isomorphism(subject: Subject) -> Measured:
    """Largest difference of predictions, fraction, between genotypes that differ in node names alone."""
    renamed: list[Genotype] = []
    canonical: list[Genotype] = []
    for genotype in _sampled(4 * _N):
        if genotype != genotype.canonical() and len(renamed) < _N:
            renamed.append(genotype)
            canonical.append(genotype.canonical())
    return exact(np.abs(_both(subject, renamed) - _both(subject, canonical)).max(), len(renamed))


@register()
def batches(subject: Subject) -> Measured:
    """Largest difference of predictions, fraction, between alone, in a list and in another order."""
    genotypes = _sampled(_N)
    whole = _both(subject, genotypes)
    alone = np.concatenate([_both(subject, [genotype]) for genotype in genotypes[:20]], axis=1)
    order = np.random.default_rng(1).permutation(len(genotypes))
    shuffled = _both(subject, _reordered(genotypes, order))
    return exact(max(np.abs(whole[:, :20] - alone).max(), np.abs(whole[:, order] - shuffled).max()), _N)


@register()
def processes(subject: Subject) -> Measured:
    """Largest difference of a release's answers, fraction, between this and a fresh process."""
    if subject.release is None:
        raise NotApplicable("only a release can be loaded elsewhere")
    genotypes = _sampled(20)
    elsewhere = _asked_elsewhere(subject.name, subject.release, genotypes)
    mean, std = subject.predictor.predict(genotypes)
    here = np.stack([mean, std, draw(subject.predictor, genotypes, np.ones(len(genotypes), dtype=np.int64))])
    return exact(np.abs(here - elsewhere).max(), len(genotypes))


@register()
def order_of_draws(subject: Subject) -> Measured:
    """Largest difference of draws, fraction, for equal architectures and seeds in another order."""
    genotypes, seeds = _sampled(_N), np.arange(_N)
    order = np.random.default_rng(1).permutation(_N)
    first = draw(subject.predictor, genotypes, seeds)
    again = draw(subject.predictor, _reordered(genotypes, order), seeds[order])
    return exact(np.abs(first[order] - again).max(), _N)


@register()
def global_state(subject: Subject) -> Measured:
    """Whether a prediction or a draw has changed numpy's global generator: 0 or 1."""
    before = _state()
    draw(subject.predictor, _sampled(3), np.arange(3))
    return exact(float(before != _state()), 1)


@register()
def mean_of_draws(subject: Subject) -> Measured:
    """|Mean| of standardised draws in standard errors: what is promised is 0."""
    z = _standardised(subject)
    return exact(abs(z.mean()) * np.sqrt(len(z)), len(z))


@register()
def std_of_draws(subject: Subject) -> Measured:
    """|Std - 1| of standardised draws in standard errors: what is promised is 0."""
    z = _standardised(subject)
    return exact(abs(z.std() - 1) * np.sqrt(2 * len(z)), len(z))


def _asked_elsewhere(name: str, release: Release, genotypes: list[Genotype]) -> Array:
    """Means, stds and draws with seed 1 in a fresh process, shape (3, n)."""
    asked = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _ASK, str(release.folder)],
        input=json.dumps(list(map(str, genotypes))),
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        last = (asked.stderr.strip().splitlines() or ["no word of why"])[-1]
        raise SubjectError(f"{name}: cannot be asked in another process ({last:.300})")
    return np.array(json.loads(asked.stdout))


def _standardised(subject: Subject) -> Array:
    genotypes = _sampled(10) * 1000
    mean, _ = subject.predictor.predict(genotypes)
    std = noise_std(subject.predictor, genotypes)
    # divided by a std of zero nothing is standardised, neither noise nor its absence
    return (draw(subject.predictor, genotypes, np.arange(len(genotypes))) - mean) / np.where(
        std > 0, std, np.nan
    )


def _both(subject: Subject, genotypes: list[Genotype]) -> Array:
    return np.stack(subject.predictor.predict(genotypes))


def _sampled(n: int) -> list[Genotype]:
    return sample_many(np.random.default_rng(301), n)


def _reordered(genotypes: list[Genotype], order: Rows) -> list[Genotype]:
    return [genotypes[place] for place in order]


def _state() -> bytes:
    _, key, *rest = np.random.get_state()  # noqa: NPY002 - it is what must not change
    return bytes(np.asarray(key).data) + repr(rest).encode()
