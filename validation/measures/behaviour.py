"""What a surrogate promises whatever it was fitted to: invariances, and the noise of its draws."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

from nb301.space import Genotype, sample_many
from validation.answers import SubjectError
from validation.intervals import Array
from validation.measures.base import Measured, NotApplicable, exact
from validation.subject import Subject, draw

_N = 200


def isomorphism(subject: Subject) -> Measured:
    """Largest difference of predictions, fraction, between genotypes that differ in node names alone."""
    genotypes = [genotype for genotype in _sampled(4 * _N) if genotype != genotype.canonical()][:_N]
    one, other = (
        _both(subject, chosen) for chosen in (genotypes, [genotype.canonical() for genotype in genotypes])
    )
    return exact(np.abs(one - other).max(), len(genotypes))


def batches(subject: Subject) -> Measured:
    """Largest difference of predictions, fraction, between alone, in a list and in another order."""
    genotypes = _sampled(_N)
    whole = _both(subject, genotypes)
    alone = np.concatenate([_both(subject, [genotype]) for genotype in genotypes[:20]], axis=1)
    order = np.random.default_rng(1).permutation(len(genotypes))
    shuffled = _both(subject, [genotypes[k] for k in order])
    return exact(max(np.abs(whole[:, :20] - alone).max(), np.abs(whole[:, order] - shuffled).max()), _N)


def processes(subject: Subject) -> Measured:
    """Largest difference of a release's answers, fraction, between this and a fresh process."""
    if subject.release is None:
        raise NotApplicable("only a release can be loaded elsewhere")
    genotypes = _sampled(20)
    code = (
        "import json, sys, nb301, pathlib; b = nb301.load(pathlib.Path(sys.argv[1]))\n"
        "found = b.query(json.load(sys.stdin), seed=1)\n"
        "print(json.dumps([found.mean.tolist(), found.std.tolist(), found.val_accuracy.tolist()]))"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(subject.release.folder)],
        input=json.dumps([str(genotype) for genotype in genotypes]),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["no word of why"])[-1]
        raise SubjectError(f"{subject.name}: cannot be asked in another process ({last:.300})")
    mean, std = subject.predictor.predict(genotypes)
    here = np.stack([mean, std, draw(subject.predictor, genotypes, np.ones(len(genotypes), dtype=np.int64))])
    return exact(np.abs(here - np.array(json.loads(ran.stdout))).max(), len(genotypes))


def order_of_draws(subject: Subject) -> Measured:
    """Largest difference of draws, fraction, for equal architectures and seeds in another order."""
    genotypes, seeds = _sampled(_N), np.arange(_N)
    order = np.random.default_rng(1).permutation(_N)
    first = draw(subject.predictor, genotypes, seeds)
    again = draw(subject.predictor, [genotypes[k] for k in order], seeds[order])
    return exact(np.abs(first[order] - again).max(), _N)


def global_state(subject: Subject) -> Measured:
    """Whether a prediction or a draw has changed numpy's global generator: 0 or 1."""
    before = _state()
    draw(subject.predictor, _sampled(3), np.arange(3))
    return exact(float(before != _state()), 1)


def mean_of_draws(subject: Subject) -> Measured:
    """|Mean| of standardised draws in standard errors: what is promised is 0."""
    z = _standardised(subject)
    return exact(abs(z.mean()) * np.sqrt(len(z)), len(z))


def std_of_draws(subject: Subject) -> Measured:
    """|Std - 1| of standardised draws in standard errors: what is promised is 0."""
    z = _standardised(subject)
    return exact(abs(z.std() - 1) * np.sqrt(2 * len(z)), len(z))


def _standardised(subject: Subject) -> Array:
    genotypes = _sampled(10) * 1000
    mean, std = subject.predictor.predict(genotypes)
    # divided by a std of zero nothing is standardised, neither noise nor its absence
    return (draw(subject.predictor, genotypes, np.arange(len(genotypes))) - mean) / np.where(
        std > 0, std, np.nan
    )


def _both(subject: Subject, genotypes: list[Genotype]) -> Array:
    return np.stack(subject.predictor.predict(genotypes))


def _sampled(n: int) -> list[Genotype]:
    return sample_many(np.random.default_rng(301), n)


def _state() -> bytes:
    _, key, *rest = np.random.get_state()  # noqa: NPY002 - it is what must not change
    return bytes(np.asarray(key).data) + repr(rest).encode()
