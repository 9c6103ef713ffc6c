"""What is read from the source for readers."""

from __future__ import annotations

from leaderboard.entries.submission import SubmissionManifest
from leaderboard.rendering.described import comments, constants, record_keys
from leaderboard.sandbox.messages import Verdict


def test_every_key_of_the_manifest_is_explained():
    """Each has a meaning, and bounds where its type has some."""
    keys = {key.name: key for record in record_keys(SubmissionManifest) for key in record.keys}

    assert [name for name, key in keys.items() if not key.meaning] == []
    assert keys["memory_mb"].allowed == "whole number, at least 64, at most 4,096"
    assert keys["memory_mb"].default == "1024"
    assert keys["name"].default == ""
    assert "one of none, xgboost" in keys["families"].allowed
    assert set(SubmissionManifest.model_fields) <= set(keys)


def test_every_verdict_is_explained():
    """Each of the closed vocabulary has a meaning of its own."""
    meanings = comments(Verdict)

    assert list(meanings) == [verdict.name for verdict in Verdict]
    assert len(set(meanings.values())) == len(Verdict)


def test_constants_on_following_lines_share_a_comment():
    """A blank line ends what a comment explains; tuples and dicts are taken apart."""
    source = "# Both. Assumed.\nA, B = 1, 2\nC = {x: 3}\n\nD = 4\n# Other\nE = 5\n"

    assert [(c.comment, c.values) for c in constants(source)] == [
        ("Both. Assumed.", (("A", "1"), ("B", "2"), ("C[x]", "3"))),
        ("Other", (("E", "5"),)),
    ]
