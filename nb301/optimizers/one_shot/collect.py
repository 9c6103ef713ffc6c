"""The runs behind the packaged searches: one file a search, resumable (Appendices C.3, E.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nb301.files import write_text
from nb301.images.labelled import Images
from nb301.images.loading import load_standardised
from nb301.optimizers.one_shot.search import run_search
from nb301.optimizers.one_shot.searches import package
from nb301.optimizers.one_shot.settings import SearchSettings
from nb301.places import SEARCHES
from nb301.threads import one_thread

_IMAGE_SIZE = 8


class PlannedSearch(NamedTuple):
    """One search to run."""

    method: str
    space: str
    seed: int

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.method}-{self.space}-{self.seed:02}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecipe:
    """Searches of one method on one space, with the seeds 0, 1 and so on."""

    method: str
    searches: int
    images: str
    settings: SearchSettings

    @property
    def planned(self) -> list[PlannedSearch]:
        """Its searches, by seed."""
        space = str(self.settings.space)
        return [PlannedSearch(self.method, space, seed) for seed in range(self.searches)]


# A supernet as small as this keeps the last cells free of convolutions, so the place of the normal
# cell matters. Behind the reduction cell, on digits, which are soon learned by heart, DARTS shows the
# skip connections it is known for, and on S2 it diverges to nothing else, as in Appendix E.1. The other
# methods put it first and learn Fashion-MNIST averaged to 8x8, of which they see no image twice.
# Published warm-ups of PC-DARTS and DrNAS are 15 and 10 epochs, all with the same genotype: here
# PC-DARTS has steps before its first epoch instead, and DrNAS fewer epochs.
#: What the package ships, in its order. With 50 epochs each there are enough for Table 2's 2,053 rows
#: of DARTS, 1,588 of PC-DARTS, 947 of DrNAS and 234 of GDAS, and for 198 of random_ws (F30).
RECIPES = (
    SearchRecipe(
        method="darts",
        searches=5,
        images="digits",
        settings=SearchSettings(space="s2", cells="rn", channels=8),
    ),
    SearchRecipe(
        method="darts",
        searches=37,
        images="digits",
        settings=SearchSettings(space="darts", cells="rnn"),
    ),
    SearchRecipe(
        method="pc_darts",
        searches=32,
        images="fashion-mnist",
        settings=SearchSettings(space="darts", channels=16, warm_up=0, head_start=200),
    ),
    SearchRecipe(
        method="drnas",
        searches=19,
        images="fashion-mnist",
        settings=SearchSettings(space="no_none", warm_up=5),
    ),
    SearchRecipe(
        method="gdas",
        searches=5,
        images="fashion-mnist",
        settings=SearchSettings(space="darts"),
    ),
    SearchRecipe(
        method="random_ws",
        searches=4,
        images="fashion-mnist",
        settings=SearchSettings(space="no_none"),
    ),
)


def planned(methods: Sequence[str] | None = None, seeds: Sequence[int] | None = None) -> list[PlannedSearch]:
    """The searches of `RECIPES`, by default of all methods and seeds.

    They are interleaved, so that any first part of the list has its share of each recipe.
    """
    shares: dict[PlannedSearch, float] = {}
    for recipe in RECIPES:
        for search in recipe.planned:
            if (methods is None or search.method in methods) and (seeds is None or search.seed in seeds):
                shares[search] = (search.seed + 0.5) / recipe.searches
    return sorted(shares, key=lambda search: (shares[search], search))


def collect_one_shot(
    out: Path,
    searches: Iterable[PlannedSearch] | None = None,
    progress: Callable[[Path], None] | None = None,
) -> None:
    """Run searches, one file each, whole or not at all; those that have a file are not run again.

    Runs on one thread, where equal seeds give equal files.

    Args:
        out: Folder of the files.
        searches: By default all that are `planned`.
        progress: Called with each search's file when it is there.

    Raises:
        DataMissing: Fashion-MNIST is not on this machine.
    """
    recipes = {(recipe.method, recipe.settings.space): recipe for recipe in RECIPES}
    for planned_search in planned() if searches is None else searches:
        path = out / planned_search.file
        if not path.exists():
            record = _run(recipes[planned_search.method, planned_search.space], planned_search.seed)
            write_text(path, json.dumps(record, indent=1) + "\n")
        if progress is not None:
            progress(path)


def package_searches(folder: Path, path: Path = SEARCHES) -> list[str]:
    """Package the files of a folder in the order of `RECIPES`; returns names of those that are missing."""
    files: list[Path] = []
    missing: list[str] = []
    for recipe in RECIPES:
        for search in recipe.planned:
            if (folder / search.file).exists():
                files.append(folder / search.file)
            else:
                missing.append(search.file)
    package(files, path)
    return missing


@cache
def _images(name: str) -> Images[np.float32]:
    return load_standardised(name, _IMAGE_SIZE)


def _run(recipe: SearchRecipe, seed: int) -> dict[str, Any]:
    with one_thread():
        log = run_search(recipe.method, seed, _images(recipe.images), recipe.settings)
    return {
        "method": recipe.method,
        "space": recipe.settings.space,
        "seed": seed,
        # files of searches, which must not change, have an underscore in fashion_mnist
        "images": f"{recipe.images.replace('-', '_')} {_IMAGE_SIZE}x{_IMAGE_SIZE}",
        "settings": asdict(recipe.settings),
        "genotypes": [str(genotype.canonical()) for genotype in log.genotypes],
        "train_loss": [round(loss, 4) for loss in log.train_loss],
        "val_loss": [round(loss, 4) for loss in log.val_loss],
    }
