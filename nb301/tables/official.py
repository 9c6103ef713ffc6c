"""The official CIFAR-10 training runs, a tree of JSON files, one file a run (F20, F21, F28).

`nb301 train` writes such files, too, with an entry `nb301` that says what no official key does.
Percent becomes fraction here and nowhere else. The numbers F1... are those of official_facts.md.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from nb301.cost import NetworkShape, cost
from nb301.errors import TableError, one_line, shown
from nb301.files import write_text
from nb301.formats import CONFIG_PREFIX, from_config, to_config
from nb301.parsing import parse_json, read_bytes
from nb301.space import Genotype
from nb301.tables.curves import steps_of
from nb301.tables.official_curves import ENTRY, curve_in
from nb301.tables.schema import EvaluationTable, check_names

NAME, VERSION, TRUTH = "cifar10", "1.0", "CIFAR-10 training"
#: Folders of the official tree, one for each optimizer (F28).
FOLDERS = ("rs", "darts", "random_ws", "gdas", "pc_darts", "re", "tpe", "de", "combo", "bananas", "drnas")
#: Called with the number of files read and the number of files.
Progress = Callable[[int, int], None]

_FILE = re.compile(r"results_\d+\.json")
_CONFIG = "optimized_hyperparamater_config"  # so spelt in the files (F21)
_OWN = "nb301"  # the entry of files that `write_official` wrote
_LARGEST = 2**31 - 1
#: Height of an image, pixels: multiply-adds of the largest networks still are 64-bit integers.
_LARGEST_IMAGE = 256
#: Bytes of a file; official ones have about 10,000, and learning curves.
_MOST_BYTES = 2**22


class Setting(NamedTuple):
    """What sets runs of one architecture apart: they are never rows of one table."""

    epochs: int
    #: Initial channels of the network, count.
    channels: int
    #: Cells of the network, count.
    layers: int
    #: Where the accuracies come from.
    truth: str = TRUTH
    #: Height and width of the images, pixels.
    image_size: int = 32
    #: Whether the network has an auxiliary head.
    auxiliary: bool = True

    def __str__(self) -> str:
        prefix = "" if self.truth == TRUTH else f"{self.truth}, "
        return f"{prefix}{self.epochs} epochs, {self.channels} channels, {self.layers} layers"

    @property
    def network(self) -> NetworkShape:
        """The network that was trained."""
        return NetworkShape(self.channels, self.layers, self.image_size, auxiliary=self.auxiliary)


#: The paper's (Appendix C.6, F5).
PROTOCOL = Setting(epochs=100, channels=32, layers=8)


class BadFile(NamedTuple):
    """A file that is no row of a table, or a folder that cannot be looked into."""

    #: Relative to the folder that was imported.
    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a tree of official files holds."""

    #: One table for each setting; those other than `PROTOCOL` are named after theirs.
    tables: Mapping[Setting, EvaluationTable]
    #: In the order of their paths.
    bad_files: Sequence[BadFile]
    #: Files that repeat another file's run of the same optimizer, which were dropped.
    duplicates: int

    @property
    def table(self) -> EvaluationTable:
        """The table of the paper's protocol; of trainings of ours where there are no others.

        Raises:
            TableError: No file has a run of that protocol, or ours are of several.
        """
        if len(self.tables) == 1 and all(setting.truth != TRUTH for setting in self.tables):
            return next(iter(self.tables.values()))
        if PROTOCOL not in self.tables:
            others = "; ".join(f"{len(table)} of {setting}" for setting, table in self.tables.items())
            raise TableError(
                f"no good file with a run of {PROTOCOL}: {len(self.bad_files)} bad files, "
                f"runs of other settings: {others or 'none'}"
            )
        return self.tables[PROTOCOL]


class _FileRun(NamedTuple):
    """One file; equal runs are duplicates."""

    setting: Setting
    genotype: str
    optimizer: str
    seed: int | None
    val_accuracy: float
    test_accuracy: float
    train_accuracy: float
    runtime: float
    parameters: int
    multiply_adds: int
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OwnRun:
    """One training of ours, to be written as official files are; accuracies are fractions, times seconds."""

    genotype: Genotype
    setting: Setting
    seed: int
    val_accuracy: float
    test_accuracy: float
    train_accuracy: float
    #: Cross-entropy of the best epoch, nats, as `val_loss` is; `learning_rate` is of that epoch, too.
    train_loss: float
    val_loss: float
    learning_rate: float
    #: Counted from 1.
    best_epoch: int
    runtime: float
    training_images: int
    validation_images: int
    #: Training settings under their names in the official configuration space.
    config: Mapping[str, Any]
    #: Learning curves by their names in the full logs, accuracies in percent.
    learning_curves: Mapping[str, Sequence[float]]
    #: What else is known, in JSON.
    more: Mapping[str, Any]


def write_official(run: OwnRun, path: Path) -> None:
    """Write a training as one file of the official format (F21), which `import_official` reads back.

    Args:
        run: The training.
        path: `results_N.json`, in a folder that is named after an optimizer.
    """
    setting = run.setting
    result = {
        "final_metric_score": -100 * run.val_accuracy,
        _CONFIG: _configuration(run),
        "budget": setting.epochs,
        "info": [_info(run)],
        "test_accuracy": 100 * run.test_accuracy,
        "runtime": run.runtime,
        "seed": run.seed,
        ENTRY: run.learning_curves,
        _OWN: {
            **run.more,
            "truth": setting.truth,
            "image_size": setting.image_size,
            "auxiliary": setting.auxiliary,
        },
    }
    write_text(path, json.dumps(_finite(result), indent=1))


def _configuration(run: OwnRun) -> dict[str, Any]:
    """The architecture and its training under the names of the official configuration space."""
    return {
        **to_config(run.genotype),
        f"{CONFIG_PREFIX}init_channels": run.setting.channels,
        f"{CONFIG_PREFIX}layers": run.setting.layers,
        f"{CONFIG_PREFIX}auxiliary": str(run.setting.auxiliary),
        **run.config,
    }


def _info(run: OwnRun) -> dict[str, Any]:
    """The results of the best epoch, also under the names of the last epoch's (`_final`)."""
    best_epoch = {
        "train_loss": run.train_loss,
        "train_accuracy": 100 * run.train_accuracy,
        "val_accuracy": 100 * run.val_accuracy,
        "val_cross_entropy": run.val_loss,
    }
    return {
        **best_epoch,
        "epochs": run.best_epoch,
        "model_parameters": cost(run.genotype, run.setting.network).parameters,
        "learning_rate": run.learning_rate,
        "train_datapoints": run.training_images,
        "val_datapoints": run.validation_images,
        "dataset_path": run.setting.truth,
        "dataset_id": 0,
        **{f"{name}_final": value for name, value in best_epoch.items()},
    }


def _finite(value: Any) -> Any:
    """The value with null in place of the numbers that JSON does not have."""
    if isinstance(value, Mapping):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_finite, value)]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def import_official(folder: Path, progress: Progress | None = None) -> Imported:
    """Read every `results_N.json` below a folder, at any depth.

    A run belongs to the optimizer that the nearest folder above it is named after (`FOLDERS`, an ending `_ti`
    put aside). Validation accuracy is the best over epochs (F20), `epochs` of a row the budget; learning
    curves are kept where files have them. All rows have run 0, since files do not tell runs apart; a row's
    seed is the file's where there is one, else it counts the architecture's runs from 1. Rows are in the
    order of paths with numbers compared as such, whatever order the file system has.

    Args:
        folder: The tree, or any part of it.
        progress: Called after each file.

    Returns:
        The tables, and the files that could not be read, each with its reason. Links to files are followed,
        those to folders not.

    Raises:
        TableError: There is no such folder, or no `results_N.json` in it.
    """
    files, bad_files = _files(folder)
    folder = Path(os.path.realpath(folder))  # which a circle of links does not stop
    runs: list[_FileRun] = []
    for done, path in enumerate(files, start=1):
        try:
            runs.append(_read(path, _optimizer(path.relative_to(folder.parent))))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            bad_files.append(BadFile(path.relative_to(folder), one_line(reason)))
        if progress is not None:
            progress(done, len(files))
    unique: dict[_FileRun, _FileRun] = {}  # one folder's files only: a run names its optimizer, as in F30
    for run in runs:
        if len(run.curve) > len(unique.setdefault(run._replace(curve=()), run).curve):
            unique[run._replace(curve=())] = run
    by_setting: dict[Setting, list[_FileRun]] = {}
    for run in unique.values():
        by_setting.setdefault(run.setting, []).append(run)
    tables = {setting: _table(setting, runs) for setting, runs in sorted(by_setting.items())}
    return Imported(tables, bad_files, len(runs) - len(unique))


def _files(folder: Path) -> tuple[list[Path], list[BadFile]]:
    """Files of a run's name below a folder, in their order, and folders that cannot be looked into."""
    if not folder.is_dir():
        raise TableError(f"{folder}: no such folder")
    folder = Path(os.path.realpath(folder))  # which a circle of links does not stop
    bad_folders: list[BadFile] = []

    def note(error: OSError) -> None:
        bad_folders.append(BadFile(Path(error.filename).relative_to(folder), str(error.strerror)))

    files: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=note):
        files += [Path(place, name) for name in filter(_FILE.fullmatch, folders + names)]
    files.sort(key=lambda path: _numeric_order(path.relative_to(folder).as_posix()))
    if not files:
        raise TableError(f"{folder}: no results_N.json in it, at any depth")
    return files, bad_folders


def _numeric_order(path: str) -> list[tuple[int, str]]:
    """Sort `results_2` before `results_10`."""
    # the split text is equal for numbers such as 1 and 01
    words = [(int(word) if word.isdecimal() else -1, word) for word in re.split(r"(\d+)", path)]
    return [*words, (-1, path)]


def _optimizer(path: Path) -> str:
    """The optimizer that the nearest folder is named after, in a path from the imported folder on."""
    for part in reversed(path.parts[:-1]):
        name = part.lower().replace("-", "_").removesuffix("_ti")
        if name in FOLDERS:
            return name
    raise TableError(f"no folder above it is named after an optimizer: {', '.join(FOLDERS)}")


def _read(path: Path, optimizer: str) -> _FileRun:
    """Read one file.

    Raises:
        OSError: It cannot be opened.
        ValueError: It is no JSON, lacks a key, or a value or the architecture is out of range.
    """
    try:
        result = parse_json(read_bytes(path, _MOST_BYTES))
    except ValueError as error:
        raise TableError(f"not JSON: {error}") from None
    config, infos = _get(result, _CONFIG), _get(result, "info")
    info = infos[0] if isinstance(infos, list) and len(infos) == 1 else infos
    setting = Setting(
        epochs=round(_number(result, "budget", 1, _LARGEST)),
        channels=_integer(config, f"{CONFIG_PREFIX}init_channels", 1, 10_000),  # range of F1
        layers=_integer(config, f"{CONFIG_PREFIX}layers", 1, 10_000),
    )
    if _OWN in result:
        setting = setting._replace(**_own(result[_OWN]))
    genotype = from_config(config).canonical()
    counted = cost(genotype, setting.network)
    parameters = _integer(info, "model_parameters", 1, 2**63 - 1)
    if parameters != counted.parameters:
        raise TableError(f"model_parameters is {parameters}, but its network has {counted.parameters}")
    val_accuracy = _fraction(info, "val_accuracy")
    return _FileRun(
        setting,
        str(genotype),
        optimizer,
        seed=_integer(result, "seed", 0, 2**63 - 1) if "seed" in result else None,
        val_accuracy=val_accuracy,
        test_accuracy=_fraction(result, "test_accuracy"),
        train_accuracy=_fraction(info, "train_accuracy"),
        runtime=_number(result, "runtime", 1e-9, 1e12),
        parameters=parameters,
        multiply_adds=counted.multiply_adds,
        curve=curve_in(result, setting.epochs, val_accuracy),
    )


def _own(entry: Any) -> dict[str, Any]:
    """The fields of a `Setting` that only files of ours have."""
    truth, auxiliary = _get(entry, "truth"), _get(entry, "auxiliary")
    if not isinstance(truth, str) or not isinstance(auxiliary, bool):
        raise TableError(
            f"truth is {shown(truth)} and auxiliary {shown(auxiliary)}, expected text and a boolean"
        )
    check_names(truth.partition(" ")[0], VERSION, truth)
    return {
        "truth": truth,
        "auxiliary": auxiliary,
        "image_size": _integer(entry, "image_size", 1, _LARGEST_IMAGE),
    }


def _get(values: Any, key: str) -> Any:
    if not isinstance(values, Mapping):
        raise TableError(f"expected an object that holds {key}, found {shown(values)}")
    if key not in values:
        raise TableError(f"{key} is missing")
    return values[key]


def _number(values: Any, key: str, low: float, high: float) -> float:
    value = _get(values, key)
    # comparisons with NaN are false, and those of huge integers do not overflow
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise TableError(f"{key} is {shown(value)}, expected a number from {low:g} to {high:g}")
    return float(value)


def _integer(values: Any, key: str, low: int, high: int) -> int:
    value = _get(values, key)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise TableError(f"{key} is {shown(value)}, expected an integer from {low} to {high}")
    return value


def _fraction(values: Any, key: str) -> float:
    return _number(values, key, 0, 100) / 100


def _table(setting: Setting, runs: Sequence[_FileRun]) -> EvaluationTable:
    rows = pd.DataFrame(runs, columns=_FileRun._fields).drop(columns=["setting", "curve"])
    steps = steps_of([run.curve for run in runs], rows["val_accuracy"].to_numpy())
    rows["seed"] = list(_seeds(runs))
    rows["run"], rows["epochs"] = 0, setting.epochs
    suffix = "" if setting == PROTOCOL else "-" + str(setting).replace(", ", "-").replace(" ", "-")
    name = NAME + suffix if setting.truth == TRUTH else setting.truth.partition(" ")[0]
    return EvaluationTable(name, VERSION, setting.truth, rows, steps)


def _seeds(runs: Iterable[_FileRun]) -> Iterator[int]:
    """The files' seeds; where a file has none, 1, 2, ... for the architecture's runs, in their order."""
    counts: Counter[str] = Counter()
    for run in runs:
        if run.seed is None:
            counts[run.genotype] += 1
        yield counts[run.genotype] if run.seed is None else run.seed
