"""All saboteurs as subjects, and what claims say of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from nb301.files import sha256
from nb301.releases import find
from nb301.releases.fitted_table import fitted_table
from nb301.releases.report import ClaimVerdict
from validation.claims import claims_about
from validation.judging import family_of, measure
from validation.measures import NotApplicable
from validation.saboteurs.of_emulated import OF_EMULATED
from validation.saboteurs.of_trainings import OF_TRAININGS
from validation.saboteurs.oracle import oracle
from validation.saboteurs.saboteur import Saboteur, Spoiled
from validation.saboteurs.stand_in import stand_in
from validation.subject import Subject, TrainedOn, subject_of

SABOTEURS: dict[str, Saboteur] = {**OF_EMULATED, **OF_TRAININGS}
#: The release that is spoiled where a fault needs members or files.
_RELEASE = "emulated-xgb-v2.0"


def sabotaged(name: str, cache_folder: Path, seed: int = 0) -> Subject:
    """A subject with the fault.

    Args:
        name: Of the saboteur.
        cache_folder: Folder of what is fitted for claims.
        seed: Of what is random about the fault.
    """
    saboteur = SABOTEURS[name]
    subject = spoiled(saboteur.spoils, cache_folder)
    return replace(
        subject,
        name=name,
        key=sha256(f"{name} {subject.key}".encode()),
        predictor=saboteur.make(subject.predictor, subject, None, seed),
        is_kept=False,  # its hash does not say what its fault does
        wrap=lambda predictor, rows: saboteur.make(predictor, subject, rows, seed),
    )


@cache
def spoiled(what: Spoiled, cache_folder: Path) -> Subject:
    """What saboteurs spoil, made once."""
    if what is Spoiled.release:
        release = find(_RELEASE)
        return subject_of(release, fitted_table(release.manifest), cache_folder)
    if what is Spoiled.stand_in:
        return stand_in(cache_folder)
    is_random_only = what is Spoiled.oracle_of_random_only
    return oracle(cache_folder, TrainedOn.random_only if is_random_only else TrainedOn.all_data)


def verdict(subject: Subject, claim_id: str) -> ClaimVerdict:
    """What a claim says of a subject.

    Raises:
        KeyError: There is no claim of that id about it.
    """
    claims = claims_about(subject.table.truth, family_of(subject), subject.trained_on)
    by_id = {claim.id: claim for claim in claims}
    try:
        return measure(by_id[claim_id], subject).verdict
    except NotApplicable:
        return ClaimVerdict.not_applicable
