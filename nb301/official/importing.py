"""Official models as releases: each ensemble of a folder or ZIP file, with the runtime model beside it."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from nb301.errors import ReleaseError, is_one_line, one_line, shown
from nb301.files import check_folder, folder_written_whole
from nb301.official.archive import Archive, FoundMember, Settings
from nb301.official.conversion import Converted, Journal
from nb301.parsing import NAME, read_bytes
from nb301.places import user_releases
from nb301.releases import manifest as manifests
from nb301.releases.load import Release, find, names
from nb301.releases.manifest import (
    FileReference,
    Imported,
    ImportedEnsemble,
    ImportedMember,
    Manifest,
    TableReference,
)
from nb301.surrogates import FAMILIES, runtime
from nb301.surrogates.libraries import installed
from nb301.surrogates.official_runtime import runtime_files
from nb301.truth.base import OFFICIAL

#: Called as (member's path, members converted, members in all).
Progress = Callable[[str, int, int], None]

#: Families by the library that wrote members.
_FAMILIES = {"xgboost": "official-xgb", "lightgbm": "official-lgb", "torch": "official-gin"}
#: What a runtime model's `model` ends with; accuracy models in names of releases (F34).
_OF_RUNTIME, _SHORT = "_time", {"gnn_gin": "gin"}
_FOLDER = re.compile(rf"(?P<model>[A-Za-z0-9_]{{1,40}})_v(?P<version>{manifests.VERSION})")
_RELEASE = re.compile(rf".*-v(?P<version>{manifests.VERSION})")
#: How `data_config.json` names the optimizers whose rows the models saw.
_SPLIT = re.compile(r"train_val_test_split_([a-z0-9_]{1,40})")
#: The official table (F29), as `tables.official` calls it; it is not here.
_TABLE = TableReference(name="cifar10", version="1.0", truth=OFFICIAL, content_hash=None, rows=None)
#: Whose runtime model stands in where there is no official one.
_STAND_IN = "cifar10-xgb-rand-v1.0"
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


def import_official(
    source: Path,
    folder: Path | None = None,
    *,
    name: str | None = None,
    runtime_source: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Import each ensemble of accuracy models as a release.

    Members are read one by one, and kept in `importing-NAME` beside the release's place until it is whole: an
    import that was interrupted goes on from there. One that failed leaves nothing behind.

    Args:
        source: A folder of one ensemble, such as `nb_models/xgb_v1.0`, or of several, or the ZIP file.
        folder: Where the releases' own folders are written; by default this user's.
        name: The release's; by default after its folder, such as `nb301-xgb-v1.0` of `xgb_v1.0`. Where there
            are several ensembles it says which one is imported.
        runtime_source: Folder or ZIP file of the runtime model; by default in `source`, or beside it. Where
            there is none, runtimes are those of `cifar10-xgb-rand-v1.0`, which were fitted to the official
            model's predictions.
        replace: Whether releases of the same names may be overwritten.
        progress: Called after each member.

    Returns:
        The releases' folders, in the order of their paths in `source`.

    Raises:
        ReleaseError: It holds no official models, a member is not what official code writes (says which,
            where and why), there is no release of that name in it, a name is taken or can be none.
        OutputError: A folder cannot be written, or holds more than a release.
    """
    folder = user_releases() if folder is None else folder
    with ExitStack() as stack:
        found = [*_ensembles(stack.enter_context(Archive(source)))]
        accuracy = [ensemble for ensemble in found if not ensemble.of_runtime]
        if not accuracy:
            raise ReleaseError(
                f"{shown(str(source), 200)}: holds a runtime model alone: import the models of accuracy, and "
                "give this as --runtime"
            )
        seconds = [ensemble for ensemble in found if ensemble.of_runtime]
        other = runtime_beside(source) if runtime_source is None and not seconds else runtime_source
        if other is not None:
            beside = [*_ensembles(stack.enter_context(Archive(other)))]
            seconds = [ensemble for ensemble in beside if ensemble.of_runtime]
            source = other
        if len(seconds) > 1 or (runtime_source is not None and not seconds):
            raise ReleaseError(
                f"{shown(str(source), 200)}: {len(seconds)} runtime models, expected one: give its folder"
            )
        plans = _plans(accuracy, seconds[0] if seconds else None, folder, name)
        for plan in plans:
            _check_target(plan.target, replace=replace)
        for plan in plans:
            _import(plan, progress)
    return [plan.target for plan in plans]


def runtime_beside(source: Path) -> Path | None:
    """The folder of the runtime model beside that of an ensemble, as the official archives have it (F34)."""
    match = _FOLDER.fullmatch(source.absolute().name)
    if match is None or not source.is_dir():
        return None
    beside = source.absolute().parent / f"lgb_runtime_v{match['version']}"
    return beside if beside.is_dir() and beside != source.absolute() else None


def default_name(folder: str) -> str | None:
    """What a release is called after its official folder, such as `nb301-gin-v1.0` after `gnn_gin_v1.0`."""
    match = _FOLDER.fullmatch(folder)
    return f"nb301-{_SHORT.get(match['model'], match['model'])}-v{match['version']}" if match else None


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Official models that answer together."""

    archive: Archive
    #: Name of its folder, such as `xgb_v1.0`.
    folder: str
    members: Sequence[FoundMember]
    #: What lies beside its first member, all that official code reads.
    settings: Settings

    @property
    def of_runtime(self) -> bool:
        """Whether it predicts seconds."""
        return self.settings.model.endswith(_OF_RUNTIME)


def _ensembles(archive: Archive) -> Iterator[Ensemble]:
    for path, members in archive.ensembles().items():
        folder = PurePosixPath(path).name or archive.name
        yield Ensemble(archive, folder, members, archive.settings(members[0]))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A release that is to be."""

    target: Path
    version: str
    accuracy: Ensemble
    runtime: Ensemble | None


def _plans(
    accuracy: Sequence[Ensemble], seconds: Ensemble | None, folder: Path, name: str | None
) -> list[_Plan]:
    by_name = {}
    for ensemble in accuracy:
        default = default_name(ensemble.folder)
        if default is None and (name is None or len(accuracy) > 1):
            raise ReleaseError(
                f"folder {shown(ensemble.folder)} is not called like xgb_v1.0: import it alone, and give the "
                "release a --name, such as nb301-xgb-v1.0"
            )
        by_name[default or ""] = ensemble
    if name is not None and len(accuracy) > 1:
        if name not in by_name:
            raise ReleaseError(f"no models of {shown(name)} are in it, but of {', '.join(by_name)}")
        by_name = {name: by_name[name]}
    plans = []
    for default, ensemble in by_name.items():
        called = default if name is None else name
        if not re.fullmatch(NAME, called):
            raise ReleaseError(f"{shown(called)} cannot be a release's name: expected letters, digits and -")
        version = _RELEASE.fullmatch(called)
        plans.append(_Plan(folder / called, version["version"] if version else "1.0", ensemble, seconds))
    return plans


def _check_target(target: Path, *, replace: bool) -> None:
    if target.name in names():
        raise ReleaseError(f"{target.name} is the name of an embedded release: give another --name")
    if target.exists() and not replace:
        raise ReleaseError(f"{target} exists: give another --name, or --replace it")
    check_folder(target, _release_files)


def _release_files(folder: Path) -> list[str]:
    path = folder / manifests.FILE
    return [manifests.FILE, *manifests.read_manifest(read_bytes(path, manifests.LARGEST), str(path)).files]


@dataclass(frozen=True, slots=True)
class _ConvertedEnsemble:
    """An ensemble whose members have been converted."""

    found: Ensemble
    hyperparameters: Mapping[str, float | int | str | bool]
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
        for place, (found, member) in enumerate(zip(self.found.members, self.members, strict=True)):
            reference = ImportedMember(
                path=one_line(found.path.removeprefix(f"{found.ensemble}/"), 400),
                bytes=member.source_bytes,
                sha256=member.source_sha256,
                library=f"{member.library} {member.version}".strip(),
                seed=self.found.settings.seed if place == 0 else _seed(self.found.archive, found),
            )
            members.append(reference)
        return ImportedEnsemble(
            folder=one_line(self.found.folder, 400), model=self.found.settings.model, members=tuple(members)
        )


def _seed(archive: Archive, member: FoundMember) -> int | None:
    try:
        return archive.settings(member).seed
    except ReleaseError:  # official code reads the first member's alone
        return None


def _import(plan: _Plan, progress: Progress | None) -> None:
    journal = Journal(plan.target.parent / f"importing-{plan.target.name}")
    total = len(plan.accuracy.members) + (len(plan.runtime.members) if plan.runtime else 0)
    try:
        accuracy = _converted(plan.accuracy, journal, progress, 0, total)
        seconds = None
        if plan.runtime is not None:
            seconds = _converted(plan.runtime, journal, progress, len(accuracy.members), total)
        _write(plan, accuracy, seconds)
    except ReleaseError:
        journal.remove()
        raise
    journal.remove()


def _converted(
    ensemble: Ensemble, journal: Journal, progress: Progress | None, done: int, total: int
) -> _ConvertedEnsemble:
    archive = ensemble.archive
    settings = archive.configuration(ensemble.members[0], "model_config.json")
    converted: list[Converted] = []
    for member in ensemble.members:
        converted.append(journal.converted(archive, member, settings))
        if converted[-1].library != converted[0].library:
            raise ReleaseError(
                f"{shown(member.path, 200)}: written by {converted[-1].library}, other members of its "
                f"ensemble by {converted[0].library}"
            )
        if progress is not None:
            progress(member.path, done + len(converted), total)
    return _ConvertedEnsemble(ensemble, _hyperparameters(settings), converted)


def _hyperparameters(settings: Mapping[str, Any]) -> dict[str, float | int | str | bool]:
    """What `model_config.json` says in numbers and words."""
    kept: dict[str, float | int | str | bool] = {}
    for key, value in settings.items():
        is_number = isinstance(value, int | float) and abs(value) < _LARGEST_SETTING and math.isfinite(value)
        is_text = isinstance(value, str) and len(value) < 500 and is_one_line(value)
        if (is_number or is_text) and len(key) < 200 and is_one_line(key):
            kept[key] = value
    return kept


def _write(plan: _Plan, accuracy: _ConvertedEnsemble, seconds: _ConvertedEnsemble | None) -> None:
    if seconds is not None and FAMILIES[_FAMILIES[seconds.library]].load_mapped is None:
        raise ReleaseError(
            f"{shown(seconds.found.folder)}: a runtime model of {seconds.library}, not of trees"
        )
    family = FAMILIES[_FAMILIES[accuracy.library]]
    placed = dict(zip(family.files(len(accuracy.members)), accuracy.members, strict=True))
    stand_in = None if seconds is not None else find(_STAND_IN)
    if seconds is not None:
        placed |= dict(zip(runtime_files(len(seconds.members)), seconds.members, strict=True))
    manifest = _manifest(plan, family.name, accuracy, seconds, stand_in, placed)
    with folder_written_whole(plan.target, _release_files) as temporary:
        if stand_in is not None:
            text = read_bytes(stand_in.folder / runtime.FILE, manifests.LARGEST_FILES)
            (temporary / runtime.FILE).write_bytes(text)
        (temporary / manifests.FILE).write_text(manifest.to_json(), encoding="utf-8")
        moved: dict[Path, Path] = {}
        for file, member in placed.items():
            if member.path in moved:  # equal members are one file of the journal
                shutil.copyfile(moved[member.path], temporary / file)
            else:
                moved[member.path] = member.path.replace(temporary / file)


def _manifest(
    plan: _Plan,
    family: str,
    accuracy: _ConvertedEnsemble,
    seconds: _ConvertedEnsemble | None,
    stand_in: Release | None,
    placed: Mapping[str, Converted],
) -> Manifest:
    files = {name: FileReference(sha256=member.sha256, bytes=member.bytes) for name, member in placed.items()}
    libraries = {accuracy.library: accuracy.versions}
    credit, runtime_table, runtime_hyperparameters = _CREDIT, None, {}
    if stand_in is not None:
        files[runtime.FILE] = stand_in.manifest.files[runtime.FILE]
        runtime_table = stand_in.manifest.runtime_table
        runtime_hyperparameters = stand_in.manifest.runtime_hyperparameters
        credit += f" Runtimes: those of {_STAND_IN}, fitted to official predictions v0.9."
    if seconds is not None:
        runtime_hyperparameters = dict(seconds.hyperparameters)
        libraries |= {seconds.library: seconds.versions}
    configuration = accuracy.found.archive.configuration(accuracy.found.members[0], "data_config.json")
    return Manifest(
        format=manifests.FORMAT,
        name=plan.target.name,
        version=plan.version,
        family=family,
        optimizers=tuple(sorted(filter(None, map(_optimizer, configuration)))),
        table=_TABLE,
        split=None,
        seed=accuracy.found.settings.seed,
        members=len(accuracy.members),
        hyperparameters=dict(accuracy.hyperparameters),
        runtime_hyperparameters=runtime_hyperparameters,
        libraries={**libraries, **installed(("numpy",))},
        metrics=None,
        files=files,
        noise=None,
        runtime_table=runtime_table,
        credit=credit,
        imported=_imported(accuracy, seconds),
    )


def _imported(accuracy: _ConvertedEnsemble, seconds: _ConvertedEnsemble | None) -> Imported:
    not_kept = dict.fromkeys(_NOT_KEPT[accuracy.library])
    if seconds is not None:
        not_kept |= dict.fromkeys(_NOT_KEPT[seconds.library])
    not_kept |= dict.fromkeys(_NOT_KEPT_OF_ALL)
    return Imported(
        accuracy=accuracy.reference(),
        runtime=None if seconds is None else seconds.reference(),
        not_kept=tuple(not_kept),
    )


def _optimizer(key: str) -> str | None:
    """The optimizer that an entry of `data_config.json` names."""
    match = _SPLIT.fullmatch(key)
    return None if match is None else match[1]
