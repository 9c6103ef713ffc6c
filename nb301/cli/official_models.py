"""`nb301 release import`, `fetch` and `check`: the official models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nb301.cli.output import AsJson, print_json, print_table, progress
from nb301.cli.releases import ReleaseName

if TYPE_CHECKING:
    from nb301.official.published import Compared


def _given(text: str | Path) -> Path:
    """A path; an empty one, which would be the working folder, is refused."""
    if not str(text):
        raise typer.BadParameter("'' is no path: give a folder or ZIP file")
    return Path(text)


_Source = Annotated[
    Path,
    typer.Argument(
        parser=_given,
        metavar="SOURCE",
        help="Folder of official models, such as nb_models/xgb_v1.0, or the ZIP file.",
    ),
]
_Name = Annotated[
    str | None,
    typer.Option(
        help="The release's; of several in SOURCE, the one to import. Default: after its folder, such as "
        "nb301-xgb-v1.0."
    ),
]
_Out = Annotated[
    Path | None, typer.Option(help="Where the release's folder is written. Default: yours, found by name.")
]
_Runtime = Annotated[
    Path | None,
    typer.Option(
        parser=_given,
        metavar="PATH",
        help="Folder or ZIP file of the runtime model. Default: in or beside SOURCE.",
    ),
]
_Replace = Annotated[bool, typer.Option("--replace", help="Overwrite a release of the same name.")]
_Folder = Annotated[Path | None, typer.Option(help="Where the ZIP file is kept; default: the cache.")]


def import_release(
    source: _Source,
    name: _Name = None,
    out: _Out = None,
    runtime: _Runtime = None,
    replace: _Replace = False,
) -> None:
    """Make releases of official models; nothing is unpickled."""
    _import(source, name=name, out=out, runtime=runtime, replace=replace)


def fetch_release(
    name: Annotated[str, typer.Argument(help="Such as nb301-xgb-v1.0.")],
    folder: _Folder = None,
    replace: _Replace = False,
) -> None:
    """Download official models, checked and resumable, and import them."""
    from rich.progress import DownloadColumn

    from nb301.official.fetching import fetch_models, publication_of

    publication = publication_of(name)
    with progress(DownloadColumn()) as bar:
        task = bar.add_task(publication.file, total=publication.bytes)
        fetched = fetch_models(
            publication,
            folder,
            progress=lambda _, done, total: bar.update(task, completed=done, total=total or None),
        )
    checked = "its checksum is right" if fetched.checked else "host not reached, placed by hand: unchecked"
    typer.echo(f"{fetched.path}: {checked}")
    _import(fetched.path, name=name, replace=replace)


def _import(
    source: Path,
    *,
    name: str | None = None,
    out: Path | None = None,
    runtime: Path | None = None,
    replace: bool = False,
) -> None:
    from nb301.official.importing import import_official
    from nb301.releases import find

    with progress() as bar:
        task = bar.add_task("importing", total=None)

        def report(path: str, done: int, total: int) -> None:
            bar.update(task, description=path.rpartition("/")[0][-40:], completed=done, total=total)

        folders = import_official(
            source,
            out,
            name=name,
            runtime_source=runtime,
            replace=replace,
            progress=report,
            said=lambda line: typer.echo(line, err=True),
        )
    for folder in folders:
        manifest = find(folder).manifest
        written_by = "" if manifest.imported is None else manifest.imported.accuracy.members[0].library
        typer.echo(f"{folder}: {manifest.members} members of {manifest.family}, first by {written_by}")
        if manifest.runtime_table is not None:
            typer.echo("no official runtime model was there: runtimes are those of cifar10-xgb-rand-v1.0")
        typer.echo(f"next: nb301 query GENOTYPE --release {folder.name if out is None else f'{folder}/'}")


def check_release(name: ReleaseName, as_json: AsJson = False) -> None:
    """Compare an imported release with what was published of the official models; 1 where one differs."""
    from nb301.official.published import Verdict, compare
    from nb301.releases import find

    compared = compare(find(name))
    if as_json:
        print_json([{**_entry(line), "verdict": line.verdict.value} for line in compared])
    else:
        rows = []
        for line in compared:
            decimals = 2 if line.unit == "s" else 6
            numbers = (line.expected, line.found, line.tolerance)
            rows.append([line.what, *(f"{number:,.{decimals}f}" for number in numbers), line.verdict.value])
        print_table(f"{name} and what was published", ["", "expected", "found", "+-", "verdict"], rows)
        for line in compared:
            typer.echo(f"{line.what} ({line.unit}): {line.reason}")
    if any(line.verdict is Verdict.different for line in compared):
        raise typer.Exit(1)


def _entry(line: Compared) -> dict[str, str | float]:
    return {
        "what": line.what,
        "expected": line.expected,
        "found": line.found,
        "tolerance": line.tolerance,
        "unit": line.unit,
        "reason": line.reason,
    }


#: By their names among those of `nb301 release`.
COMMANDS: Mapping[str, Callable[..., None]] = {
    "import": import_release,
    "fetch": fetch_release,
    "check": check_release,
}
