"""Publishing: a release as one archive, made only with a passing validation report for exactly its bytes."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from nb301.errors import ReleaseError, one_line
from nb301.files import file_written_whole, sha256, write_text
from nb301.parsing import read_bytes
from nb301.releases.facts import LARGEST_FILES
from nb301.releases.load import Release
from nb301.releases.report import FORMAT, PASSED, ClaimKind, ValidatedRelease, read_report

REPORT = "validation.json"


def publish(release: Release, report: Path, out: Path) -> Path:
    """Pack a release, with its part of the report, into `<name>.tar.xz`; equal inputs give equal bytes.

    Args:
        release: Checked against its manifest.
        report: Written by `pytest validation --report`.
        out: Folder for the archive and a file with its SHA-256.

    Returns:
        The archive.

    Raises:
        ReleaseError: The report cannot be read or is not about exactly this release, or one of its gates
            does not hold, or one of its checks has not passed; names them.
    """
    validated = _validated(release, report)
    missing = [
        f"{claim.id} ({claim.verdict})"
        for claim in validated.claims
        if claim.kind is ClaimKind.gate and not claim.verdict.lets_publish
    ]
    missing += [f"{check} ({outcome})" for check, outcome in validated.checks.items() if outcome != PASSED]
    if missing:
        raise ReleaseError(
            f"{release.name} is not published: by {report} these do not hold: "
            f"{one_line(', '.join(missing), 2000)}"
        )
    files = {name: read_bytes(release.folder / name, LARGEST_FILES) for name in release.files}
    files[REPORT] = _archived(validated)
    archive = out / f"{release.name}.tar.xz"
    with file_written_whole(archive) as temporary, tarfile.open(temporary, "w:xz", preset=9) as tar:
        for name, data in sorted(files.items()):
            # no owner and no time, so that the same release is the same archive
            entry = tarfile.TarInfo(f"{release.name}/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    write_text(out / f"{archive.name}.sha256", f"{sha256(archive.read_bytes())}  {archive.name}\n")
    return archive


def _archived(validated: ValidatedRelease) -> bytes:
    """The release's part of the report; what decides stands first, as in all archives before."""
    entry = _with_first(validated.model_dump(mode="json"), "release_hash", "claims", "checks")
    entry["claims"] = [_with_first(claim, "id", "kind", "verdict") for claim in entry["claims"]]
    return (json.dumps(entry, indent=1) + "\n").encode()


def _with_first(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: entry[key] for key in keys} | entry


def _validated(release: Release, path: Path) -> ValidatedRelease:
    try:
        report = read_report(path)
    except OSError as error:
        raise ReleaseError(f"{path}: cannot read the validation report ({error.strerror})") from None
    except ValueError as error:
        raise ReleaseError(
            f"{path}: not a validation report of format {FORMAT} ({error}): write one "
            f"with `tox run -e validate -- --release {release.name}`"
        ) from None
    for validated in report.releases:
        if validated.release_hash == release.release_hash:
            return validated
    raise ReleaseError(
        f"{path} is not about {release.name} with hash {release.release_hash}: validate exactly these "
        f"bytes with `tox run -e validate -- --release {release.name}`"
    )
