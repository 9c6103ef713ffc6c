"""Genotypes in texts: printed, logged, assigned."""

from __future__ import annotations

import json
import string
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301 import formats
from nb301.errors import GenotypeError
from nb301.space import Genotype, sample, sample_many

GENOTYPES = st.from_type(Genotype)


NOTATION_TEXTS = {
    "text": str,
    "repr": lambda genotype: repr(formats.to_darts(genotype)),
    "naslib repr": lambda genotype: repr(formats.to_naslib(genotype)),
    "naslib JSON": lambda genotype: json.dumps(formats.to_naslib(genotype)),
    "config JSON": lambda genotype: json.dumps(formats.to_config(genotype)),
    "yahpo JSON": lambda genotype: json.dumps(formats.to_yahpo(genotype), indent=2),
    "darts JSON": lambda genotype: json.dumps(formats.to_darts(genotype)._asdict()),
}


@pytest.mark.parametrize("notation", NOTATION_TEXTS)
@given(genotype=GENOTYPES)
def test_reads_text(notation, genotype):
    """`read` takes a notation's text, JSON or repr, with space around it."""
    assert formats.read(f"\n {NOTATION_TEXTS[notation](genotype)} ") == genotype


GENOTYPES = st.from_type(Genotype)


DRESSINGS = {
    "bare": "{}",
    "byte order mark": "\ufeff{}",
    "space": "\r\n\t {} \n",
    "name": "DARTS_X = {}",
    "name and type": "MINE: Genotype = {}",
    "log": "2019-11-21 12:00:03,123 [INFO] (epoch 50) genotype = {}",
    "log with more": "INFO:root:best so far: {} after 3 of 50 epochs (97.1 %)",
    "quotes": "`{}`",
    "member of a list": "{},",
}


@pytest.mark.parametrize("dressing", DRESSINGS)
@settings(max_examples=4)
@given(genotype=GENOTYPES)
def test_reads_every_text_in_every_dress(write_text, dressing, genotype):
    """What is printed is read bare, assigned to a name and in lines of logs."""
    assert formats.read(DRESSINGS[dressing].format(write_text(genotype))) == genotype


def test_refuses_a_text_with_two(write_text):
    """Of two genotypes in a text none is passed over in silence."""
    one, other = (write_text(g) for g in sample_many(np.random.default_rng(0), 2))
    with pytest.raises(GenotypeError, match="holds 2 genotypes"):
        formats.read(f"first {one} then {other}")


@pytest.mark.parametrize("end", ["x", "-oops", "/sep_conv_3x3@0+sep_conv_3x3@1", "@5"])
def test_refuses_what_is_glued_to_a_text(end):
    """A text that goes on is not cut where it could end."""
    with pytest.raises(GenotypeError):
        formats.read(f"{sample(np.random.default_rng(0))}{end}")


@st.composite
def damaged(draw, texts):
    """A text that holds a genotype, with some of its characters changed, left out or repeated."""
    text = draw(st.sampled_from([*texts.values()]))(draw(GENOTYPES))
    text = draw(st.sampled_from([*DRESSINGS.values()])).format(text)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 8)))
        change = draw(st.text(string.printable, max_size=3) | st.sampled_from(["((", "}]", "\\", "'", "\0"]))
        text = text[:start] + change * draw(st.integers(0, 3)) + text[end:]
    return text


@settings(max_examples=300)
@given(data=st.data())
def test_damaged_texts_are_genotypes_or_errors(texts, data):
    """No text makes a reader raise anything else, and what it reads can be written."""
    text = data.draw(damaged(texts) | st.text() | st.binary())
    with suppress(GenotypeError):
        found = formats.read(text)
        assert Genotype.parse(str(found)) == found
