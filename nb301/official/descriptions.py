"""Ensembles of official models, and what the manifest of a release says of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from nb301.errors import ReleaseError, is_one_line, one_line, shown
from nb301.official.archive import Archive, FoundMember, Settings
from nb301.official.conversion import Converted
from nb301.records import first_wrong
from nb301.releases import facts
from nb301.releases import manifest as manifests
from nb301.releases.load import Release
from nb301.releases.manifest import (
    FileReference,
    Imported,
    ImportedEnsemble,
    ImportedMember,
    Manifest,
    TableReference,
)
from nb301.surrogates import runtime
from nb301.surrogates.libraries import installed
from nb301.truth.base import OFFICIAL

#: What a runtime model's `model` ends with (F34).
_OF_RUNTIME = "_time"
#: How `data_config.json` names the optimizers whose rows the models saw.
_SPLIT = re.compile(r"train_val_test_split_([a-z0-9_]{1,40})")
#: The official table (F29), as `tables.official` calls it; it is not here.
_TABLE = TableReference(name="cifar10", version="1.0", truth=OFFICIAL, content_hash=None, rows=None)
#: Whose runtime model stands in where there is no official one.
STAND_IN = "cifar10-xgb-rand-v1.0"
_CREDIT = (
    "NAS-Bench-301 (Siems et al., 2020), whose authors published the models with the package "
    "nasbench301 (Apache-2.0)."
)
_NOT_KEPT: Mapping[str, tuple[str, ...]] = {
    "xgboost": (
        "statistics of the nodes (gain, cover) and nodes that pruning had deleted",
        "XGBoost's configuration and attributes, such as best_iteration, which official answers ignore",
    ),
    "lightgbm": ("LightGBM's statistics of the nodes, its parameters and names of features",),
    "torch": ("counters of batch norms, and the second copy of node_encoder",),
}
_NOT_KEPT_OF_ALL = (
    "what else lies in the members' folders, such as logs",
    "the order in which a file system lists the members, which official code takes: here paths are sorted",
)
_LARGEST_SETTING = 10**15
#: Letters of what is kept of a `model_config.json`, and optimizers of a `data_config.json`, of which the
#: official ones have some hundred and at most twelve; letters of a path.
_MOST_KEPT, _MOST_OPTIMIZERS, _LONGEST = 50_000, 100, 400


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Official models that answer together."""

    archive: Archive
    #: Path of its folder in the archive, empty for the archive itself, and its name, such as `xgb_v1.0`.
    path: str
    folder: str
    members: Sequence[FoundMember]
    #: What lies beside its first member, all that official code reads.
    settings: Settings
    #: What its `model_config.json` says in numbers and words, and whom its `data_config.json` names.
    hyperparameters: Mapping[str, float | int | str | bool]
    optimizers: Sequence[str]

    @property
    def of_runtime(self) -> bool:
        """Whether it predicts seconds."""
        return self.settings.model.endswith(_OF_RUNTIME)


def ensembles(archive: Archive) -> Iterator[Ensemble]:
    """The ensembles of an archive, in the order of their paths.

    Raises:
        ReleaseError: One has too many members, or what lies beside its first member is not official.
    """
    for path, members in archive.ensembles().items():
        folder = PurePosixPath(path).name or archive.name
        if len(members) > manifests.MOST_MEMBERS:
            raise ReleaseError(
                f"{shown(path or folder, 200)}: {len(members):,} members, expected at most "
                f"{manifests.MOST_MEMBERS:,}"
            )
        yield Ensemble(
            archive=archive,
            path=path,
            folder=folder,
            members=members,
            settings=archive.settings(members[0]),
            hyperparameters=_hyperparameters(archive, members[0]),
            optimizers=_optimizers(archive, members[0]),
        )


def _hyperparameters(archive: Archive, member: FoundMember) -> dict[str, float | int | str | bool]:
    kept: dict[str, float | int | str | bool] = {}
    for key, value in archive.configuration(member, "model_config.json").items():
        is_number = isinstance(value, int | float) and abs(value) < _LARGEST_SETTING and math.isfinite(value)
        is_text = isinstance(value, str) and len(value) < 500 and is_one_line(value)
        if (is_number or is_text) and len(key) < 200 and is_one_line(key):
            kept[key] = value
    letters = len(json.dumps(kept))
    if letters > _MOST_KEPT:
        path = PurePosixPath(member.path).parent / "model_config.json"
        raise ReleaseError(
            f"{shown(str(path), 200)}: {len(kept):,} numbers and words of {letters:,} letters, expected at "
            f"most {_MOST_KEPT:,} letters"
        )
    return kept


def _optimizers(archive: Archive, member: FoundMember) -> list[str]:
    optimizers = []
    for key in archive.configuration(member, "data_config.json"):
        if match := _SPLIT.fullmatch(key):
            optimizers.append(match[1])
    if len(optimizers) > _MOST_OPTIMIZERS:
        path = PurePosixPath(member.path).parent / "data_config.json"
        raise ReleaseError(
            f"{shown(str(path), 200)}: names {len(optimizers):,} optimizers, expected at most "
            f"{_MOST_OPTIMIZERS}"
        )
    return sorted(optimizers)


@dataclass(frozen=True, slots=True)
class ConvertedEnsemble:
    """An ensemble whose members have been converted."""

    source: Ensemble
    members: Sequence[Converted]

    @property
    def library(self) -> str:
        """That wrote the members."""
        return self.members[0].library

    @property
    def versions(self) -> str:
        """Its versions."""
        versions = {member.version for member in self.members}
        return ", ".join(sorted(versions)) or "unknown"

    def reference(self) -> ImportedEnsemble:
        """What the manifest says of it."""
        members = []
        for place, (file, member) in enumerate(zip(self.source.members, self.members, strict=True)):
            reference = ImportedMember(
                path=_line(file.path.removeprefix(f"{file.ensemble}/")),
                bytes=member.source_bytes,
                sha256=member.source_sha256,
                library=f"{member.library} {member.version}".strip(),
                seed=self.source.settings.seed if place == 0 else _seed(self.source.archive, file),
            )
            members.append(reference)
        return ImportedEnsemble(
            folder=_line(self.source.folder), model=self.source.settings.model, members=tuple(members)
        )


def _line(path: str) -> str:
    """A path in one line, cut where that is too long."""
    line = one_line(path, len(path))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _seed(archive: Archive, member: FoundMember) -> int | None:
    try:
        return archive.settings(member).seed
    except ReleaseError:  # official code reads the first member's alone
        return None


def manifest_of(
    name: str,
    version: str,
    family: str,
    accuracy: ConvertedEnsemble,
    seconds: ConvertedEnsemble | None,
    stand_in: Release | None,
    placed: Mapping[str, Converted],
) -> Manifest:
    """The manifest of an imported release.

    Args:
        name: The release's.
        version: Its version.
        family: Of its accuracy models.
        accuracy: Its accuracy models.
        seconds: Its runtime model, if it has one.
        stand_in: The release whose runtime model it has where it has none of its own.
        placed: Members by the names of their files.

    Raises:
        ReleaseError: It can be none, such as one that is too large to be read.
    """
    try:
        manifest = _manifest(name, version, family, accuracy, seconds, stand_in, placed)
    except ValidationError as error:
        raise ReleaseError(f"{shown(accuracy.source.folder, 200)}: {first_wrong(error)}") from None
    size = len(manifest.to_json())  # it is ASCII
    if size > facts.LARGEST:
        raise ReleaseError(
            f"{shown(accuracy.source.folder, 200)}: a manifest of {size:,} bytes, expected at most "
            f"{facts.LARGEST:,}: shorten the paths of its {len(accuracy.members)} members"
        )
    return manifest


def _manifest(
    name: str,
    version: str,
    family: str,
    accuracy: ConvertedEnsemble,
    seconds: ConvertedEnsemble | None,
    stand_in: Release | None,
    placed: Mapping[str, Converted],
) -> Manifest:
    files = {file: FileReference(sha256=member.sha256, bytes=member.bytes) for file, member in placed.items()}
    libraries = {accuracy.library: accuracy.versions}
    credit, runtime_table, runtime_hyperparameters = _CREDIT, None, {}
    if stand_in is not None:
        files[runtime.FILE] = stand_in.manifest.files[runtime.FILE]
        runtime_table = stand_in.manifest.runtime_table
        runtime_hyperparameters = stand_in.manifest.runtime_hyperparameters
        credit += f" Runtimes: those of {STAND_IN}, fitted to official predictions v0.9."
    if seconds is not None:
        runtime_hyperparameters = dict(seconds.source.hyperparameters)
        libraries |= {seconds.library: seconds.versions}
    return Manifest(
        format=manifests.FORMAT,
        name=name,
        version=version,
        family=family,
        optimizers=tuple(accuracy.source.optimizers),
        table=_TABLE,
        split=None,
        seed=accuracy.source.settings.seed,
        members=len(accuracy.members),
        hyperparameters=dict(accuracy.source.hyperparameters),
        runtime_hyperparameters=runtime_hyperparameters,
        libraries={**libraries, **installed(("numpy",))},
        metrics=None,
        files=files,
        noise=None,
        runtime_table=runtime_table,
        credit=credit,
        imported=_imported(accuracy, seconds),
    )


def _imported(accuracy: ConvertedEnsemble, seconds: ConvertedEnsemble | None) -> Imported:
    not_kept = dict.fromkeys(_NOT_KEPT[accuracy.library])
    if seconds is not None:
        not_kept |= dict.fromkeys(_NOT_KEPT[seconds.library])
    not_kept |= dict.fromkeys(_NOT_KEPT_OF_ALL)
    return Imported(
        accuracy=accuracy.reference(),
        runtime=None if seconds is None else seconds.reference(),
        not_kept=tuple(not_kept),
    )
