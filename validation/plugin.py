"""The pytest plugin: `--release` and `--report`, fixtures, the report.

Active in `validation/`; elsewhere with `-p validation.plugin`. A test that asks for `release` runs once
for each release, one that asks for `claim`, too, once for each claim about it. Results travel in the
tests' reports, so that it works under pytest-xdist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nb301 import list_releases
from nb301.errors import Nb301Error
from nb301.releases import Release, find
from validation.claims import Array, Claim, Quantity, claims_about
from validation.held_out import HeldOut, predict
from validation.held_out import held_out as remake_held_out
from validation.measure import explain, measure
from validation.report import CHECK, CLAIM, NOT_RUN, Subject, measured_entry, table_rows, write_report

#: Measures a claim: truth, prediction and, where it is known, the truth without noise; shape (n,) each.
Check = Callable[[Array, Array, Array | None], None]

_SUBJECTS = pytest.StashKey[tuple[Subject, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("validation", "claims of releases (nb301)")
    group.addoption(
        "--release",
        action="append",
        metavar="NAME",
        help="release to validate, a name or the path of its folder; may be repeated (default: all embedded)",
    )
    group.addoption("--report", type=Path, metavar="FILE", help="write a JSON report, failures included")


def pytest_configure(config: pytest.Config) -> None:
    """Load the releases and their claims before anything is run."""
    try:
        subjects = _subjects(config.getoption("release") or list_releases())
    except Nb301Error as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_SUBJECTS] = subjects
    path = config.getoption("report")
    if path is not None and path.is_dir():
        raise pytest.UsageError(f"--report {path} is a folder, expected a file")
    if not hasattr(config, "workerinput"):  # a worker of xdist leaves the report to its controller
        config.pluginmanager.register(_Collector(subjects, path))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every release, or for every claim about every release."""
    subjects = metafunc.config.stash[_SUBJECTS]
    if "claim" in metafunc.fixturenames:
        pairs = [(subject.release, claim) for subject in subjects for claim in subject.claims]
        ids = [f"{release.name}-{claim.id}" for release, claim in pairs]
        metafunc.parametrize(("release", "claim"), pairs, ids=ids, indirect=["release"])
    elif "release" in metafunc.fixturenames:
        releases = [subject.release for subject in subjects]
        metafunc.parametrize("release", releases, ids=[r.name for r in releases], indirect=True)


@pytest.fixture
def release(request: pytest.FixtureRequest) -> Release:
    """A release to validate."""
    found: Release = request.param
    return found


@pytest.fixture
def held_out(release: Release) -> HeldOut:
    """The release's test rows."""
    return _held_out(release)


@pytest.fixture
def predictions(release: Release) -> Mapping[Quantity, Array]:
    """What the release predicts for its test rows."""
    return _predictions(release)


@pytest.fixture
def check(release: Release, claim: Claim, record_property: Callable[[str, object], None]) -> Check:
    """Measures the claim, keeps the result for the report, and fails unless the claim holds."""

    def measure_and_judge(truth: Array, predicted: Array, noise_free: Array | None) -> None:
        measured = measure(claim, truth, predicted, noise_free)
        entry = measured_entry(measured)
        record_property(CLAIM, {"release_hash": release.release_hash, "id": claim.id, "entry": entry})
        if measured.verdict != "holds":
            pytest.fail(explain(claim, measured), pytrace=False)

    return measure_and_judge


class _Collector:
    """Gathers results from the tests' reports; writes the report and the table at the end."""

    def __init__(self, subjects: tuple[Subject, ...], path: Path | None) -> None:
        self._subjects = {subject.release.release_hash: subject for subject in subjects}
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test has recorded."""
        if report.when != "call":
            return
        recorded: list[tuple[str, Any]] = list(report.user_properties)
        for name, value in recorded:
            if name == CLAIM:
                self._subjects[value["release_hash"]].measured[value["id"]] = value["entry"]
            elif name == CHECK:
                self._subjects[value["release_hash"]].checks[value["id"]] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the JSON report, whatever the outcome."""
        if self._path is not None and not session.config.getoption("collectonly"):
            write_report(self._path, list(self._subjects.values()))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, once anything was measured."""
        subjects = list(self._subjects.values())
        if not any(subject.measured for subject in subjects):
            return
        terminalreporter.section("claims")
        rows = table_rows(subjects)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            *cells, verdict = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.write("  ".join(cells) + "  ")
            terminalreporter.write_line(verdict, **_COLOURS.get(row[-1], {}))
        for truth in sorted({subject.release.manifest.truth for subject in subjects}):
            terminalreporter.write_line(f"Ground truth: {truth}. Ceiling: what its noise-free mean scores.")
        if self._path is not None:
            terminalreporter.write_line(f"Report: {self._path}")


# pytest tears fixtures of any scope down between two claims about one release, so these are kept here
@cache
def _held_out(release: Release) -> HeldOut:
    return remake_held_out(release.manifest)


@cache
def _predictions(release: Release) -> Mapping[Quantity, Array]:
    return predict(release, _held_out(release).genotypes)


_COLOURS: Mapping[str, dict[str, Any]] = {
    "holds": {"green": True},
    "fails": {"red": True},
    "undecided": {"yellow": True},
    NOT_RUN: {"yellow": True},
}


def _subjects(names: list[str]) -> tuple[Subject, ...]:
    """Releases with the claims about them; the same release given twice is validated once."""
    releases = {release.release_hash: release for release in map(find, names)}
    return tuple(Subject(release, _claims(release)) for release in releases.values())


def _claims(release: Release) -> tuple[Claim, ...]:
    manifest = release.manifest
    return claims_about(
        manifest.truth, manifest.family, "random-only" if manifest.random_only else "all-data"
    )
