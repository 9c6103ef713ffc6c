"""Publishing: a release as one archive, made only with a passing validation report for exactly its bytes."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from nb301.errors import ReleaseError, one_line
from nb301.files import file_written_whole, sha256, write_text
from nb301.parsing import parse_object, read_bytes
from nb301.records import PartialRecord, first_wrong
from nb301.releases.load import Release
from nb301.releases.manifest import LARGEST_FILES

#: Of the report that `validation` writes.
_FORMAT = 2
#: Bytes of one; all embedded releases' take 400,000.
_MOST_BYTES = 2**28
REPORT = "validation.json"


class _Read(PartialRecord):
    model_config = ConfigDict(extra="allow")


class _Claim(_Read):
    id: str
    kind: Literal["gate", "comparison"]
    verdict: str


class _Validated(_Read):
    release_hash: str
    claims: Annotated[tuple[_Claim, ...], Field(min_length=1)]
    checks: dict[str, str]


class _Report(_Read):
    format: Literal[2]
    releases: tuple[_Validated, ...]


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
    missing = [f"{c.id} ({c.verdict})" for c in validated.claims if c.kind == "gate" and not _is_open(c)]
    missing += [f"{check} ({outcome})" for check, outcome in validated.checks.items() if outcome != "passed"]
    if missing:
        raise ReleaseError(
            f"{release.name} is not published: by {report} these do not hold: "
            f"{one_line(', '.join(missing), 2000)}"
        )
    files = {name: read_bytes(release.folder / name, LARGEST_FILES) for name in release.files}
    files[REPORT] = (json.dumps(validated.model_dump(mode="json"), indent=1) + "\n").encode()
    archive = out / f"{release.name}.tar.xz"
    with file_written_whole(archive) as temporary, tarfile.open(temporary, "w:xz", preset=9) as tar:
        for name, data in sorted(files.items()):
            # no owner and no time, so that the same release is the same archive
            entry = tarfile.TarInfo(f"{release.name}/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    write_text(out / f"{archive.name}.sha256", f"{sha256(archive.read_bytes())}  {archive.name}\n")
    return archive


def _is_open(claim: _Claim) -> bool:
    return claim.verdict in {"holds", "not applicable"}


def _validated(release: Release, report: Path) -> _Validated:
    try:
        read = _Report.model_validate(parse_object(read_bytes(report, _MOST_BYTES)))
    except OSError as error:
        raise ReleaseError(f"{report}: cannot read the validation report ({error.strerror})") from None
    except ValueError as error:
        why = first_wrong(error) if isinstance(error, ValidationError) else one_line(str(error))
        raise ReleaseError(
            f"{report}: not a validation report of format {_FORMAT} ({why}): write one "
            f"with `tox run -e validate -- --release {release.name}`"
        ) from None
    found = [each for each in read.releases if each.release_hash == release.release_hash]
    if not found:
        raise ReleaseError(
            f"{report} is not about {release.name} with hash {release.release_hash}: validate exactly these "
            f"bytes with `tox run -e validate -- --release {release.name}`"
        )
    return found[0]
