"""What stands in several files of the repository is the same in all of them; workflows call what there is."""

import configparser
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: path for path in sorted((GITHUB / "workflows").glob("*.yml"))}
PINNED = dict(
    line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line
)
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
PYTHONS = [
    text.removeprefix("Programming Language :: Python :: ")
    for text in PROJECT["classifiers"]
    if "Python ::" in text
]
TESTS = yaml.safe_load(WORKFLOWS["tests"].read_text("utf-8"))["jobs"]


def steps(workflow):
    """Steps of all jobs of a workflow."""
    jobs = yaml.safe_load(WORKFLOWS[workflow].read_text("utf-8"))["jobs"].values()
    return [step for job in jobs for step in job.get("steps", [])]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_is_limited(name):
    """It may read alone, but for jobs that say what else; each job ends, and keeps no token on disk."""
    workflow = yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))
    assert "write" not in workflow["permissions"].values() or name == "post-check"
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job or "uses" in job
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_each_action_has_one_version():
    """All workflows use the same, a named one."""
    used = {step["uses"] for name in WORKFLOWS for step in steps(name) if "uses" in step}
    assert len(used) == len({action.partition("@")[0] for action in used})
    for action in used:
        assert re.search(r"@(v\d+|release/v\d+)$", action), action


def test_workflows_call_environments_that_there_are():
    """Of tox, and programs of the repository."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    known = {section.removeprefix("testenv:") for section in tox.sections()}
    commands = "\n".join(step["run"] for name in WORKFLOWS for step in steps(name) if "run" in step)
    called = set(re.findall(r"tox run -e ([\w,-]+)", commands)) | {
        *TESTS["rest"]["strategy"]["matrix"]["environment"]
    }
    assert {name for names in called for name in names.split(",")} <= known
    for program in re.findall(r"(?<!\S)(\.github/[\w-]+)", commands):
        assert (ROOT / program).stat().st_mode & 0o100, program


def test_pythons():
    """Those that the package says are those that are tested, from the first that it takes."""
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    for job in ("unit", "installed"):
        assert TESTS[job]["strategy"]["matrix"]["python"] == PYTHONS


def test_systems():
    """The wheel is built once, and tested on all that the package says: Linux and macOS, both processors."""
    systems = TESTS["installed"]["strategy"]["matrix"]["system"]
    assert systems == ["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15-intel", "macos-15"]
    said = [text for text in PROJECT["classifiers"] if text.startswith("Operating System")]
    assert said == ["Operating System :: MacOS", "Operating System :: POSIX :: Linux"]
    uploads = [step for step in steps("tests") if "upload-artifact" in step.get("uses", "")]
    assert [step["with"]["name"] for step in uploads] == ["dist"]


def test_one_address():
    """Whoever names the repository, or what is published of it, names the one of pyproject.toml."""
    urls = PROJECT["urls"]
    repository, documentation = urls["Repository"], urls["Documentation"]
    owner, name = repository.removeprefix("https://github.com/").split("/")
    assert documentation == f"https://{owner}.github.io/{name}/"
    assert urls["Leaderboard"] == f"{documentation}leaderboard/"
    assert (CITATION["repository-code"], CITATION["url"]) == (repository, documentation)
    files = [
        ROOT / name
        for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "pyproject.toml", "CITATION.cff")
    ]
    files += [path for path in GITHUB.rglob("*") if path.is_file()]
    own = rf"https://(?:github\.com|raw\.githubusercontent\.com)/({owner}/[\w.-]+|[\w.-]+/{name})(?=[/\s\")>]|$)"
    for path in files:
        text = path.read_text("utf-8")
        assert set(re.findall(own, text)) <= {f"{owner}/{name}"}, path
        assert set(re.findall(r"https://[\w.-]+\.github\.io/[\w.-]+/", text)) <= {documentation}, path


def test_citation():
    """It cites this version, by the licence that the package has, and the paper."""
    assert CITATION["version"] == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]
    assert [found["url"] for found in CITATION["references"]] == ["https://arxiv.org/abs/2008.09777"]


def test_hooks_have_the_versions_of_constraints():
    """Where these pin them: what a commit is checked with is what CI checks it with."""
    needed = [
        need.split("==") for hook in HOOKS for need in hook.get("additional_dependencies", []) if "==" in need
    ]
    assert {"ruff"} <= {name for name, _ in needed}
    for name, version in needed:
        assert PINNED.get(name, version) == version


def test_package_waits_for_quick_gates():
    """Of every embedded release whose published report has none of them that does not hold."""
    published = json.loads((ROOT / "docs" / "validation.json").read_text("utf-8"))["releases"]
    expected = set()
    for release in published:
        gates = [claim for claim in release["claims"] if claim["kind"] == "gate" and not claim["slow"]]
        if not {"fails", "undecided"} & {claim["verdict"] for claim in gates}:
            expected.add(release["name"])
    commands = "\n".join(step.get("run", "") for step in steps("release"))
    assert set(re.findall(r"--release (\S+)", commands)) == expected


def test_tag_has_to_be_the_version():
    """A tag of another version is refused, and so is a version that the changelog does not know."""
    check = [sys.executable, GITHUB / "check-tag"]
    done = subprocess.run([*check, "v999.0.0"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"expected the tag v{PROJECT['version']}" in done.stderr


def test_readme_on_pypi_links_to_files_that_there_are():
    """Each link within the repository becomes an address of the version; what it leads to is there."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]
    text = (ROOT / "README.md").read_text("utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target
    for rule in config["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(rule["pattern"], rule["replacement"], text)
    assert re.findall(r"\]\((?!https://|#)[^)]*\)", text) == []
