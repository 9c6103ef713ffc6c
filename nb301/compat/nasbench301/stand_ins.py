"""Folders that stand for official models: in place of models each holds the name of a release, in one file.

Clients ask whether `nb_models_1.0/xgb_v1.0` exists before they load it. Such a folder of a few bytes lets
them go on, and `load_ensemble` takes it for the release that it names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from nb301.errors import OutputError, ReleaseError, is_one_line, one_line, shown
from nb301.files import folder_written_whole
from nb301.parsing import read_bytes

#: The environment variable with the release that `download_models` puts in the official models' place.
VARIABLE = "NB301_COMPAT_RELEASE"
#: The file: name or folder of a release, with `:runtime` behind it or not.
FILE = "nb301-release.txt"
_MOST_BYTES = 4096
#: Behind a release: its runtime model.
_RUNTIME = ":runtime"
#: Folders of the official models, by version: what clients look for (F34).
MODELS = ("xgb", "gnn_gin", "lgb_runtime")


def read(folder: Path) -> str | None:
    """Read what a folder stands for, and say so on standard error; None where it stands for nothing.

    Raises:
        ReleaseError: Its file cannot be read, or holds no line of text.
    """
    text = _read(folder)
    if text is not None:
        sys.stderr.write(f"nb301: {one_line(str(folder))} stands for release {text}\n")
    return text


def _read(folder: Path) -> str | None:
    path = folder / FILE
    try:
        text = read_bytes(path, _MOST_BYTES).decode().strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ReleaseError(f"{shown(str(path), 200)}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ReleaseError(f"{shown(str(path), 200)}: cannot be read ({one_line(str(error))})") from None
    if not text.removesuffix(_RUNTIME) or not is_one_line(text):
        raise ReleaseError(
            f"{shown(str(path), 200)}: holds {shown(text)}, expected a release's name or folder"
        )
    return text


def warn_of_another(folder: Path, placed: str | None) -> None:
    """Say on standard error where a folder answers by something else than the release of `VARIABLE`.

    Args:
        folder: It.
        placed: The release that it stands for; None where it holds official models.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    if placed is None:
        answers = "the official models in it answer"
    else:
        answers = f"it stands for {placed}"
        release = placed.removesuffix(_RUNTIME)
        if release == wanted or Path(release) == Path(wanted).expanduser().absolute():
            return
    above = one_line(str(folder.absolute().parent))
    sys.stderr.write(
        f"nb301: {one_line(str(folder))}: {answers}, not {one_line(wanted)} (--release, {VARIABLE}), which "
        f"download_models puts only where no folder is: move {above} aside, or load that "
        "release by its name\n"
    )


def write(folder: Path, placed: Mapping[str, str]) -> None:
    """Write folders that stand for releases; another process that writes the same at once is no matter.

    Args:
        folder: Holds them; is written whole or not at all.
        placed: By the folders' names, what each stands for.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        with folder_written_whole(folder) as temporary:
            for name, release in placed.items():
                (temporary / name).mkdir()
                (temporary / name / FILE).write_text(f"{release}\n", encoding="utf-8")
    except OutputError:
        if not _says(folder, placed):
            raise


def _says(folder: Path, placed: Mapping[str, str]) -> bool:
    """Whether a folder's folders stand for these releases."""
    try:
        return all(_read(folder / name) == release for name, release in placed.items())
    except ReleaseError:
        return False


def of_release(release: str, version: str) -> dict[str, str]:
    """What stands for what, by folders' names, where one release stands for all models of a version."""
    placed = {}
    for model in MODELS:
        placed[f"{model}_v{version}"] = f"{release}{_RUNTIME}" if model == "lgb_runtime" else release
    return placed
