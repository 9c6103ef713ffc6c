"""Official models as releases: each ensemble of a folder or ZIP file, with the runtime model beside it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from nb301.errors import ReleaseError, one_line, shown
from nb301.files import check_folder, folder_written_whole, kept_folder, sha256
from nb301.official.archive import Archive
from nb301.official.conversion import Converted, Journal
from nb301.official.descriptions import STAND_IN, ConvertedEnsemble, Ensemble, ensembles, manifest_of
from nb301.parsing import NAME, read_bytes
from nb301.places import user_releases
from nb301.releases import facts
from nb301.releases import manifest as manifests
from nb301.releases.load import Release, find, names
from nb301.releases.manifest import IMPORTED_FAMILIES, ImportedEnsemble
from nb301.surrogates import FAMILIES, runtime
from nb301.surrogates.official_runtime import runtime_files

#: Called as (member's path, members converted, members in all).
Progress = Callable[[str, int, int], None]
#: Called with what is worth a line, such as that another process imports the same.
Said = Callable[[str], None]

#: What accuracy models are called in names of releases (F34).
_SHORT = {"gnn_gin": "gin"}
_FOLDER = re.compile(rf"(?P<model>[A-Za-z0-9_]{{1,40}})_v(?P<version>{manifests.VERSION})")
#: Names of files that releases have, for one whose manifest cannot be read.
_OF_RELEASE = re.compile(r"(member|runtime)[-.][A-Za-z0-9.-]{1,50}")
_EXPECTED = "expected at most 100 letters, digits and . _ + -, a letter or digit first"
_ALONE = "import its folder alone: nb301 release import FOLDER --name NAME (a ZIP file is unpacked first)"
_RELEASE = re.compile(rf".*-v(?P<version>{manifests.VERSION})")


def import_official(
    source: Path,
    folder: Path | None = None,
    *,
    name: str | None = None,
    runtime_source: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
    said: Said | None = None,
) -> list[Path]:
    """Import each ensemble of accuracy models as a release, or leave one of the same files that is there.

    Members are read one by one, and kept in a hidden folder beside the release's place until it is whole: an
    import that was interrupted goes on from there. One that failed leaves nothing behind. Of several
    processes that import a release at once one does, and the others wait for it.

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
        said: Called where a release is there already, or another process imports it.

    Returns:
        The releases' folders, in the order of their paths in `source`.

    Raises:
        ReleaseError: It holds no official models, a member is not what official code writes (says which,
            where and why), there is no release of that name in it, a name is taken by other models or can be
            none.
        OutputError: A folder cannot be written, or holds more than a release.
    """
    folder = user_releases() if folder is None else folder
    with ExitStack() as stack:
        accuracy, runtime_model = _chosen(stack, source, runtime_source)
        plans = _plans(accuracy, runtime_model, folder, name)
        said = said or (lambda _: None)
        there = [_is_there(plan, replace=replace) for plan in plans]
        for plan, is_there in zip(plans, there, strict=True):
            is_left = is_there and not kept_folder(plan.target).exists()
            if is_left or not _import(plan, progress, said, replace=replace):
                said(f"{plan.target} is there already, imported from the same files")
    return [plan.target for plan in plans]


def _chosen(
    stack: ExitStack, source: Path, runtime_source: Path | None
) -> tuple[list[Ensemble], Ensemble | None]:
    """The models of accuracy in a source, and the runtime model that is there, named or beside it."""
    here = [*ensembles(stack.enter_context(Archive(source)))]
    accuracy = [ensemble for ensemble in here if not ensemble.of_runtime]
    if not accuracy:
        raise ReleaseError(
            f"{shown(str(source), 200)}: holds a runtime model alone: import the models of accuracy, and "
            "give this as --runtime"
        )
    seconds = [ensemble for ensemble in here if ensemble.of_runtime]
    other = runtime_beside(source) if runtime_source is None and not seconds else runtime_source
    if other is not None:
        beside = [*ensembles(stack.enter_context(Archive(other)))]
        seconds = [ensemble for ensemble in beside if ensemble.of_runtime]
        source = other
    if len(seconds) > 1 or (runtime_source is not None and not seconds):
        raise ReleaseError(
            f"{shown(str(source), 200)}: {len(seconds)} runtime models, expected one: give its folder"
        )
    return accuracy, seconds[0] if seconds else None


def runtime_beside(source: Path) -> Path | None:
    """The folder of the runtime model beside that of an ensemble, as the official archives have it (F34).

    Args:
        source: Folder of an ensemble, or a ZIP file.

    Returns:
        The folder; None where there is none.
    """
    match = _FOLDER.fullmatch(source.absolute().name)
    if match is None or not source.is_dir():
        return None
    beside = source.absolute().parent / f"lgb_runtime_v{match['version']}"
    return beside if beside.is_dir() and beside != source.absolute() else None


def default_name(folder: str) -> str | None:
    """What a release is called after its official folder, such as `nb301-gin-v1.0` after `gnn_gin_v1.0`.

    Args:
        folder: Name of the folder alone.

    Returns:
        The release's name; None where the folder is not called as officially.
    """
    match = _FOLDER.fullmatch(folder)
    return f"nb301-{_SHORT.get(match['model'], match['model'])}-v{match['version']}" if match else None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A release that is to be."""

    target: Path
    version: str
    accuracy: Ensemble
    runtime: Ensemble | None
    #: How it gets another name.
    remedy: str


def _plans(
    accuracy: Sequence[Ensemble], seconds: Ensemble | None, folder: Path, name: str | None
) -> list[_Plan]:
    by_name: dict[str, list[Ensemble]] = {}
    for ensemble in accuracy:
        default = default_name(ensemble.folder)
        if default is None and (name is None or len(accuracy) > 1):
            raise ReleaseError(
                f"folder {shown(ensemble.folder)} is not called like xgb_v1.0: import it alone, and give the "
                "release a --name, such as nb301-xgb-v1.0"
            )
        by_name.setdefault(default or "", []).append(ensemble)
    if name is not None and len(accuracy) > 1:
        if name not in by_name:
            raise ReleaseError(
                f"no models of {shown(name)} are in it, but of {', '.join(by_name)}: for another name "
                f"{_ALONE}"
            )
        by_name = {name: by_name[name]}
    plans = []
    for default, [ensemble, *others] in by_name.items():
        if others:
            paths = ", ".join(
                shown(ensemble_of_name.path, 200) for ensemble_of_name in (ensemble, *others[:5])
            )
            raise ReleaseError(f"{default} would be each of {paths}: {_ALONE}")
        called = default if name is None else name
        if not re.fullmatch(NAME, called):
            raise ReleaseError(f"{shown(called)} cannot be a release's name: {_EXPECTED}")
        match = _RELEASE.fullmatch(called)
        version = match["version"] if match else "1.0"
        remedy = "give another --name" if len(accuracy) == 1 else _ALONE
        plans.append(_Plan(folder / called, version, ensemble, seconds, remedy))
    return plans


def _is_there(plan: _Plan, *, replace: bool) -> bool:
    """Whether a release of the same files is in the place of one that is to be, which is checked.

    Raises:
        ReleaseError: Another one is there, and is not to be replaced.
        OutputError: Something else is.
    """
    target = plan.target
    if target.name in names():
        raise ReleaseError(f"{target.name} is the name of an embedded release: {plan.remedy}")
    if target.exists() and not replace:
        if not _is_equal(plan):
            raise ReleaseError(
                f"{target} exists, and is no release of these files: --replace it, or {plan.remedy}"
            )
        return True
    check_folder(target, _release_files)
    return False


def _is_equal(plan: _Plan) -> bool:
    """Whether the release that is there is whole, and was imported from the files that are to be imported."""
    try:
        manifest = Release(plan.target).manifest
    except ReleaseError:
        return False
    if manifest.imported is None or manifest.name != plan.target.name:
        return False
    pairs = (
        (plan.accuracy, manifest.imported.accuracy, manifest.hyperparameters),
        (plan.runtime, manifest.imported.runtime, manifest.runtime_hyperparameters),
    )
    return all(_is_of(ensemble, imported, settings) for ensemble, imported, settings in pairs)


def _is_of(
    ensemble: Ensemble | None,
    imported: ImportedEnsemble | None,
    settings: Mapping[str, float | int | str | bool],
) -> bool:
    """Whether a release's models are those of an ensemble, and so are their settings."""
    if ensemble is None or imported is None:
        return ensemble is None and imported is None
    if [member.size for member in ensemble.members] != [member.bytes for member in imported.members]:
        return False
    hashes = [sha256(ensemble.archive.read(member)) for member in ensemble.members]
    same_settings = ensemble.hyperparameters == settings and ensemble.settings.model == imported.model
    return same_settings and hashes == [member.sha256 for member in imported.members]


def _release_files(folder: Path) -> list[str]:
    """Names of the files of a release, also of one whose manifest is damaged."""
    path = folder / facts.FILE
    try:
        named = [*manifests.read_manifest(read_bytes(path, facts.LARGEST), str(path)).files]
    except ReleaseError:
        named = [path.name for path in folder.iterdir() if _OF_RELEASE.fullmatch(path.name)]
    return [facts.FILE, *named]


def _import(plan: _Plan, progress: Progress | None, said: Said, *, replace: bool) -> bool:
    """Import a release, unless another process has done so; whether it was imported here."""
    total = len(plan.accuracy.members) + (len(plan.runtime.members) if plan.runtime else 0)
    journal = Journal(kept_folder(plan.target))
    with journal.held(lambda: said(f"another process imports {plan.target.name}: waiting")):
        if _is_there(plan, replace=replace):
            return False
        accuracy = _converted(plan.accuracy, journal, progress, 0, total)
        seconds = None
        if plan.runtime is not None:
            seconds = _converted(plan.runtime, journal, progress, len(accuracy.members), total)
        _write(plan, accuracy, seconds, replace=replace)
    return True


def _converted(
    ensemble: Ensemble, journal: Journal, progress: Progress | None, done: int, total: int
) -> ConvertedEnsemble:
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
    return ConvertedEnsemble(ensemble, converted)


def _write(
    plan: _Plan, accuracy: ConvertedEnsemble, seconds: ConvertedEnsemble | None, *, replace: bool
) -> None:
    if seconds is not None and FAMILIES[IMPORTED_FAMILIES[seconds.library]].load_mapped is None:
        raise ReleaseError(
            f"{shown(seconds.source.folder)}: a runtime model of {seconds.library}, not of trees"
        )
    family = FAMILIES[IMPORTED_FAMILIES[accuracy.library]]
    placed = dict(zip(family.files(len(accuracy.members)), accuracy.members, strict=True))
    stand_in = None if seconds is not None else find(STAND_IN)
    if seconds is not None:
        placed |= dict(zip(runtime_files(len(seconds.members)), seconds.members, strict=True))
    name = plan.target.name
    manifest = manifest_of(name, plan.version, family.name, accuracy, seconds, stand_in, placed)
    replaceable = (_release_files,) if replace else ()
    with folder_written_whole(plan.target, *replaceable) as temporary:
        if stand_in is not None:
            text = read_bytes(stand_in.folder / runtime.FILE, facts.LARGEST_FILES)
            (temporary / runtime.FILE).write_bytes(text)
        (temporary / facts.FILE).write_text(manifest.to_json(), encoding="utf-8")
        moved: dict[Path, Path] = {}
        for file, member in placed.items():
            if member.path in moved:  # equal members are one file of the journal
                shutil.copyfile(moved[member.path], temporary / file)
            else:
                moved[member.path] = member.path.replace(temporary / file)
        try:
            Release(temporary)
        except ReleaseError as error:
            raise ReleaseError(
                f"{shown(name)}: what was made of it is no release: {one_line(str(error))}"
            ) from None
