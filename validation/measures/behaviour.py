"""What a surrogate promises whatever it was fitted to: invariances, and the noise of its draws."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import numpy as np
from pydantic import Field

from nb301.releases import Release
from nb301.space import Genotype, sample_many
from validation.answers import SubjectError
from validation.intervals import Array, Rows
from validation.measures.base import Measured, exact
from validation.measures.registry import register
from validation.predictors import draw, noise_std
from validation.searches import curves_of
from validation.subject import NotApplicable, Subject

_N = 200
#: Architectures of a long list.
_MANY = 3000
#: Asks a release of the folder that is its argument, and prints means, stds and draws.
_ASK = """
import json, sys, nb301, pathlib; b = nb301.load(pathlib.Path(sys.argv[1]))
answers = b.query(json.load(sys.stdin), seed=1)
print(json.dumps([answers.mean.tolist(), answers.std.tolist(), answers.val_accuracy.tolist()]))
"""


@register()
def isomorphism(subject: Subject, among: Annotated[int, Field(ge=100, le=100_000)] = 4 * _N) -> Measured:
    """Largest difference of predictions, fraction, between genotypes that differ in node names alone.

    Args:
        subject: Is asked for both.
        among: Random genotypes, of which those are taken that are not canonical.
    """
    renamed: list[Genotype] = []
    canonical: list[Genotype] = []
    for genotype in _sampled(among):
        if genotype != genotype.canonical():
            renamed.append(genotype)
            canonical.append(genotype.canonical())
    return exact(np.abs(_both(subject, renamed) - _both(subject, canonical)).max(), len(renamed))


@register()
def curves(subject: Subject) -> Measured:
    """Largest difference, fraction, of a learning curve's best epoch from the draw of the whole training.

    And of curves in a list from those that are asked for alone and in another order.
    """
    teller = curves_of(subject.predictor, subject)
    genotypes, seeds = _sampled(_N), np.arange(_N)
    order = np.random.default_rng(1).permutation(_N)
    told = np.asarray(teller.curves(genotypes, seeds))
    shuffled = np.asarray(teller.curves(_reordered(genotypes, order), seeds[order]))
    off = [told.max(axis=1) - draw(subject.predictor, genotypes, seeds), (shuffled - told[order]).ravel()]
    for place in (0, _N - 1):
        alone = np.asarray(teller.curves([genotypes[place]], seeds[place : place + 1]))
        off.append((alone - told[place]).ravel())
    return exact(max(np.abs(difference).max() for difference in off), _N)


@register()
def long_lists(subject: Subject) -> Measured:
    """Largest difference of answers to a long list, fraction: once more, in another order, and alone.

    Mean, std and draws; of those alone the first and the last of the list.
    """
    genotypes, ends = _sampled(_MANY), np.r_[:10, _MANY - 10 : _MANY]
    first = _answers(subject, genotypes, np.arange(_MANY))
    again = _answers(subject, genotypes, np.arange(_MANY))
    order = np.random.default_rng(1).permutation(_MANY)
    shuffled = _answers(subject, _reordered(genotypes, order), order)
    alone = [_answers(subject, [genotypes[place]], np.array([place])) for place in ends]
    differences = (again - first, shuffled - first[:, order], np.concatenate(alone, axis=1) - first[:, ends])
    return exact(max(np.abs(difference).max() for difference in differences), _MANY)


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
    """How many global generators of Python, numpy and torch a long list and draws of it have changed."""
    genotypes = _sampled(_MANY)
    with _moved_on() as states:
        before = states()
        _answers(subject, genotypes, np.arange(_MANY))
        after = states()
    changed = [name for name in before if before[name] != after[name]]
    return exact(len(changed), len(before), **dict.fromkeys(changed, 1.0))


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


def _answers(subject: Subject, genotypes: list[Genotype], seeds: Rows) -> Array:
    """Means, stds and draws, shape (3, n)."""
    return np.stack([*subject.predictor.predict(genotypes), draw(subject.predictor, genotypes, seeds)])


@contextmanager
def _moved_on() -> Iterator[Callable[[], dict[str, object]]]:
    """Gives what tells the states of the global generators, moved on a little; afterwards they are as found.

    A generator that every query seeds alike would be in the same state before one and after it.
    """
    torch = sys.modules.get("torch")  # who has not imported it cannot have changed it
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is what must not change
    of_torch = torch.get_rng_state() if torch else None
    random.random()  # noqa: S311 - nothing is drawn for itself
    np.random.random()  # noqa: NPY002
    if torch:
        torch.rand(1)
    try:
        yield _states
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        if torch:
            torch.set_rng_state(of_torch)


def _states() -> dict[str, object]:
    torch = sys.modules.get("torch")
    _, key, *rest = np.random.get_state()  # noqa: NPY002
    numpy = (np.asarray(key).tobytes(), *rest)
    states: dict[str, object] = {"random": random.getstate(), "numpy": numpy}
    if torch:
        states["torch"] = bytes(torch.get_rng_state().numpy())
    return states
