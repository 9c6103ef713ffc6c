"""Every claim about every subject."""

from __future__ import annotations

from validation.claims import Claim
from validation.plugin import Verify
from validation.subject import Subject


def test_claim(claim: Claim, subject: Subject, verify: Verify) -> None:
    """What was measured is on the side of the threshold that the claim says."""
    verify(claim, subject)
