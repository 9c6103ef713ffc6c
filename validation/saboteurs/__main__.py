"""Writes what every quick claim says of each saboteur: `python -m validation.saboteurs --out FILE.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nb301.cli.output import progress
from nb301.files import write_text
from validation.saboteurs.catalogue import SABOTEURS
from validation.saboteurs.matrix import matrix, page


def main(
    out: Annotated[Path | None, typer.Option(help="A Markdown file to write.")] = None,
    cache: Annotated[Path, typer.Option(help="Keeps fits and runs.")] = Path("build/validation"),
    quick: Annotated[bool, typer.Option(help="Ask the quick claims that must catch each, alone.")] = False,
) -> None:
    """Print which claims fail for each saboteur."""
    with progress() as bar:
        task = bar.add_task("saboteurs", total=len(SABOTEURS))
        verdicts = matrix(cache, lambda _: bar.advance(task), quick=quick)
    text = page(verdicts, quick=quick)
    typer.echo(text, nl=False)
    if out is not None:
        write_text(out, text)


if __name__ == "__main__":
    typer.run(main)
