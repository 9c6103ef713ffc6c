"""The pytest plugin: what to validate, a test for each claim, the report.

Active in `validation/`; elsewhere with `-p validation.plugin`. A test that asks for `subject` and `claim`
runs once for each claim about each subject. A gate that does not hold fails; a comparison that does not
hold is an expected failure, so that it is seen and stops nothing; what does not apply is skipped, as is what
needs a table that is not here, which then has no verdict. Results travel in the tests' reports, so that it
works under pytest-xdist.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest

from nb301 import list_releases, tables
from nb301.errors import DataMissing, Nb301Error, one_line
from nb301.releases import Release, find
from nb301.releases.report import ClaimKind, ClaimVerdict
from nb301.tables.schema import EvaluationTable
from validation.answers import SubjectError, error_line
from validation.claims import Claim, claims_about
from validation.judging import explain, family_of, measure
from validation.measures import NotApplicable
from validation.missing_table import MissingTable
from validation.prepare import prepare
from validation.report.as_json import (
    CHECK,
    CLAIM,
    Results,
    measured_entry,
    summary,
    table_rows,
    write_report,
)
from validation.report.card import require_extra, write_card
from validation.subject import Subject, foreign_subject, subject_of, table_behind

#: Measures a claim about a subject, keeps the result for the report, and fails unless the claim holds.
Verify = Callable[[Claim, Subject], None]
#: Keeps what came out for the report: `CLAIM` or `CHECK`, the subject, the id, and the entry.
Keep = Callable[[str, Subject, str, Mapping[str, Any]], None]

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
        "--processes",
        type=_positive,
        default=2,
        metavar="N",
        help="models that are fitted, or chunks of runs that are made, at once (default: 2)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the subjects and their claims before anything is run."""
    config.addinivalue_line("markers", "slow: a claim that fits models or runs optimizers")
    is_worker = hasattr(config, "workerinput")  # of xdist: it leaves the reports to its controller
    report, card = config.getoption("report"), config.getoption("card")
    if not is_worker:
        if report is not None and card is not None and report.absolute() == card.absolute():
            _refuse(f"--report and --card are both {report}, expected two files")
        for option, path in (("report", report), ("card", card)):
            if path is not None:
                _check_file(option, path)
        _check_folder("cache", config.getoption("cache"))
    try:
        if card is not None:
            require_extra()
        results = tuple(map(_results, _subjects(config)))
    except (Nb301Error, OSError) as error:
        _refuse(str(error))
    config.stash[_RESULTS] = results
    if not is_worker:
        config.pluginmanager.register(_Collector(results, report, card))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Fit and run what slow claims need, several at once, if all of them are going to be measured."""
    option = session.config.option
    if hasattr(session.config, "workerinput") or option.collectonly or option.keyword or option.markexpr:
        return  # a claim that is chosen by itself fits and runs what it needs
    results = session.config.stash[_RESULTS]
    try:
        prepare([(result.subject, result.claims) for result in results], option.table, option.processes)
    except (Nb301Error, OSError, BrokenExecutor) as error:
        _refuse(f"models or runs for claims cannot be made: {error}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every subject, or for every claim about every subject."""
    results = metafunc.config.stash[_RESULTS]
    grouped = metafunc.config.pluginmanager.hasplugin("xdist")

    def marks(subject: Subject, *, slow: bool = False) -> list[pytest.MarkDecorator]:
        # one worker for a subject: claims share what is predicted, fitted and run
        marks = [pytest.mark.xdist_group(subject.name)] if grouped else []
        if slow:
            marks.append(pytest.mark.slow)
        return marks

    if {"subject", "claim"} <= {*metafunc.fixturenames}:
        cases = []
        for result in results:
            subject = result.subject
            for claim in result.claims:
                name = f"{subject.name}-{claim.id}"
                cases.append(pytest.param(subject, claim, id=name, marks=marks(subject, slow=claim.slow)))
        metafunc.parametrize(("subject", "claim"), cases)
    elif "subject" in metafunc.fixturenames:
        subjects = [result.subject for result in results]
        cases = [pytest.param(subject, id=subject.name, marks=marks(subject)) for subject in subjects]
        metafunc.parametrize("subject", cases)


@pytest.fixture
def record(record_property: Callable[[str, object], None], pytestconfig: pytest.Config) -> Keep:
    """See `Keep`."""
    subjects = [result.subject for result in pytestconfig.stash[_RESULTS]]

    def keep(kind: str, subject: Subject, what: str, entry: Mapping[str, Any]) -> None:
        # by its place among what is validated: nothing that it answers tells it from others for sure
        record_property(kind, {"subject": subjects.index(subject), "id": what, "entry": entry})

    return keep


@pytest.fixture
def verify(record: Keep) -> Verify:
    """See `Verify`."""

    def measure_and_judge(claim: Claim, subject: Subject) -> None:
        entry, outcome = _judged(claim, subject)
        record(CLAIM, subject, claim.id, entry)
        if outcome is not None:
            raise outcome  # here, where no error of the surrogate is its context, which pytest would print

    return measure_and_judge


def _judged(claim: Claim, subject: Subject) -> tuple[Mapping[str, Any], BaseException | None]:
    """The entry of a report, and how the test ends if the claim does not hold."""
    try:
        measurement = measure(claim, subject)
    except NotApplicable as reason:
        return _unmeasured(ClaimVerdict.not_applicable, reason), pytest.skip.Exception(str(reason))
    except DataMissing as reason:  # not measured, so no verdict
        return {"note": str(reason)}, pytest.skip.Exception(str(reason))
    except SubjectError as error:
        return _unmeasured(ClaimVerdict.fails, error), _failure(claim, subject, str(error))
    except (Nb301Error, OSError) as error:  # not of the subject's making, so no verdict about it
        return {"note": str(error)}, pytest.fail.Exception(str(error), pytrace=False)
    entry = measured_entry(measurement)
    if measurement.verdict is ClaimVerdict.holds:
        return entry, None
    return entry, _failure(claim, subject, explain(claim, measurement, family_of(subject)))


def _unmeasured(verdict: ClaimVerdict, reason: Exception) -> dict[str, str]:
    return {"verdict": verdict.value, "note": str(reason)}


def _failure(claim: Claim, subject: Subject, message: str) -> BaseException:
    if claim.kind_for(family_of(subject)) is ClaimKind.gate:
        return pytest.fail.Exception(message, pytrace=False)
    return pytest.xfail.Exception(message)


class _Collector:
    """Gathers results from the tests' reports; writes the reports and the table at the end."""

    def __init__(self, results: tuple[Results, ...], report: Path | None, card: Path | None) -> None:
        self._results, self._report, self._card = results, report, card
        self._written: list[Path] = []
        self._unwritten: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test has recorded."""
        if report.when != "call":
            return
        recorded: list[tuple[str, Any]] = list(report.user_properties)
        for name, value in recorded:
            if name == CLAIM:
                self._results[value["subject"]].measured[value["id"]] = value["entry"]
            elif name == CHECK:
                self._results[value["subject"]].checks[value["id"]] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, whatever the outcome; one that cannot be written costs nothing else."""
        if session.config.getoption("collectonly"):
            return
        for option, path, write in self._wanted():
            try:
                write(path, self._results)
            except (OSError, Nb301Error) as error:
                self._unwritten.append(one_line(f"--{option} {path}: not written ({error})", 1000))
                session.exitstatus = pytest.ExitCode.USAGE_ERROR
            else:
                self._written.append(path)

    def _wanted(self) -> Iterator[tuple[str, Path, Callable[[Path, Sequence[Results]], None]]]:
        if self._report is not None:
            yield "report", self._report, write_report
        if self._card is not None:
            yield "card", self._card, write_card

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, once anything was measured."""
        for line in self._unwritten:
            terminalreporter.write_line(line, red=True)
        results = self._results
        if not any(result.measured for result in results):
            return
        terminalreporter.section("claims")
        rows = table_rows(results)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            *cells, verdict = map(str.ljust, row, widths)
            terminalreporter.write("  ".join(cells) + "  ")
            terminalreporter.write_line(verdict, **_COLOURS.get(row[-1], {}))
        for line in summary(results):
            terminalreporter.write_line(line)
        for path in self._written:
            terminalreporter.write_line(f"Report: {path}")


_COLOURS: Mapping[str, dict[str, Any]] = {
    ClaimVerdict.holds: {"green": True},
    ClaimVerdict.fails: {"red": True},
    ClaimVerdict.undecided: {"yellow": True},
    ClaimVerdict.not_run: {"yellow": True},
}


def _subjects(config: pytest.Config) -> list[Subject]:
    """Releases and foreign surrogates; a release that is given twice is validated once."""
    foreign, names = config.getoption("surrogate") or [], config.getoption("release")
    cache, table_name = config.getoption("cache"), config.getoption("table")
    table = tables.load(table_name) if table_name else None
    if names is None:
        names = [] if foreign else list_releases()
    releases = {release.release_hash: release for release in map(find, names)}
    subjects = _of_releases(releases.values(), table, cache)
    if foreign:
        table = table or tables.load("emulated-v1.0")
        subjects += [foreign_subject(spec, _made(spec), table, cache) for spec in dict.fromkeys(foreign)]
    return subjects


def _of_releases(releases: Iterable[Release], table: EvaluationTable | None, cache: Path) -> list[Subject]:
    """Releases on a table, or each on the one that it names, which is read once.

    Args:
        releases: What to validate.
        table: The one that all are validated on, if any.
        cache: Folder of what is fitted for claims.
    """
    tables_by_name: dict[str, EvaluationTable] = {}
    subjects = []
    for release in releases:
        behind = table
        if behind is None:
            name = release.manifest.table.name + release.manifest.table.version
            behind = tables_by_name.get(name)
        if behind is None:
            behind = table_behind(release)
            if not isinstance(behind, MissingTable):  # whose reason names the release
                tables_by_name[name] = behind
        subjects.append(subject_of(release, behind, cache))
    return subjects


def _made(spec: str) -> Any:
    module, _, name = spec.partition(":")
    try:
        named = getattr(importlib.import_module(module), name)
        made = named if hasattr(named, "predict") and not isinstance(named, type) else named()
        is_usable = callable(getattr(made, "predict", None))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code of somebody else
        _refuse(
            f"--surrogate {spec}: expected MODULE:NAME of one, or of what makes one ({error_line(error)})"
        )
    if not is_usable:
        _refuse(f"--surrogate {spec}: {type(made).__name__} has no method predict")
    return made


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 4 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not a number from 1 to 999")
    return int(text)


def _check_file(option: str, path: Path) -> None:
    """Check that a file can be written, before hours of measuring."""
    try:
        if path.exists() and not path.is_file():
            _refuse(f"--{option} {path} is a folder or a device, expected a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except (OSError, ValueError) as error:
        _refuse(f"--{option} {path}: cannot be written ({error})")


def _check_folder(option: str, path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except (OSError, ValueError) as error:
        _refuse(f"--{option} {path}: cannot be written to ({error})")


def _refuse(message: str) -> NoReturn:
    """End the run before it starts."""
    raise pytest.UsageError(one_line(message, 1000)) from None


def _results(subject: Subject) -> Results:
    return Results(subject, claims_about(subject.table.truth, family_of(subject), subject.trained_on))
