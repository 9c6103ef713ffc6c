import numpy as np
import pytest

from nb301 import space
from nb301.errors import GenotypeError
from nb301.tables.genotype_column import are_canonical, to_codes

GENOTYPES = space.sample_many(np.random.default_rng(4), 2000)
CANONICAL = str(GENOTYPES[0].canonical())


def test_knows_canonical_forms():
    """The form of whole tables is that of `Genotype.canonical`, for both cells."""
    expected = [genotype == genotype.canonical() for genotype in GENOTYPES]

    assert 0.05 < np.mean(expected) < 0.5
    assert are_canonical(space.to_codes(GENOTYPES)).tolist() == expected


def test_reads_what_parse_reads():
    """Texts become the codes of the genotypes that wrote them."""
    canonical = [genotype.canonical() for genotype in GENOTYPES]

    assert np.array_equal(to_codes(map(str, canonical)), space.to_codes(canonical))
    assert to_codes([]).shape == (0, 2, 8, 2)


NOT_CANONICAL = next(str(g) for g in GENOTYPES if g != g.canonical())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot read"),
        (None, "None is no text"),
        (float("nan"), "nan is no text"),
        (CANONICAL.replace("normal:", "", 1), "cannot read"),
        (CANONICAL.replace(",reduce:", "/", 1), "cannot read"),
        (CANONICAL.replace("/", ",reduce:", 1), "cannot read"),
        (CANONICAL + "/skip_connect@0+skip_connect@1", "expected four nodes"),
        (CANONICAL.replace("@0", "@7", 1), "normal cell"),
        (CANONICAL.replace("conv_3x3", "conv_9x9", 1), "conv_9x9"),
        (f" {CANONICAL}", "not in canonical form"),
        (f"{CANONICAL}\n", "not in canonical form"),
        (NOT_CANONICAL, "not in canonical form"),
    ],
)
def test_refuses_what_no_genotype_wrote(text, reason):
    """Every other text is refused with its row, also those that `parse` would forgive."""
    with pytest.raises(GenotypeError, match=reason) as raised:
        to_codes([CANONICAL, CANONICAL, text])

    assert str(raised.value).startswith("row 2: ")
