"""Tests of `validation.claims`."""

from __future__ import annotations

import math
import os
import sys
import tomllib
from dataclasses import FrozenInstanceError

import pytest
from scipy.stats import kstwo, norm

from nb301.surrogates import FAMILIES, FITTED_FAMILIES
from nb301.tables import official
from validation.claims import Claim, ClaimError, claims_about, claims_of, load_claims
from validation.measures import MEASURES
from validation.places import CLAIMS
from validation.saboteurs.stand_in import TRUTH

GOOD = """
[some_r2]
statement = "It explains"
measure = "fit.above_ceiling"
symbol = "R2"
threshold = 0.8
direction = "at_least"
source = "Table 3"
reason = "Because"
trained_on = ["all-data"]
"""
EACH = """
[left_out]
each = { name = ["re", "de"] }
statement = "Without {name}"
measure = "left_out.optimizer"
parameters = { statistic = "r2" }
symbol = "R2"
thresholds = { xgb = [0.9, 0.8], gin = [0.7, 0.6] }
direction = "at_least"
source = "Table 4"
reason = "Because"
trained_on = ["all-data"]
"""


@pytest.fixture
def load(tmp_path):
    def write_and_load(text: str) -> tuple[Claim, ...]:
        path = tmp_path / "claims.toml"
        path.write_text(text, encoding="utf-8")
        return load_claims(path)

    return write_and_load


def test_loads_frozen_claims(load):
    """A table of the file becomes one frozen claim, named after it."""
    (claim,) = load(GOOD)

    assert (claim.id, claim.group, claim.threshold, claim.kind) == ("some_r2", "some_r2", 0.8, "gate")
    with pytest.raises(FrozenInstanceError):
        claim.threshold = 0.1


@pytest.mark.parametrize("key", [line.split(" = ")[0] for line in GOOD.splitlines()[2:]])
def test_missing_key(load, key):
    """A missing key is an error that names the claim and the key."""
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))

    with pytest.raises(ClaimError, match=rf"claim some_r2: {key}: "):
        load(text)


def test_unknown_key(load):
    """An unknown key is an error that names the claim and the key."""
    with pytest.raises(ClaimError, match="claim some_r2: tolerence: "):
        load(GOOD + "tolerence = 0.1\n")


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ('"fit.above_ceiling"', '"fit.seen"', "measure"),
        ("0.8", '"0.8"', "threshold"),
        ("0.8", "nan", "threshold"),
        ("0.8", "true", "threshold"),
        ('"at_least"', '">="', "direction"),
        ('"Table 3"', '""', "source"),
        ("threshold = 0.8", 'threshold = { xgb = "0.8" }', "threshold"),
        ('["all-data"]', '["all data"]', "trained_on.0"),
        ('["all-data"]', "[]", "trained_on"),
        ('["all-data"]', '["all-data"]\nfamilies = ["xbg"]', "families.0: 'xbg' is not one of xgb, lgb"),
        ("threshold = 0.8", "threshold = { xbg = 0.8 }", "threshold"),
        ("threshold = 0.8", "threshold = {}", "threshold"),
        ("0.8", "inf", "threshold"),
        ("0.8", "0.8\nscale = nan", "scale"),
        ("0.8", "0.8\nscale = -1", "scale"),
        ("0.8", "0.8\nscale = 0", "scale"),
        ("0.8", "0.8\nscale = '100'", "scale"),
        ("0.8", "0.8\nslow = 'yes'", "slow"),
        ("0.8", "0.8\nkind = 'guess'", "kind"),
        ("0.8", "0.8\nthresholds = [0.8]", "thresholds"),
    ],
)
def test_bad_value(load, good, bad, key):
    """A value that is not allowed is an error that names the claim and the key."""
    with pytest.raises(ClaimError, match=f"claim some_r2: {key}"):
        load(GOOD.replace(good, bad))


def test_unknown_parameter(load):
    """A parameter that the measure does not take is an error that names those it takes."""
    with pytest.raises(ClaimError, match=r"fit\.unseen takes statistic, optimizer, noise, not 'op'"):
        load(GOOD.replace("above_ceiling", "unseen") + 'parameters = { op = "skip_connect" }\n')


@pytest.mark.parametrize(
    ("measure", "parameters", "key"),
    [
        ("fit.unseen", "{}", "parameters.statistic"),
        ("fit.unseen", '{ statistic = "r3" }', "parameters.statistic: 'r3' is not one of r2, "),
        ("fit.unseen", "{ statistic = 2 }", "parameters.statistic"),
        ("fit.unseen", '{ statistic = "r2", optimizer = "nobody" }', "parameters.optimizer"),
        ("left_out.optimizer", '{ statistic = "r2", name = "" }', "parameters.name"),
        ("collapse.best_count", '{ op = "skip", low = 2, high = 3 }', "parameters.op"),
        ("collapse.best_count", '{ op = "skip_connect", low = 2, high = 9 }', "parameters.high"),
        ("collapse.falls_after", '{ op = "skip_connect", after = 8 }', "parameters.after"),
        ("collapse.gap", '{ op = "skip_connect", count = 8, fitted_to = "all" }', "parameters.fitted_to"),
        ("collapse.gap", '{ op = "skip_connect", count = true }', "parameters.count"),
        ("noise.coverage", "{ level = 95 }", "parameters.level"),
        ("noise.coverage", "{ level = nan }", "parameters.level"),
        ("search.found", '{ optimizer = "combo", seconds = 1e5 }', "parameters.optimizer"),
        ("search.found", '{ optimizer = "rs", seconds = 2e5 }', "parameters.seconds"),
        ("trajectories.ranking", "{ seconds = 1e9 }", "parameters.seconds"),
        ("trajectories.agreement", '{ other = "xbg", seconds = 1e6 }', "parameters.other"),
        ("size.gain_over_table", "{ rows = 3 }", "parameters.rows"),
        ("topology.depth", '{ statistic = "r2", edges = 0 }', "parameters.edges"),
        ("replay.told_apart", '{ optimizer = "darts" }', "parameters.optimizer"),
        ("fit.unseen", "[1]", "parameters"),
        ("fit.unseen", "{ statistic = [[]] }", "parameters.statistic"),
    ],
)
def test_bad_parameter(load, measure, parameters, key):
    """A parameter that its measure cannot use is an error before anything is measured."""
    text = GOOD.replace("fit.above_ceiling", measure) + f"parameters = {parameters}\n"
    with pytest.raises(ClaimError, match=f"claim some_r2: {key}"):
        load(text)


def test_one_claim_for_each_value(load):
    """A table with `each` is a claim for each value, with its text and the numbers of its place."""
    first, second = load(EACH)
    assert (first.id, second.id, first.group) == ("left_out_re", "left_out_de", "left_out")
    assert second.statement == "Without de"
    assert second.parameters == {"statistic": "r2", "name": "de"}
    assert (first.bound_for("xgb"), second.bound_for("gin")) == (0.9, 0.6)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("[0.9, 0.8]", "[0.9]"),
        ('{ name = ["re", "de"] }', "3"),
        ('["re", "de"]', '"re"'),
        ('["re", "de"]', "[]"),
        ('{ name = ["re", "de"] }', '{ name = ["re", "de"], statistic = ["r2", "r2"] }'),
        ('{ statistic = "r2" }', "3"),
        ('{ statistic = "r2" }', '{ statistic = "r2", name = "rs" }'),
        ("thresholds", "threshold = 0.5\nthresholds"),
        ("{ xgb = [0.9, 0.8], gin = [0.7, 0.6] }", "{}"),
        ("{ xgb = [0.9, 0.8], gin = [0.7, 0.6] }", "0.8"),
    ],
)
def test_bad_each(load, good, bad):
    """Values that are no list, or not as many as numbers, are an error that names the claim."""
    with pytest.raises(ClaimError, match="claim left_out"):
        load(EACH.replace(good, bad))


@pytest.mark.parametrize(
    "values", ['["re", "re"]', '["re", {}]', '["re", "a b"]', "['re', ['de']]", "['re', nan]"]
)
def test_values_that_name_no_claim(load, values):
    """A value is part of its claim's id, which is text of letters and digits, and there once."""
    with pytest.raises(ClaimError, match="claim left_out_"):
        load(EACH.replace('["re", "de"]', values))


def test_an_id_is_there_once(load):
    """A claim that `each` gives and another of its name are an error: a report would keep the last alone."""
    with pytest.raises(ClaimError, match="claim left_out_de is declared 2 times"):
        load(EACH + GOOD.replace("[some_r2]", "[left_out_de]"))


@pytest.mark.parametrize("name", ['"a b"', '"../x"', '""', '"\\u202e"', f'"{"x" * 200}"', '"a\\nb"'])
def test_odd_ids(load, name):
    """An id is letters, digits and a few signs: it names tests and rows of tables."""
    with pytest.raises(ClaimError, match="is no id of a claim") as error:
        load(GOOD.replace("[some_r2]", f"[{name}]"))
    assert "\n" not in str(error.value)
    assert str(error.value).isprintable()


def test_numbers_of_families(load):
    """A claim with numbers by family is about all; who has no number of its own is held to the hardest."""
    for claim in load(EACH):
        assert all(claim.is_about(family, "all-data") for family in (*FAMILIES, None))
        assert not any(claim.is_about(family, "random-only") for family in (*FAMILIES, None))
    claim, _ = load(EACH)
    assert [claim.bound_for(family) for family in ("xgb", "gin", "rf", None)] == [0.9, 0.7, 0.9, 0.9]
    assert claim.bound("gin") == "R2 >= 0.7"
    easiest, _ = load(EACH.replace("at_least", "at_most"))
    assert [easiest.bound_for(family) for family in ("xgb", "gin", "rf", None)] == [0.9, 0.7, 0.7, 0.7]


def test_claims_of_some_families(load):
    """A claim that names families is about these alone, and about imported models of their kind."""
    (claim,) = load(GOOD + 'families = ["gin"]\n')
    assert [f for f in (*FAMILIES, None) if claim.is_about(f, "all-data")] == ["gin", "official-gin"]
    (claim,) = load(GOOD + 'families = ["official-gin"]\n')
    assert [f for f in (*FAMILIES, None) if claim.is_about(f, "all-data")] == ["official-gin"]


def test_imported_models_are_held_to_the_numbers_of_their_kind(load):
    """Those of the family that the paper has them as; where it has none, to the hardest as all others."""
    claim, _ = load(EACH)
    assert [claim.bound_for(f"official-{kind}") for kind in ("xgb", "gin", "lgb")] == [0.9, 0.7, 0.9]


def test_gates_that_only_compare_some_families(load):
    """A gate for all, whose report says of these families that it is a comparison."""
    (claim,) = load(GOOD + 'comparison_for = ["official-xgb"]\n')
    assert {f: claim.kind_for(f) for f in ("xgb", "official-xgb", None)} == {
        "xgb": "gate",
        "official-xgb": "comparison",
        None: "gate",
    }
    assert claim.to_dict("official-xgb")["kind"] == "comparison"
    assert claim.to_dict("xgb")["kind"] == "gate"
    assert "comparison_for" not in claim.to_dict("xgb")


def test_claims_about_foreign_surrogates_alone(load):
    """What tests of the library say of every release is asked of somebody else's."""
    (claim,) = load(GOOD + "foreign_only = true\n")
    assert claim.is_about(None, "all-data")
    assert not any(claim.is_about(family, "all-data") for family in FAMILIES)
    assert not claim.is_about(None, "random-only")
    assert "foreign_only" not in claim.to_dict(None)
    with pytest.raises(ClaimError, match="foreign_only"):
        load(GOOD + 'foreign_only = "yes"\n')


def test_only_isomorphism_is_compared_alone_for_imported_models():
    """They are asked of genotypes as these are written; every other gate is one for them, too."""
    for truth in (official.TRUTH, TRUTH, "emulated 2.0", "fashion-mnist-tiny 1.0"):
        compared = [claim for claim in claims_of(truth) if {*claim.comparison_for} - {*FITTED_FAMILIES}]
        assert [claim.id for claim in compared] == (["isomorphism"] if truth == official.TRUTH else [])
        for claim in compared:
            assert {*claim.comparison_for} == {*FAMILIES} - {*FITTED_FAMILIES}


@pytest.mark.parametrize(
    ("truth", "trained_on"),
    [
        ("emulated 2.0", "all-data"),
        ("emulated 2.0", "random-only"),
        (official.TRUTH, "all-data"),
        (official.TRUTH, "random-only"),
        ("fashion-mnist-tiny 1.0", "all-data"),
    ],
)
def test_no_family_has_fewer_or_easier_gates(truth, trained_on):
    """What is asked of the paper's families is asked of every other one, and never less."""
    of_gbdt = claims_about(truth, "xgb", trained_on)
    for family in (*FAMILIES, None):
        claims = {claim.id: claim for claim in claims_about(truth, family, trained_on)}
        foreign = {claim.id for claim in claims.values() if claim.foreign_only}
        assert bool(foreign) == (family is None)
        assert {*claims} - {"gin_diverges_least"} - foreign == {claim.id for claim in of_gbdt}
        for claim in claims.values():
            own = (family, f"{family}".removeprefix("official-"))
            if isinstance(claim.threshold, dict) and {*own}.isdisjoint(claim.threshold):
                for paper, bound in claim.threshold.items():
                    is_easier = claim.is_met_by(bound, family) and bound != claim.bound_for(family)
                    assert not is_easier or paper in claim.comparison_for


def test_unreadable_file(load, tmp_path):
    """A file that is missing, no TOML or no tables of claims is an error that names it."""
    with pytest.raises(ClaimError, match=r"none\.toml"):
        load_claims(tmp_path / "none.toml")
    with pytest.raises(ClaimError, match="cannot read the claims"):
        load("[")
    with pytest.raises(ClaimError, match="r2 is not a claim"):
        load("r2 = 0.8")
    with pytest.raises(ClaimError, match="cannot read the claims"):
        load("r2 = " + 5000 * "1")
    with pytest.raises(ClaimError, match="cannot read the claims"):
        load("r2 = " + 5000 * "[" + 5000 * "]")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ClaimError, match="cannot read the claims"):
        load_claims(tmp_path / "binary.toml")
    with pytest.raises(ClaimError, match="cannot read the claims"):
        load_claims(tmp_path)


def test_threshold_itself_is_met(load):
    """A value that equals the threshold satisfies it in either direction; NaN satisfies none."""
    (least,) = load(GOOD)
    (most,) = load(GOOD.replace("at_least", "at_most"))

    values = (0.7, 0.8, 0.9, float("nan"))
    assert [least.is_met_by(value, None) for value in values] == [False, True, True, False]
    assert [most.is_met_by(value, None) for value in values] == [True, True, False, False]


@pytest.mark.parametrize("family", [*FAMILIES, None])
def test_claims_about_kinds_of_release(family):
    """All-data releases are held to Table 3, random-only ones to Appendix E.3; both to what is theory."""
    all_data = {claim.id for claim in claims_about("emulated 2.0", family, "all-data")}
    random_only = {claim.id for claim in claims_about("emulated 2.0", family, "random-only")}

    assert {"table3_r2", "runtime_r2", "left_out_r2_darts"} <= all_data - random_only
    assert {"random_only_rs_r2", "all_optimizers_explain_more"} <= random_only - all_data
    assert {
        "long_lists",
        "not_above_ceiling",
        "best_skips",
        "fresh_as_test",
        "found_1e5_rs",
    } <= random_only & all_data
    assert ("isomorphism" in random_only & all_data) is (family is None)
    assert ("gin_diverges_least" in all_data) is (family in {"gin", "official-gin"})


def test_no_claims_is_an_error(monkeypatch, tmp_path):
    """A subject that no claim is about cannot be validated, rather than pass."""
    monkeypatch.setattr("validation.claims.CLAIMS", tmp_path)
    (tmp_path / "emulated.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ClaimError, match="no claim is about random-only releases of family 'xgb'"):
        claims_about("emulated 2.0", "xgb", "random-only")
    for truth in ("cifar0 1.0", "emulated 1.0", "emulated", "", " ", "?!", "\0", "x" * 5000):
        with pytest.raises(
            ClaimError, match=r"no claims are declared about .*; there are: emulated$"
        ) as error:
            claims_about(truth, "xgb", "all-data")
        assert len(str(error.value)) < 400


def test_thresholds_are_the_papers():
    """The embedded thresholds are the paper's numbers: Tables 3, 4 and 5, Sections 3.3 and 4.4."""
    paper = tomllib.loads((CLAIMS.parent / "paper_tables.toml").read_text(encoding="utf-8"))
    claims = {claim.id: claim for claim in load_claims(CLAIMS / "emulated.toml")}

    for family in ("xgb", "lgb", "gin"):
        assert claims["table3_r2"].bound_for(family) == paper["table3_test"][family]["r2"]
        assert claims["table3_sparse_kendall_tau"].bound_for(family) == paper["table3_test"][family]["skt"]
        assert claims["divergence"].bound_for(family) == paper["table5_noise"][family]["kl"]
        for number, optimizer in enumerate(paper["table4_looo_r2"]["order"]):
            r2, skt = (paper[f"table4_looo_{name}"][family][number] for name in ("r2", "skt"))
            assert claims[f"left_out_r2_{optimizer}"].bound_for(family) == r2
            assert claims[f"left_out_sparse_kendall_tau_{optimizer}"].bound_for(family) == skt
            assert claims[f"fit_of_optimizer_{optimizer}"].bound_for(family) == skt
    assert claims["runtime_r2"].threshold == paper["runtime_model"]["r2"]
    assert claims["one_shot_darts"].threshold / 100 == pytest.approx(paper["section3"]["mean_std_5_seeds"])
    assert paper["skip_connections"]["best_number_in_normal_cell"] == [
        claims["best_skips"].parameters[bound] for bound in ("low", "high")
    ]


def test_thresholds_follow_from_theory():
    """Those of the emulated truth that are no number of the paper's, by what their reasons say."""
    claims = {claim.id: claim for claim in load_claims(CLAIMS / "emulated.toml")}
    for level in (0.5, 0.8, 0.95):
        for prefix in ("", "random_only_"):
            for name, factor in (("covers", 0.8), ("covers_no_more", 1.2)):
                share = 2 * norm.cdf(factor * norm.ppf((1 + level) / 2)) - 1
                assert claims[f"{prefix}{name}_{level}"].threshold == pytest.approx(share, abs=1e-3)
    errors = 0.67 * math.sqrt(0.91 - 0.832)  # points
    of_cells = errors / 4 / math.sqrt(8)
    assert claims["op_effects"].threshold == pytest.approx(norm.ppf(1 - 0.025 / 14) * of_cells, abs=2e-3)
    assert 100 * claims["rare_faults_errors"].parameters["by"] == pytest.approx(4 * errors, abs=5e-3)
    assert 1 / 16_000 < claims["rare_faults_errors"].threshold < 1 / 1000
    unexplained = 1 - 0.832 / 0.91
    assert claims["no_relabelling_ops"].threshold == pytest.approx(5.5**2 * unexplained / 500, abs=5e-4)
    assert claims["differences_not_too_small"].threshold == pytest.approx((1 + 1 / 0.9) / 2, abs=1e-3)
    assert claims["no_leak_of_seeds"].threshold == 4 / 5 / 2
    assert claims["noise_is_normal"].threshold == pytest.approx(kstwo.isf(1 / 20_000, 10_000), abs=5e-4)


@pytest.mark.parametrize("path", sorted(CLAIMS.glob("*.toml")), ids=lambda path: path.stem)
def test_embedded_files(path):
    """Every embedded file of claims is read, and its ids are unique."""
    claims = load_claims(path)

    assert set(tomllib.loads(path.read_text(encoding="utf-8"))) == {claim.group for claim in claims}
    assert len({claim.id for claim in claims}) == len(claims)


def test_no_measure_goes_unused():
    """Claims about the emulated truth use all measures but those that need no truth, for real trainings."""
    used = {}
    for path in CLAIMS.glob("*.toml"):
        used[path.stem] = {claim.measure for claim in load_claims(path)}
    others = used["fashionmnisttiny"] | used["cifar10lastepoch"]
    assert used["emulated"] | others == set(MEASURES)
    without_truth = {measure.partition(".")[0] for measure in set(MEASURES) - used["emulated"]}
    assert without_truth == {"replay", "linear", "bias", "landmarks", "leakage", "published", "spread"}


def test_small_trainings_are_held_to_the_same_digits():
    """What the paper measured has its number, and is a comparison; gates are about any benchmark."""
    small = {claim.id: claim for claim in load_claims(CLAIMS / "fashionmnisttiny.toml")}
    emulated = {claim.id: claim for claim in load_claims(CLAIMS / "emulated.toml")}
    shared = set(small) & set(emulated)
    assert {"table3_r2", "closer_than_table", "best_skips", "runtime_r2", "isomorphism"} <= shared
    for name in shared:
        theirs = emulated[name].threshold
        assert small[name].threshold == (
            {family: theirs[family] for family in ("xgb", "gin")} if isinstance(theirs, dict) else theirs
        )
    gates = {claim.id for claim in small.values() if claim.kind == "gate"}
    behaviour = {claim.id for claim in small.values() if claim.measure.startswith("behaviour.")}
    assert gates == {"better_than_constant", "ranks"} | behaviour


def test_cifar10_is_held_to_the_papers_digits():
    """On real trainings what the paper measured is a gate, and what needs the emulated truth is not asked."""
    cifar10 = {claim.id: claim for claim in load_claims(CLAIMS / "cifar10.toml")}
    emulated = {claim.id: claim for claim in load_claims(CLAIMS / "emulated.toml")}
    assert set(cifar10) < set(emulated)
    for name, claim in cifar10.items():
        assert claim.threshold == emulated[name].threshold
        assert claim.measure == emulated[name].measure
    for name in ("table3_r2", "left_out_r2_re", "divergence", "one_shot_darts"):
        assert cifar10[name].kind == "gate"
    assert "found_1e5_rs" not in cifar10
    assert claims_about(official.TRUTH, "xgb", "all-data")


def test_last_epochs_are_held_to_papers_and_theory():
    """The paper's digits compare, theory decides; models of all data and random-only ones are the same."""
    paper = tomllib.loads((CLAIMS.parent / "paper_tables.toml").read_text(encoding="utf-8"))
    claims = {claim.id: claim for claim in claims_about(TRUTH, "xgb", "random-only")}
    foreign = {claim.id: claim for claim in claims_about(TRUTH, None, "all-data")}
    assert claims == {name: claim for name, claim in foreign.items() if not claim.foreign_only}
    for family in ("xgb", "lgb", "gin"):
        table3 = paper["table3_test"][family]
        assert claims["table3_r2"].bound_for(family) == table3["r2"]
        assert claims["table3_sparse_kendall_tau"].bound_for(family) == table3["skt"]
    assert claims["not_above_ceiling"].parameters == {"noise": paper["section3"]["mean_std_5_seeds"]}
    for level in (0.5, 0.8, 0.95):
        for name, factor in (("covers", 0.8), ("covers_no_more", 1.2)):
            share = 2 * norm.cdf(factor * norm.ppf((1 + level) / 2)) - 1
            assert claims[f"{name}_{level}"].threshold == pytest.approx(share, abs=1e-3)
    of_paper = {"table3_r2", "table3_sparse_kendall_tau", "agrees_with_paper", "below_best_epochs"}
    of_paper |= {"runtime_of_paper", "darts_cell", "all_skip_cell", "ranks_unseen"}
    compared = {claim.group for claim in claims.values() if claim.kind == "comparison"}
    assert compared == of_paper | {"covers_half", "covers_half_no_more"}


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "a = " + "[" * 5000,
        "a = 0x" + "f" * 4000,
        "a = " + "1" * 5000,
        ".".join("a" * 9000) + " = 1",
        "\udcff",
        "[claim]\nthreshold = 0x" + "f" * 4000,
    ],
)
def test_texts_beyond_limits_are_refused(tmp_path, text):
    """Deep nesting and overlong integers are no claims."""
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ClaimError, match="cannot read the claims") as caught:
        load_claims(path)
    assert str(caught.value).isprintable()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_regular_files_are_read(tmp_path):
    """A pipe is refused without being read."""
    os.mkfifo(tmp_path / "claims.toml")
    with pytest.raises(ClaimError, match="not a regular file"):
        load_claims(tmp_path / "claims.toml")
