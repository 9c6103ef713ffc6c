"""The runs behind the packaged searches."""

import json

import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import collect, logged_searches  # noqa: E402


def test_collects_whole_files_once(tmp_path, monkeypatch, images, small):
    """A search becomes one file; a second call runs nothing again."""
    recipe = collect.SearchRecipe(
        method="gdas", searches=2, images="random", settings=small.settings("gdas", space="s2")
    )
    monkeypatch.setattr(collect, "RECIPES", (recipe,))
    monkeypatch.setattr(collect, "_images", lambda _name: images)
    done = []

    collect.collect_one_shot(tmp_path, progress=done.append)
    monkeypatch.setattr(collect, "run_search", None)
    collect.collect_one_shot(tmp_path)

    assert [path.name for path in done] == ["gdas-s2-00.json", "gdas-s2-01.json"]
    record = json.loads(done[0].read_text())
    assert tuple(record[k] for k in ("method", "space", "seed", "images")) == ("gdas", "s2", 0, "random 8x8")
    assert collect.package_searches(tmp_path, tmp_path / "packed.json") == []


def test_files_name_images_as_the_packaged_searches_do(tmp_path, monkeypatch, images, small):
    """A search that is run again gives the packaged bytes, which spell Fashion-MNIST in their own way."""
    settings = small.settings("gdas", space="s2")
    recipe = collect.SearchRecipe(method="gdas", searches=1, images="fashion-mnist", settings=settings)
    monkeypatch.setattr(collect, "RECIPES", (recipe,))
    monkeypatch.setattr(collect, "_images", lambda _name: images)
    collect.collect_one_shot(tmp_path)

    named = json.loads((tmp_path / "gdas-s2-00.json").read_text())["images"]
    assert named == "fashion_mnist 8x8"
    assert {search.images for search in logged_searches()} == {named, "digits 8x8"}


def test_plan_is_balanced():
    """Any first part of the plan has its share of each recipe."""
    plan = collect.planned()

    assert sum(recipe.searches for recipe in collect.RECIPES) == len(plan) == len(set(plan))
    quarter = [search.method for search in plan[: len(plan) // 4]]
    assert 8 <= quarter.count("pc_darts") <= 9
    assert {"drnas"} == {search.method for search in collect.planned(["drnas"], [0, 1])}
