"""The journal of a study: all trials that ended, so that a study that was interrupted goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nb301.errors import TuningError, one_line, shown
from nb301.journal import Journal
from nb301.parsing import parse_object

if TYPE_CHECKING:
    from optuna.study import Study

#: Name of the journal in a study's folder.
JOURNAL = "journal.log"


def open_journal(optuna: ModuleType, folder: Path, identity: Mapping[str, Any]) -> Study:
    """Open the study of all trials that ended; nothing in the file is ever unpickled.

    Args:
        optuna: The library.
        folder: Holds the journal; made where it is missing.
        identity: Settings that tell one study from another, by words for people; JSON gives them back.

    Raises:
        TuningError: The folder is another study's, or the file is no journal.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOURNAL
    try:
        _check_lines(path)
        study = _stored_study(optuna, path)
        stored = study.user_attrs.get("identity")
        dict(stored or {})
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise TuningError(
            f"{path}: not a journal of `nb301 tune` ({one_line(str(error))}): choose another folder"
        ) from None
    if stored is None:
        study.set_user_attr("identity", dict(identity))
    else:
        _check_identity(folder, stored, identity)
    return study


def _check_lines(path: Path) -> None:
    """Cut off half a line that a killed process has left, and check that all others are JSON."""
    with Journal(path, '{"op_code":') as journal:
        for line in journal.lines():
            parse_object(line)


def _stored_study(optuna: ModuleType, path: Path) -> Study:
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    backend = JournalFileBackend(str(path), JournalFileOpenLock(str(path)))
    storage = optuna.storages.JournalStorage(backend)
    study: Study = optuna.create_study(study_name="tuning", storage=storage, load_if_exists=True)
    return study


def _check_identity(folder: Path, stored: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    for key, value in identity.items():
        if stored.get(key) != value:
            raise TuningError(
                f"{folder} is the study of {key} {shown(stored.get(key))}, not of {value!r}: choose another "
                "folder"
            )
