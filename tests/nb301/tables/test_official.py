import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nb301 import formats
from nb301.cli import app
from nb301.cost import cost
from nb301.errors import TableError
from nb301.space import Genotype, sample_many
from nb301.tables.official import FOLDERS, PROTOCOL, Setting, import_official
from nb301.tables.schema import read_table
from nb301.truth.emulated import EmulatedTruth

EXAMPLE = Path(__file__).parents[2] / "golden" / "official_result.json"
GENOTYPES = sample_many(np.random.default_rng(3), 24)


def official(genotype: Genotype, seed: int = 1) -> dict:
    """One official file's content: the example's fixed settings (F5), emulated results, percent."""
    document = json.loads(EXAMPLE.read_text())
    config = {
        key: value
        for key, value in document["optimized_hyperparamater_config"].items()
        if ":edge_" not in key and ":inputs_node_" not in key
    }
    config |= {
        f"{formats.CONFIG_PREFIX}init_channels": 32,
        f"{formats.CONFIG_PREFIX}layers": 8,
        "SimpleLearningrateSchedulerSelector:cosine_annealing:T_max": 100,
        "OptimizerSelector:sgd:learning_rate": 0.025,
        "OptimizerSelector:sgd:weight_decay": 3e-4,
    }
    run = EmulatedTruth().evaluate(genotype, seed)
    info = document["info"][0] | {
        "val_accuracy": 100 * run.val_accuracy,
        "train_accuracy": 100 * run.train_accuracy,
        "epochs": 97,
        "model_parameters": cost(genotype).parameters,
    }
    return document | {
        "final_metric_score": -100 * run.val_accuracy,
        "optimized_hyperparamater_config": config | formats.to_config(genotype),
        "budget": 100,
        "info": [info],
        "test_accuracy": 100 * run.test_accuracy,
        "runtime": run.runtime,
    }


def write(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.fixture(name="tree")
def _tree(tmp_path: Path) -> Path:
    """A tree of all eleven optimizers, two files each, at different depths."""
    for index, optimizer in enumerate(FOLDERS):
        for number, genotype in enumerate(GENOTYPES[2 * index : 2 * index + 2]):
            depth = ("", "nb_301_v12", "a/b")[index % 3]
            below = ("", "run_1/results_fidelity_0")[index % 2]
            write(
                tmp_path / "tree" / depth / optimizer / below / f"results_{9 + number}.json",
                official(genotype),
            )
    return tmp_path / "tree"


def test_reads_every_optimizer_at_any_depth(tree):
    """Each file becomes the row of its folder's optimizer, its percent a fraction."""
    imported = import_official(tree)

    assert (imported.bad_files, imported.duplicates, list(imported.tables)) == ([], 0, [PROTOCOL])
    rows = imported.table.rows
    assert rows["optimizer"].value_counts().to_dict() == dict.fromkeys(FOLDERS, 2)
    assert (imported.table.name, imported.table.truth) == ("cifar10", "CIFAR-10 training")
    expected = {str(g.canonical()): EmulatedTruth().evaluate(g, 1) for g in GENOTYPES[:22]}
    for row in rows.itertuples():
        run = expected[row.genotype]
        assert row.val_accuracy == pytest.approx(run.val_accuracy, rel=1e-12)
        assert row.test_accuracy == pytest.approx(run.test_accuracy, rel=1e-12)
        assert row.train_accuracy == pytest.approx(run.train_accuracy, rel=1e-12)
        assert row.runtime == run.runtime
        assert (row.parameters, row.multiply_adds) == cost(Genotype.parse(row.genotype))
        assert (row.run, row.seed, row.epochs) == (0, 1, 100)


def test_reads_the_example_file(tmp_path):
    """The official example is a run of its own setting, with its 6,369,358 parameters (F23)."""
    write(tmp_path / "rs" / "results_0.json", EXAMPLE.read_text())

    imported = import_official(tmp_path)

    setting = Setting(epochs=1500, channels=50, layers=20)
    assert list(imported.tables) == [setting]
    table = imported.tables[setting]
    assert table.name == "cifar10-1500-epochs-50-channels-20-layers"
    row = table.rows.iloc[0]
    assert (row["parameters"], row["epochs"], row["runtime"]) == (6_369_358, 1500, 365_136)
    assert (row["val_accuracy"], row["test_accuracy"]) == (pytest.approx(0.9768), pytest.approx(0.9754))
    with pytest.raises(TableError, match=r"no good file.*1 of 1500 epochs, 50 channels, 20 layers"):
        _ = imported.table


@pytest.mark.parametrize(
    ("path", "optimizer"),
    [
        ("bananas_ti/results_0.json", "bananas"),
        ("darts/rs_ti/results_0.json", "rs"),
        ("rs/other/results_0.json", "rs"),
        ("PC-DARTS/x/results_0.json", "pc_darts"),
    ],
)
def test_optimizer_is_the_nearest_folder_named_after_one(tmp_path, path, optimizer):
    """The nearest folder counts, whatever its ending `_ti` or the case of its letters."""
    write(tmp_path / path, official(GENOTYPES[0]))

    assert import_official(tmp_path).table.rows["optimizer"].tolist() == [optimizer]


def test_the_imported_folder_may_be_an_optimizers(tmp_path):
    """A single optimizer's folder can be imported, but folders above it say nothing."""
    write(tmp_path / "rs" / "de" / "results_0.json", official(GENOTYPES[0]))
    write(tmp_path / "rs" / "x" / "results_0.json", official(GENOTYPES[0]))

    assert import_official(tmp_path / "rs" / "de").table.rows["optimizer"].tolist() == ["de"]
    with pytest.raises(TableError, match="no good file"):
        _ = import_official(tmp_path / "rs" / "x").table


def test_drops_and_counts_duplicates_of_one_optimizer(tmp_path):
    """A file that repeats a run is dropped; another optimizer's equal run is kept (F30)."""
    for path in ("rs/results_0.json", "rs/results_1.json", "rs_ti/results_0.json", "de/results_0.json"):
        write(tmp_path / path, official(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_2.json", official(GENOTYPES[0], seed=2))

    imported = import_official(tmp_path)

    assert imported.duplicates == 2
    assert imported.table.rows["optimizer"].tolist() == ["de", "rs", "rs"]


def test_seeds_are_the_files_or_count_the_runs(tmp_path):
    """Runs without a seed count up for each architecture in numeric order; a file's seed is kept."""
    for number in (10, 9, 2):
        write(tmp_path / "de" / f"results_{number}.json", official(GENOTYPES[0], seed=number))
    write(tmp_path / "de" / "results_11.json", official(GENOTYPES[1]) | {"seed": 2**53 + 1})

    rows = import_official(tmp_path).table.rows

    assert rows["seed"].tolist() == [1, 2, 3, 2**53 + 1]
    expected = [EmulatedTruth().evaluate(GENOTYPES[0], seed).runtime for seed in (2, 9, 10)]
    assert rows["runtime"].tolist()[:3] == expected


def test_other_settings_are_kept_apart(tree):
    """Runs of other budgets or networks are in tables of their own."""
    for number, budget in enumerate((50, 50.0, 100.0)):
        write(
            tree / "rs" / f"results_{100 + number}.json", official(GENOTYPES[23], number) | {"budget": budget}
        )

    imported = import_official(tree)

    assert {setting: len(table) for setting, table in imported.tables.items()} == {
        PROTOCOL: 23,
        PROTOCOL._replace(epochs=50): 2,
    }


def test_equal_tables_from_any_order_of_files(tree, tmp_path):
    """The table does not depend on the order in which the file system lists its files."""
    files = sorted(tree.rglob("*.json"))
    for index in np.random.default_rng(0).permutation(len(files)):
        copy = tmp_path / "shuffled" / "tree" / files[index].relative_to(tree)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(files[index], copy)

    shuffled = import_official(tmp_path / "shuffled" / "tree")

    assert shuffled.table.content_hash == import_official(tree).table.content_hash


def _with_info(**values: object) -> dict:
    document = official(GENOTYPES[0])
    return document | {"info": [document["info"][0] | values]}


def _with_config(**values: object) -> dict:
    document = official(GENOTYPES[0])
    changed = {f"{formats.CONFIG_PREFIX}{key}": value for key, value in values.items()}
    return document | {
        "optimized_hyperparamater_config": document["optimized_hyperparamater_config"] | changed
    }


def _without(key: str) -> dict:
    return {name: value for name, value in official(GENOTYPES[0]).items() if name != key}


BAD = {
    "": "not JSON",
    '{"budget": 100, "info": [{"train_l': "not JSON",
    "[" * 100_000: "not JSON",
    "[]": "expected an object",
    "null": "expected an object",
    json.dumps(_without("runtime")): "runtime is missing",
    json.dumps(_without("optimized_hyperparamater_config")): "optimized_hyperparamater_config is missing",
    json.dumps(_without("test_accuracy")): "test_accuracy is missing",
    json.dumps(_without("budget")): "budget is missing",
    json.dumps(official(GENOTYPES[0]) | {"info": []}): "expected an object that holds model_parameters",
    json.dumps(official(GENOTYPES[0]) | {"info": None}): "expected an object that holds model_parameters",
    json.dumps(official(GENOTYPES[0]) | {"budget": float("inf")}): "budget is inf",
    json.dumps(official(GENOTYPES[0]) | {"runtime": 0}): "runtime is 0",
    json.dumps(official(GENOTYPES[0]) | {"runtime": 10**299}): "runtime is 1000",
    json.dumps(official(GENOTYPES[0]) | {"runtime": 10**400}): "an integer of more than 300 digits",
    json.dumps(official(GENOTYPES[0]) | {"test_accuracy": "94.1"}): "test_accuracy is '94.1'",
    json.dumps(official(GENOTYPES[0]) | {"seed": -1}): "seed is -1",
    json.dumps(_with_info(val_accuracy=float("nan"))): "val_accuracy is nan",
    json.dumps(_with_info(val_accuracy=100.5)): "val_accuracy is 100.5, expected a number from 0 to 100",
    json.dumps(_with_info(train_accuracy=-1)): "train_accuracy is -1",
    json.dumps(_with_info(model_parameters=6_369_358)): "model_parameters is 6369358, but its network has",
    json.dumps(_with_info(model_parameters=True)): "model_parameters is True",
    json.dumps(_with_config(layers="8")): "layers is '8'",
    json.dumps(_with_config(init_channels=0)): "init_channels is 0",
    json.dumps(_with_config(edge_normal_0="conv_7x7")): "normal cell, edge 0 -> 2 has op 'conv_7x7'",
    json.dumps(_with_config(inputs_node_reduce_5="4_9")): "reduce cell, node 5",
}


@pytest.mark.parametrize(("text", "reason"), BAD.items(), ids=BAD.values())
def test_bad_files_are_listed_with_their_reason(tmp_path, text, reason):
    """A file that is no run is listed, and the others are read."""
    write(tmp_path / "rs" / "results_0.json", official(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", text)

    imported = import_official(tmp_path)

    assert len(imported.table) == 1
    assert [bad.path.as_posix() for bad in imported.bad_files] == ["rs/results_1.json"]
    assert reason in imported.bad_files[0].reason


def test_files_that_cannot_be_opened_or_placed_are_bad(tmp_path):
    """A folder of a file's name, bytes that are no text and a place below no optimizer are not fatal."""
    write(tmp_path / "rs" / "results_0.json", official(GENOTYPES[0]))
    (tmp_path / "rs" / "results_1.json").mkdir()
    (tmp_path / "rs" / "results_2.json").write_bytes(b"\xff\xfe\x00")
    write(tmp_path / "other" / "results_0.json", official(GENOTYPES[0]))
    write(tmp_path / "rs" / "notes.json", "not looked at")

    imported = import_official(tmp_path)

    assert len(imported.table) == 1
    names = [bad.path.as_posix() for bad in imported.bad_files]
    assert names == ["other/results_0.json", "rs/results_1.json", "rs/results_2.json"]


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_results_is_an_error(tmp_path, there):
    """A wrong folder is told at once."""
    folder = tmp_path / "rs"
    if there:
        folder.mkdir()

    with pytest.raises(TableError, match="no such folder" if not there else r"no results_N\.json"):
        import_official(folder)


def test_progress_counts_all_files(tree):
    """Progress is called after each file, bad ones included."""
    write(tree / "rs" / "results_99.json", "")
    seen = []

    import_official(tree, lambda done, total: seen.append((done, total)))

    assert seen == [(done, 23) for done in range(1, 24)]


def test_command_writes_the_table_and_lists_bad_files(tree, tmp_path):
    """`tables import` writes the good rows, lists the bad files and ends well."""
    write(tree / "rs" / "results_98.json", _with_config(inputs_node_normal_5="\ud800"))
    write(tree / "rs" / "results_99.json", EXAMPLE.read_text())
    out = tmp_path / "cifar10.parquet"

    result = CliRunner().invoke(app, ["tables", "import", str(tree), "--out", str(out)])

    assert result.exit_code == 0, result.output
    assert "bad file rs/results_98.json: not JSON: 'utf-8' codec can't encode" in result.stderr
    assert "runs of another setting left out: 1 of 1500 epochs" in result.stderr
    assert "wrote 22 rows" in result.stdout
    assert "bad files: 1, duplicates dropped: 0" in result.stdout
    assert read_table(out).content_hash == import_official(tree).table.content_hash


def test_command_fails_without_a_good_file(tmp_path):
    """`tables import` writes nothing where no file is good, but lists them all."""
    write(tmp_path / "rs" / "results_0.json", "{")
    out = tmp_path / "cifar10.parquet"

    result = CliRunner().invoke(app, ["tables", "import", str(tmp_path), "--out", str(out)])

    assert isinstance(result.exception, TableError)  # `main` prints it and exits with 1
    assert "bad file rs/results_0.json: not JSON" in result.stderr
    assert not out.exists()
