"""Runs to test with: made up by hand, and a few short real ones."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leaderboard import cli
from leaderboard.entries.submission import Submission
from leaderboard.errors import SandboxError
from leaderboard.pages.build import build_site, rank_tracks
from leaderboard.places import SKELETON, SUBMISSIONS
from leaderboard.problems import Problem
from leaderboard.ranking.references import Reference
from leaderboard.rendering.content import Site
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.check import create
from leaderboard.runs.key import Track
from leaderboard.runs.plan import plan
from leaderboard.runs.proposals import Proposals
from leaderboard.runs.record import Incumbents, Origin, Run
from leaderboard.runs.recording import recorded
from leaderboard.runs.releases import loaded
from leaderboard.runs.session import Outcome
from leaderboard.runs.store import CAMPAIGN, Store
from leaderboard.runs.trace import Trace
from leaderboard.sandbox.attest import Attestation, attest
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.messages import Verdict
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.process import Usage
from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY

RELEASES = ("emulated-xgb-v2.0", "emulated-xgb-rand-v2.0")
SALT = Campaign(salt="5a" * 32)
GENOTYPE = (
    "normal:sep_conv_3x3@0+skip_connect@1/max_pool_3x3@0+dil_conv_5x5@2/avg_pool_3x3@1+sep_conv_5x5@3/"
    "skip_connect@3+dil_conv_3x3@4,reduce:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1/"
    "sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
)


@pytest.fixture(scope="session")
def references() -> dict[str, Reference]:
    """Of the two made-up releases: random architectures have 7 % error, the best known one 5 %."""
    return {
        letter * 64: Reference(
            name=name,
            release_hash=letter * 64,
            random_accuracy=0.93,
            best_accuracy=0.95,
            best_genotype=GENOTYPE,
            random_multiply_adds=150_000_000,
            front=((0.91, 80_000_000), (0.94, 100_000_000), (0.95, 140_000_000)),
        )
        for letter, name in (("a", "emulated-xgb-v2.0"), ("b", "other"))
    }


@pytest.fixture(scope="session")
def site_of(references: dict[str, Reference]) -> Callable[[list[Run]], Site]:
    """What the site of made-up runs shows, without judgements."""

    def site_of(runs: list[Run]) -> Site:
        rankings = tuple(rank_tracks(runs, references)) if runs else ()
        return Site(rankings, {ranking.track: () for ranking in rankings}, references, {}, None)

    return site_of


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Run]:
    """Make a run up: two incumbents, at 10^4 and 10^5.5 simulated seconds, the last of a given error."""

    def make(
        entry: str = "rs",
        seed: int = 0,
        error: float = 5.0,
        *,
        release: str = "emulated-xgb-v2.0",
        release_hash: str = "a" * 64,
        random_only: bool = False,
        family: str = "xgb",
        truth: str = "emulated 2.0",
        name: str | None = None,
        evaluations: int = 7,
        cell: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Run:
        final = 1 - error / 100
        content = {
            "cell": {
                "protocol": 3,
                "campaign": SALT.id,
                "submission": entry,
                "tree_hash": "c" * 64,
                "environment_hash": "d" * 64,
                "release_hash": release_hash,
                "seed": seed,
                "budget_seconds": 1e7,
                "budget_evaluations": 30_000,
                "workers": 1,
                "limits": Limits(),
                "level": Level.sealed,
            }
            | (cell or {}),
            "entry": {
                "name": entry.upper() if name is None else name,
                "version": "1.0",
                "reference": "Nobody (2020)",
                "families": ("none",),
                "deterministic": True,
                "used_benchmark_data": False,
            },
            "release": {
                "name": release,
                "release_hash": release_hash,
                "truth": truth,
                "family": family,
                "random_only": random_only,
            },
            "conflicts": (),
            "verdict": Verdict.completed,
            "detail": "",
            "output": "",
            "evaluations": evaluations,
            "ended_seconds": 0.99e7 if evaluations else 0.0,
            "incumbents": {
                "evaluation": (0, 3),
                "clock_seconds": (1e4, 10**5.5),
                "val_accuracy": (final - 0.02, final + 0.001),
                "mean": (final - 0.01, final),
                "judged": (final - 0.01, final),
                "multiply_adds": (2 * 10**8, 10**8),
                "genotype": (GENOTYPE, GENOTYPE),
            }
            if evaluations
            else dict.fromkeys(Incumbents.model_fields, ()),
            "unfinished": (),
            "recommendation": None,
            "support": {"queries": 4, "unfamiliar": 1},
            "trace_hash": "e" * 64,
            "usage": Usage(cpu_seconds=2.0, memory_mb=30.0, wall_seconds=3.0),
            "origin": {
                "grouped": True,
                "canary": "f" * 64,
                "nb301": "0.1.0",
                "numpy": "2.0.0",
                "python": "3.11.0",
                "machine": "Linux",
                "started": "2020-01-01T00:00:00+00:00",
                "ended": "2020-01-01T00:00:01+00:00",
            },
        }
        return Run.model_validate(content | changes)

    return make


@pytest.fixture(scope="session")
def simulated() -> Callable[..., tuple[Run, Trace]]:
    """Make a short run of one of the library's optimizers, in this process instead of the sandbox."""

    def make(
        slug: str,
        release: str,
        seed: int,
        seconds: float = 5e4,
        workers: int = 1,
        problem: Problem = Problem.accuracy,
    ) -> tuple[Run, Trace]:
        folder = SUBMISSIONS / slug
        track = Track(workers, seconds, 30_000, problem)
        (task,) = plan([folder], [release], [seed], Path("nowhere"), SALT, track=track)
        benchmark = loaded(release)
        makers = {**OPTIMIZERS, **MULTI_FIDELITY}
        proposals = Proposals(makers[slug](np.random.default_rng(seed)))
        trajectory = simulate(
            proposals,
            benchmark.query,
            Budget(seconds=seconds, evaluations=30_000),
            seed=SALT.training_seed(seed),
            workers=workers,
        )
        outcome = Outcome(Verdict.completed, "", trajectory, proposals, None, Usage(1.0, 30.0, 2.0), "")
        origin = Origin(
            grouped=True,
            canary="f" * 64,
            nb301="0.1.0",
            numpy="2.0.0",
            python="3.11.0",
            machine="Linux",
            started="2020-01-01T00:00:00+00:00",
            ended="2020-01-01T00:00:01+00:00",
        )
        return recorded(task.cell, Submission(folder), benchmark, outcome, origin)

    return make


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """That of all runs which are made up or simulated here."""
    return SALT


@pytest.fixture(scope="session")
def store_of() -> Callable[[Path], Store]:
    """Make a store in a folder, of the campaign that made-up and simulated runs are of."""

    def make(folder: Path) -> Store:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CAMPAIGN).write_text(SALT.model_dump_json())
        return Store(folder)

    return make


@pytest.fixture(scope="session")
def runs_folder(
    simulated: Callable[..., tuple[Run, Trace]],
    store_of: Callable[[Path], Store],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Two seeds of two entries on both releases, about 35 evaluations each."""
    store = store_of(tmp_path_factory.mktemp("runs"))
    with store.opened():
        for slug in ("rs", "re"):
            for release in RELEASES:
                for seed in range(2):
                    store.add(*simulated(slug, release, seed))
    return store.folder


@pytest.fixture(scope="session")
def make_claim() -> Callable[..., dict[str, Any]]:
    """Make up a claim of a validation report."""

    def make(**changes: Any) -> dict[str, Any]:
        return {
            "id": "table3_r2_xgb",
            "statement": "It explains unseen architectures",
            "symbol": "R2",
            "unit": "",
            "kind": "gate",
            "slow": False,
            "value": 0.9,
            "interval": [0.88, 0.92],
            "n": 700,
            "threshold": 0.832,
            "direction": "at_least",
            "verdict": "holds",
            "ceiling": None,
            "also": {},
            "note": "",
            "source": "Table 3",
            "reason": "The paper's own number",
        } | changes

    return make


@pytest.fixture(scope="session")
def report(
    runs_folder: Path, make_claim: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A validation report with one claim about the all-data release."""
    release = next(run.release for run in Store(runs_folder).runs() if run.release.name == RELEASES[0])
    path = tmp_path_factory.mktemp("report") / "report.json"
    about = {"name": release.name, "release_hash": release.release_hash, "truth": release.truth}
    validated = about | {"table": "0" * 64, "passes": True, "claims": [make_claim()], "checks": {}}
    content = {"format": 2, "releases": [validated], "bootstrap": {}, "libraries": {}}
    path.write_text(json.dumps(content))
    return path


@pytest.fixture(scope="session")
def built(runs_folder: Path, report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front page of the short real runs."""
    return build_site(runs_folder, tmp_path_factory.mktemp("site"), report, submissions=SUBMISSIONS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; without one, tests are skipped, or fail where it is required."""
    # the shell draws the same, and takes half the time
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        install = f"apt-get install {names[0]}"
        if os.environ.get("NB301_REQUIRE_BROWSER"):
            pytest.fail(f"NB301_REQUIRE_BROWSER is set, but there is no Chromium: {install}")
        pytest.skip(f"no Chromium: {install}")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page from disk; afterwards nothing has been complained of, and nothing else asked for."""
    complaints: list[str] = []
    requests: list[str] = []
    contexts = []

    def open_page(
        path: Path,
        *,
        fragment: str = "",
        width: int = 1200,
        height: int = 900,
        scheme: str = "light",
        **options: Any,
    ) -> Any:
        viewport = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # a page that is left does not wait for its icon
        page.on(
            "requestfailed",
            lambda request: (
                request.failure == "net::ERR_ABORTED" or complaints.append(f"failed: {request.url}")
            ),
        )
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{path.as_uri()}#{fragment}" if fragment else path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert requests
    assert [url for url in requests if not url.startswith("file:")] == []


@pytest.fixture(scope="session")
def drawn() -> Callable[..., list[str]]:
    """Scroll to each chart of a page and wait for its view: the theme of each, or `failed`."""

    def drawn(page: Any) -> list[str]:
        found = []
        for figure in page.locator("figure[data-chart]").all():
            figure.scroll_into_view_if_needed()
            figure.locator("xpath=self::*[@data-drawn]").wait_for()
            found.append(figure.get_attribute("data-drawn"))
        return found

    return drawn


@pytest.fixture(scope="session")
def accessible() -> Callable[..., None]:
    """Assert that axe finds nothing on a page."""
    axe = (Path(__file__).parents[1] / "axe" / "axe.min.js").read_text(encoding="utf-8")

    def accessible(page: Any) -> None:
        page.evaluate(axe)
        # without preload, which would fetch the style sheets
        options = "{preload: false, resultTypes: ['violations']}"
        violations = page.evaluate(f"axe.run(document, {options})")["violations"]
        found = []
        for rule in violations:
            found.append((rule["id"], [node["html"] for node in rule["nodes"][:3]]))
        assert found == []

    return accessible


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run the command line: its exit code, and what it printed."""

    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["leaderboard", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code or 0, captured.out + captured.err

    return call


@pytest.fixture
def spoilt_submissions(tmp_path: Path) -> list[Path]:
    """Submissions that cannot be read, each in its way."""
    hexadecimal = "0x" + "f" * 4000
    contents: dict[str, str | None] = {
        "huge": f"[settings]\nx = {hexadecimal}",
        "long": f'[settings]\nx = "{"y" * 70_000}"',
        "digits": f"[settings]\nx = {'9' * 5000}",
        "deep": f"[settings]\nx = {'[' * 5000}",
        "none": None,
        "empty": "",
    }
    folders = []
    for name, content in contents.items():
        folder = create(name, tmp_path)
        path = folder / "submission.toml"
        path.unlink()
        if content is not None:
            path.write_text(content if not content else _manifest(folder, content))
        folders.append(folder)
    locked = create("locked", tmp_path)
    text = (locked / "submission.toml").read_text()
    (locked / "submission.toml").write_text(text.replace("requirements = []", 'requirements = ["a==1"]'))
    spy = create("spy", tmp_path)
    (spy / "optimizer.py").write_text("import socket\n")
    return [*folders, locked, spy, tmp_path / "nowhere", tmp_path / "No-Slug"]


def _manifest(folder: Path, settings: str) -> str:
    skeleton = SKELETON / "submission.toml"
    return skeleton.read_text().replace("NAME", folder.name).partition("[settings]")[0] + settings + "\n"


@pytest.fixture(scope="session")
def sandbox() -> Attestation:
    """Where there is no sandbox tests are skipped, or fail where it is required."""
    try:
        return attest()
    except SandboxError as error:
        if os.environ.get("NB301_REQUIRE_SANDBOX"):
            pytest.fail(f"NB301_REQUIRE_SANDBOX is set, but {error}")
        pytest.skip(str(error))


def _linked(source: str, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)


def _with_dependencies(name: str, found: dict[str, Any]) -> None:
    try:
        each = distribution(name)
    except PackageNotFoundError:
        return
    if each.name in found:
        return
    found[each.name] = each
    for requirement in each.requires or []:
        if "extra ==" not in requirement:
            _with_dependencies(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0], found)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Environment]:
    """Make an environment of packages that the tests themselves have: no test uses the network."""

    @cache
    def make(*names: str) -> Environment:
        folder = tmp_path_factory.mktemp("packages")
        found: dict[str, Any] = {}
        for name in names:
            _with_dependencies(name, found)
        for each in found.values():
            for file in each.files or []:
                # a record may list compiled files that are not there
                if not {"..", "__pycache__", "tests"} & {*file.parts} and file.suffix != ".pyc":
                    target = folder / file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _linked(str(file.locate()), target)
        folder.chmod(0o755)
        return Environment("installed", folder, library=True, adapter=True)

    return make
