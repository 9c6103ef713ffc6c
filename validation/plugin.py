"""The pytest plugin: what to validate, a test for each claim, the report.

Active in `validation/`; elsewhere with `-p validation.plugin`. A test that asks for `subject` and `claim`
runs once for each claim about each subject. A gate that does not hold fails; a comparison that does not
hold is an expected failure, so that it is seen and stops nothing; what does not apply is skipped. Results
travel in the tests' reports, so that it works under pytest-xdist.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nb301 import list_releases, tables
from nb301.errors import Nb301Error
from nb301.releases import find
from validation.card import write_card
from validation.claims import Claim, claims_about
from validation.measure import explain, family_of, measure
from validation.measures import NotApplicable
from validation.prepare import prepare
from validation.report import (
    CHECK,
    CLAIM,
    NOT_RUN,
    Results,
    measured_entry,
    summary,
    table_rows,
    write_report,
)
from validation.subject import Subject, embedded_table, foreign_subject, subject_of

#: Measures a claim about a subject, keeps the result for the report, and fails unless the claim holds.
Verify = Callable[[Claim, Subject], None]

_RESULTS = pytest.StashKey[tuple[Results, ...]]()
_CACHE = Path("build/validation")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("validation", "claims of releases (nb301)")
    group.addoption(
        "--release",
        action="append",
        metavar="NAME",
        help="release to validate, a name or the path of its folder; may be repeated (default: all embedded)",
    )
    group.addoption(
        "--surrogate",
        action="append",
        metavar="MODULE:NAME",
        help="any object with predict(genotypes) -> (mean, std), or a function that makes one",
    )
    group.addoption(
        "--table", metavar="NAME", help="embedded table or file behind them (default: the one they name)"
    )
    group.addoption("--report", type=Path, metavar="FILE", help="write a JSON report, failures included")
    group.addoption("--card", type=Path, metavar="FILE", help="write an HTML page of figures and verdicts")
    group.addoption(
        "--cache",
        type=Path,
        default=_CACHE,
        metavar="FOLDER",
        help=f"keeps fits and runs (default: {_CACHE})",
    )
    group.addoption(
        "--processes", type=int, default=2, metavar="N", help="models that are fitted at once (default: 2)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the subjects and their claims before anything is run."""
    config.addinivalue_line("markers", "slow: a claim that fits models or runs optimizers")
    for option in ("report", "card"):
        path = config.getoption(option)
        if path is not None and path.is_dir():
            raise pytest.UsageError(f"--{option} {path} is a folder, expected a file")
    try:
        results = tuple(Results(subject, _claims(subject)) for subject in _subjects(config))
    except Nb301Error as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_RESULTS] = results
    if not hasattr(config, "workerinput"):  # a worker of xdist leaves the report to its controller
        config.pluginmanager.register(
            _Collector(results, config.getoption("report"), config.getoption("card"))
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Fit what slow claims need, several models at once, if all of them are going to be measured."""
    option = session.config.option
    if hasattr(session.config, "workerinput") or option.collectonly or option.keyword or option.markexpr:
        return  # a claim that is chosen by itself fits what it needs
    results = session.config.stash[_RESULTS]
    prepare([(each.subject, each.claims) for each in results], option.table, option.processes)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every subject, or for every claim about every subject."""
    results = metafunc.config.stash[_RESULTS]
    grouped = metafunc.config.pluginmanager.hasplugin("xdist")

    def marks(subject: Subject, *, slow: bool) -> list[pytest.MarkDecorator]:
        # one worker for a subject: claims share what is predicted, fitted and run
        group = [pytest.mark.xdist_group(subject.name)] if grouped else []
        return [*group, *([pytest.mark.slow] if slow else [])]

    if {"subject", "claim"} <= {*metafunc.fixturenames}:
        cases = [
            pytest.param(
                each.subject,
                claim,
                id=f"{each.subject.name}-{claim.id}",
                marks=marks(each.subject, slow=claim.slow),
            )
            for each in results
            for claim in each.claims
        ]
        metafunc.parametrize(("subject", "claim"), cases)
    elif "subject" in metafunc.fixturenames:
        subjects = [
            pytest.param(each.subject, id=each.subject.name, marks=marks(each.subject, slow=False))
            for each in results
        ]
        metafunc.parametrize("subject", subjects)


@pytest.fixture
def verify(record_property: Callable[[str, object], None]) -> Verify:
    """See `Verify`."""

    def measure_and_judge(claim: Claim, subject: Subject) -> None:
        try:
            found = measure(claim, subject)
        except NotApplicable as reason:
            entry: Mapping[str, Any] = {"verdict": "not applicable", "note": str(reason)}
            record_property(CLAIM, {"key": subject.key, "id": claim.id, "entry": entry})
            pytest.skip(str(reason))
        record_property(CLAIM, {"key": subject.key, "id": claim.id, "entry": measured_entry(found)})
        if found.verdict != "holds":
            message = explain(claim, found, family_of(subject))
            if claim.kind == "gate":
                pytest.fail(message, pytrace=False)
            pytest.xfail(message)

    return measure_and_judge


class _Collector:
    """Gathers results from the tests' reports; writes the reports and the table at the end."""

    def __init__(self, results: tuple[Results, ...], report: Path | None, card: Path | None) -> None:
        self._results = {each.subject.key: each for each in results}
        self._report, self._card = report, card

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test has recorded."""
        if report.when != "call":
            return
        recorded: list[tuple[str, Any]] = list(report.user_properties)
        for name, value in recorded:
            if name == CLAIM:
                self._results[value["key"]].measured[value["id"]] = value["entry"]
            elif name == CHECK:
                self._results[value["key"]].checks[value["id"]] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, whatever the outcome."""
        results = list(self._results.values())
        if session.config.getoption("collectonly"):
            return
        if self._report is not None:
            write_report(self._report, results)
        if self._card is not None:
            write_card(self._card, results)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, once anything was measured."""
        results = list(self._results.values())
        if not any(each.measured for each in results):
            return
        terminalreporter.section("claims")
        rows = table_rows(results)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            *cells, verdict = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.write("  ".join(cells) + "  ")
            terminalreporter.write_line(verdict, **_COLOURS.get(row[-1], {}))
        for line in summary(results):
            terminalreporter.write_line(line)
        for path in (self._report, self._card):
            if path is not None:
                terminalreporter.write_line(f"Report: {path}")


_COLOURS: Mapping[str, dict[str, Any]] = {
    "holds": {"green": True},
    "fails": {"red": True},
    "undecided": {"yellow": True},
    NOT_RUN: {"yellow": True},
}


def _subjects(config: pytest.Config) -> list[Subject]:
    """Releases and foreign surrogates; a release that is given twice is validated once."""
    foreign, names = config.getoption("surrogate") or [], config.getoption("release")
    cache, given = config.getoption("cache"), config.getoption("table")
    table = tables.load(given) if given else None
    if names is None:
        names = [] if foreign else list_releases()
    releases = {release.release_hash: release for release in map(find, names)}
    read: dict[str, Any] = {}
    subjects = []
    for release in releases.values():
        name = release.manifest.table.name + release.manifest.table.version
        if table is None and name not in read:
            read[name] = embedded_table(release.manifest)
        subjects.append(subject_of(release, table or read[name], cache))
    if foreign:
        table = table or tables.load("emulated-v1.0")
        subjects += [foreign_subject(spec, _made(spec), table, cache) for spec in foreign]
    return subjects


def _made(spec: str) -> Any:
    module, _, name = spec.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise pytest.UsageError(f"--surrogate {spec}: expected MODULE:NAME ({error})") from None
    made = found if hasattr(found, "predict") and not isinstance(found, type) else found()
    if not hasattr(made, "predict"):
        raise pytest.UsageError(f"--surrogate {spec}: {made!r:.80} has no method predict")
    return made


def _claims(subject: Subject) -> tuple[Claim, ...]:
    return claims_about(subject.table.truth, family_of(subject), subject.trained_on)
