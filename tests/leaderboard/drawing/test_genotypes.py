"""Genotypes as pages show them: every notation can be read again, and copied."""

from __future__ import annotations

import json
import shutil

import ConfigSpace
import numpy as np
import pytest

import nb301.formats
from leaderboard.drawing.genotypes import notations, view
from leaderboard.pages.build import rank_tracks
from leaderboard.pages.entries.pages import pages
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import write_page
from leaderboard.rendering.render import SITE
from nb301.cost import cost_many
from nb301.errors import GenotypeError
from nb301.formats import TEXT_NOTATIONS
from nb301.space import Genotype, sample_many, to_codes

#: What reads each notation: `nb301.formats.read`, but for code.
KEYS = tuple(notation.library for notation in TEXT_NOTATIONS)


@pytest.fixture(scope="module")
def genotypes():
    return sample_many(np.random.default_rng(0), 20)


def test_every_notation_can_be_pasted_into_a_query(genotypes):
    """Whoever copies a genotype gets the same architecture, whatever the notation."""
    for genotype in genotypes:
        texts = {notation.key: notation.text for notation in notations(genotype)}
        assert [nb301.formats.read(texts[key]) for key in KEYS] == [genotype] * len(KEYS)


def test_configspace_notation_makes_a_configuration(genotypes):
    """Its values are those of a configuration of the space."""
    (text,) = (shown.text for shown in notations(genotypes[0]) if shown.key == "configspace")
    before, _, values = text.partition("values=")

    assert before == "ConfigSpace.Configuration(nb301.formats.configuration_space(), "
    made = ConfigSpace.Configuration(
        nb301.formats.configuration_space(), values=json.loads(values.removesuffix(")"))
    )
    assert nb301.formats.from_configuration(made) == genotypes[0]


def test_view_draws_both_cells_and_says_whose_they_are(genotypes):
    """The drawings have names, escaped; costs are in millions."""
    shown = view(str(genotypes[0]), "emulated 2.0", "<b> & co")
    parameters, multiply_adds = cost_many(to_codes(genotypes[:1]))[0]

    assert 'aria-label="Normal cell of &lt;b&gt; &amp; co: node 2' in shown.normal
    assert 'aria-label="Reduction cell of &lt;b&gt; &amp; co: node 2' in shown.reduce
    assert float(shown.parameters) == pytest.approx(parameters / 1e6, abs=0.005)
    assert float(shown.multiply_adds.replace(",", "")) == pytest.approx(multiply_adds / 1e6, abs=0.5)
    assert Genotype.parse(shown.notations[0].text) == genotypes[0]


def test_view_counts_the_network_of_the_ground_truth(genotypes):
    """Small networks of real trainings have their own counts, and the page says of what they are."""
    release = nb301.load("fashion-mnist-tiny-gin-v1.0")
    expected = release.query(genotypes[0])
    shown = view(genotypes[0], release.release.manifest.truth, "it")

    assert float(shown.parameters) == pytest.approx(expected.parameters / 1e6, rel=0.005)
    assert float(shown.multiply_adds) == pytest.approx(expected.multiply_adds / 1e6, rel=0.005)
    assert shown.network == "8 channels, 3 cells, 8x8 pixels"


def test_text_of_no_genotype_is_refused():
    """A damaged text is an error, no empty drawing."""
    with pytest.raises(GenotypeError):
        view("normal:nothing", "emulated 2.0", "it")


@pytest.mark.browser
class TestInBrowser:
    """Copy buttons on an entry's page."""

    @pytest.fixture(scope="class")
    @classmethod
    def path(cls, make_run, references, tmp_path_factory):
        out = tmp_path_factory.mktemp("genotypes")
        shutil.copytree(SITE / "static", out / "static")
        page, _runs = pages(Site(tuple(rank_tracks([make_run()], references)), {}, references, {}, None))
        return write_page(page, out)

    def test_each_notation_is_copied_by_keyboard(self, open_page, path):
        """The text is exact, and the button says what it did, then what it does."""
        page = open_page(path, permissions=["clipboard-read", "clipboard-write"])
        page.get_by_text("The same as").focus()
        page.keyboard.press("Enter")
        read = []
        for code in page.locator(".genotype pre code").all():
            name = code.get_attribute("id")
            button = page.locator(f"button[data-copies='{name}']")
            button.focus()
            page.keyboard.press("Enter")
            page.locator(f"button[data-copies='{name}']", has_text="Copied").wait_for()
            assert page.get_by_role("status").text_content() == "Copied"
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied == code.text_content()
            read += [] if name.endswith("configspace") else [nb301.formats.read(copied)]

        assert len(read) == len(KEYS)
        assert len({*read}) == 1
        page.get_by_role("button", name="Copy nb301 text").wait_for()

    def test_text_is_selected_where_there_is_no_clipboard(self, open_page, path):
        """The reader's own shortcut does the rest."""
        page = open_page(path)
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
        page.locator("button[data-copies='best-genotype-nb']").click()
        page.get_by_role("button", name="Selected").wait_for()

        assert page.evaluate("getSelection().toString()").startswith("normal:")
