"""Every error that the leaderboard raises on purpose; the command line prints it without a traceback.

Nb301Error
├── RunFileError (ValueError)      a file in the folder of runs that is no run of ours, or is damaged
├── RunError (ValueError)          a run that cannot be made: no limits, or not what its cell names
├── UnknownReference (LookupError) a release that scores have no frozen references for
├── BoardError (ValueError)        runs that cannot be compared, or none at all
├── ReportError (ValueError)       a validation report that cannot be read
├── SubmissionError (ValueError)   a submission that cannot be run, in its author's terms
└── SandboxError                   this machine cannot seal submissions off, or a canary got out
"""

from __future__ import annotations

from nb301.errors import Nb301Error


class RunFileError(Nb301Error, ValueError):
    """A file in the folder of runs that is no run of ours, or is damaged; names the file."""


class RunError(Nb301Error, ValueError):
    """A run that cannot be made."""


class UnknownReference(Nb301Error, LookupError):
    """A release that scores have no frozen references for; says how to compute them."""


class BoardError(Nb301Error, ValueError):
    """Runs that cannot be compared; says what differs."""


class ReportError(Nb301Error, ValueError):
    """A validation report that cannot be read; names the file and the entry."""


class SubmissionError(Nb301Error, ValueError):
    """A submission that cannot be run; says what to change in it."""


class SandboxError(Nb301Error):
    """This machine cannot seal submissions off, or a canary got out; no fault of a submission."""
