"""The result of a study, `tuning.json`: written by `nb301 tune`, read by `nb301 release freeze`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from nb301.errors import TuningError, one_line
from nb301.parsing import parse_object, read_bytes
from nb301.records import Record, first_wrong
from nb301.surrogates.members.base import Hyperparameters
from nb301.tables.schema import EvaluationTable

#: Name of the result in a study's folder.
FILE = "tuning.json"
FORMAT = 1
#: Bytes of a result: some hundred for each trial.
_MOST_BYTES = 2**26


class Trial(Record):
    """One configuration that was fitted, or whose fit was ended early."""

    number: int
    state: Literal["complete", "pruned"]
    #: Error of the validation predictions, squared fraction; None for pruned trials.
    mean_squared_error: float | None
    #: Scores; None also where the rows or their predictions are all alike.
    r2: float | None = None
    sparse_kendall_tau: float | None = None
    #: Rounds or epochs that were reported.
    steps: int
    params: dict[str, float | int | str | bool]
    #: Reason why the model could not be used, where the trial counts as pruned for it.
    reason: str | None = None


class Tuning(Record):
    """What a study came to, and on what."""

    format: int
    family: str
    table: str
    truth: str
    table_hash: str
    #: Seed of the stratified split, the proposals and the models.
    seed: int
    rows: dict[str, int]
    #: The best trial's, with defaults where nothing was searched: what `freeze` takes.
    hyperparameters: dict[str, float | int | str | bool]
    best: Trial
    trials: tuple[Trial, ...]
    libraries: dict[str, str]

    def to_json(self) -> str:
        """JSON with sorted keys, two spaces.

        Returns:
            Text that `read_tuning` reads.
        """
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"


def read_tuning(path: Path) -> Tuning:
    """Read a `tuning.json`.

    Args:
        path: What `nb301 tune` wrote.

    Raises:
        TuningError: There is none, or it is of a newer format, or entries are missing or unknown.
    """
    try:
        entries = parse_object(read_bytes(path, _MOST_BYTES))
        written = int(entries["format"])
    except (OSError, LookupError, TypeError, ValueError, OverflowError) as error:
        raise TuningError(f"{path}: not a result of `nb301 tune` ({one_line(str(error))})") from None
    if written > FORMAT:
        raise TuningError(
            f"{path}: format {written} is newer than {FORMAT}, the newest that this version of nb301 "
            "reads: upgrade nb301"
        )
    try:
        return Tuning.model_validate(entries)
    except ValidationError as error:
        raise TuningError(f"{path}: {first_wrong(error)}") from None


def tuned_hyperparameters(path: Path, table: EvaluationTable, family: str, seed: int) -> Hyperparameters:
    """Read the hyperparameters of a `tuning.json` for a release.

    Args:
        path: The file.
        table: What the release is fitted on. Hyperparameters of another table may be used.
        family: The release's.
        seed: Of the release's split.

    Returns:
        Values by their names.

    Raises:
        TuningError: They are another family's, or were tuned on rows that the release is tested on.
    """
    tuning = read_tuning(path)
    if tuning.family != family:
        raise TuningError(f"{path}: hyperparameters of family {tuning.family!r}, not of {family!r}")
    if tuning.table_hash == table.content_hash and tuning.seed != seed:
        raise TuningError(
            f"{path}: tuned on the split of seed {tuning.seed}, whose validation rows are among the test "
            f"rows of seed {seed}: tune with --seed {seed}"
        )
    return tuning.hyperparameters
