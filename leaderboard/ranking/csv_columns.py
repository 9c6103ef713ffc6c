"""Columns of each CSV table: their names, their order and what they mean stand here alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Described:
    """A table, and its columns by name; texts are Markdown."""

    title: str
    about: str
    columns: Mapping[str, str]


_ENTRY = "Slug of the entry: the name of its submission's folder."
_RELEASE = "Name of the release that answered; of `emulated-xgb-v2.0` and the like no number is CIFAR-10's."
_LOW = "Low end of the 95 % interval over seeds."
_HIGH = "High end; empty, like the low end, where seeds are too few."

_ROW_COLUMNS = {
    "entry": _ENTRY,
    "name": "Name of the entry for people.",
    "version": "Version of the submission.",
    "first_rank": "First of the places that the data allow; empty for an entry that does not count.",
    "last_rank": "Last of the places that the data allow.",
    "score": "Anytime score, mean over seeds and over the releases that count; empty where none does.",
    "score_low": _LOW,
    "score_high": _HIGH,
    "observed_score": "The same by the noisy values that the optimizer was told, which flatter it.",
    "early_score": "The score from 10^4 s on, as the first boards had it.",
    "error_percent": "Noise-free validation error of the final architecture in percent, median over runs.",
    "observed_error_percent": "The same as the optimizer observed it: the best of thousands of noisy values.",
    "regret_points": "Mean final error above that of the best known architecture, points.",
    "final_regret": "Normalised regret in the end, percent, mean: 0 for the best that is known, 100 for the "
    "median random architecture; where multiply-adds count, too, by hypervolume.",
    "evaluations": "Evaluations that ended within the budget, median over runs.",
    "crash_rate": "Share of runs that did not end as `completed`.",
    "cpu_seconds": "Processor seconds of the submission's own process, mean of a run.",
    "unfamiliar_share": "Share of its queries far from the architectures that the release was fitted on, "
    "where that is known: its table was at hand.",
    "speed_up": "How many times faster than random search it reaches what that ends with, if it does.",
    "conflicts": "Families of models that it shares with the release's surrogate: it does not count.",
}

#: By the name of the file in a track's folder, without suffix.
TABLES: Mapping[str, Described] = {
    "ranking": Described(
        "Ranking on each release",
        "One row for each entry on each release.",
        {
            "release": _RELEASE,
            "release_hash": "SHA-256 of the release's manifest.",
            "truth": "Ground truth that the release was fitted on.",
            "rests_on": "The same in plain words, such as `an emulation`.",
            "seeds": "Runs of each entry.",
            "budget_seconds": "Simulated seconds of each run.",
            **_ROW_COLUMNS,
        },
    ),
    "standings": Described(
        "Standings over all releases",
        "One row for each entry, over the releases that count for it.",
        {
            **_ROW_COLUMNS,
            "worst_score": "Lowest of the mean scores on the releases that count.",
            "all_minus_random": "Score on releases of all data minus that on releases of random data alone.",
            "all_minus_random_low": _LOW,
            "all_minus_random_high": _HIGH,
            "xgb_minus_gin": "Score on XGBoost's releases minus that on the graph network's.",
            "xgb_minus_gin_low": _LOW,
            "xgb_minus_gin_high": _HIGH,
        },
    ),
    "pairs": Described(
        "Pairs of entries",
        "One row for each two entries, on the releases that count for both; differences are one minus other. "
        "Intervals are simultaneous: those that leave zero out tell two entries apart.",
        {
            "one": "Slug of the entry that stands before the other.",
            "other": "Slug of the other entry.",
            "score_difference": "Mean difference of scores.",
            "score_low": _LOW,
            "score_high": _HIGH,
            "error_difference_points": "Mean difference of final errors, points; below 0 one is better.",
            "error_low": _LOW,
            "error_high": _HIGH,
            "p": "p-value of the difference of scores, two-sided, corrected for all pairs.",
            "wins": "Share of seeds on which one has the higher score; ties count half. Empty, like the "
            "differences, where no release counts for both.",
            "equivalent": "Whether the interval of final errors lies within 0.05 points: equal in practice.",
            "seeds_needed": "Seeds to tell the pair apart four times in five; empty where unknown.",
        },
    ),
    "tie_groups": Described(
        "Tie groups",
        "Neighbours in the standings of which no two are told apart; an entry may be in several groups.",
        {"group": "Number of the group, from the top.", "entry": _ENTRY},
    ),
    "examination": Described(
        "Cross-examination",
        "What was found on one release, judged by the others and by the ground truth.",
        {
            "entry": "Slug of the entry, or `*` for all together.",
            "found_on": "Release that the architectures were found on.",
            "judge": "Release that judges them; `ground truth`, the noise-free emulated one, of what was "
            "found on a release that rests on it; or `other releases`, the mean of the others on the same "
            "ground truth.",
            "error_percent": "Mean noise-free validation error by the judge, percent.",
            "worse_points": "The judge's error minus that of the release it was found on, points.",
            "worse_low": "Low end of its 95 % interval over runs.",
            "worse_high": "High end.",
            "runs": "Architectures that were judged: one for each run.",
        },
    ),
    "no_search": Described(
        "Without a search",
        "Architectures that are known beforehand, valued as if a run had trained nothing else; of embedded "
        "releases.",
        {
            "release": _RELEASE,
            "architecture": "What people call it.",
            "genotype": "Its text form.",
            "score": "Anytime score.",
            "error_percent": "Noise-free validation error, percent.",
            "regret_points": "Its distance from the best known one, points.",
        },
    ),
    "overall": Described(
        "Regret and place over time",
        "Means over seeds and the releases that count, at 80 moments of the budget's last two decades.",
        {
            "entry": _ENTRY,
            "seconds": "Simulated seconds.",
            "regret": "Mean normalised regret, which the anytime score integrates.",
            "place": "Mean place among the entries that count on all releases; empty for others.",
        },
    ),
    "curves": Described(
        "Incumbents over time on each release",
        "Quartiles over seeds, at 100 moments of the budget's last three decades, from the first on at which "
        "all runs have an incumbent: validation error in percent, or of fronts the normalised regret.",
        {
            "release": _RELEASE,
            "entry": _ENTRY,
            "by": "`score` for what is scored, `release` for the same as the release itself sees it.",
            "seconds": "Simulated seconds.",
            "low": "Lower quartile.",
            "median": "Median.",
            "high": "Upper quartile.",
        },
    ),
    "reached": Described(
        "Targets reached over time",
        "Empirical distribution of times to 51 targets of normalised regret.",
        {
            "release": _RELEASE,
            "entry": _ENTRY,
            "seconds": "Simulated seconds.",
            "share_of_targets": "Share of all pairs of run and target that were reached by then.",
        },
    ),
    "running_times": Described(
        "Expected running times",
        "Expected time to each of 51 targets: seconds spent by all runs for each one that got there.",
        {
            "release": _RELEASE,
            "entry": _ENTRY,
            "target_regret": "Normalised regret: 1 is the median random architecture, 0 the best known one.",
            "runs_that_reached": "How many runs got there.",
            "expected_seconds": "Simulated seconds; empty where no run got there.",
        },
    ),
    "iohanalyzer": Described(
        "Incumbents for IOHanalyzer",
        "One row for each incumbent and one for each run's end; IOHanalyzer reads it as custom CSV: to be "
        "minimised, with `raw_y` as function value.",
        {
            "function_name": _RELEASE,
            "algorithm_name": _ENTRY,
            "dimension": "Choices that make an architecture: 16 ops, and inputs for each of 6 nodes.",
            "run_id": "Number of the run: its seed.",
            "evaluations": "Evaluations until then, this one included.",
            "raw_y": "Noise-free validation error of the incumbent, percent. It may rise after a lucky find; "
            "tools that keep the minimum show the best of all incumbents, not the last.",
            "observed_y": "The same as the optimizer observed it.",
            "seconds": "Simulated seconds until then.",
        },
    ),
}
