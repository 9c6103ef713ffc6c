"""Every error that nb301 raises on purpose.

Nb301Error
├── GenotypeError (ValueError)        not an architecture of the DARTS space
├── GeneratorError (TypeError)        no numpy generator where random numbers are drawn from one
├── SeedError (ValueError)            a seed that is no integer in its range
├── ObjectiveError (ValueError)       an objective's answer that holds no accuracy and runtime
├── ProposalError (ValueError)        a training that cannot be begun or go on
├── TableError (ValueError)           an evaluation table that breaks its schema
├── CostError (ValueError)            a network that cannot be built
├── ReleaseError                      a release that cannot be read
│   ├── UnknownRelease (LookupError)  no release of that name
│   └── HashMismatch                  a file differs from what the manifest promises
├── TuningError (ValueError)          a study of hyperparameters that cannot go on or be used
├── TrainingError                     a training that cannot go on
├── DataMissing (OSError)             data that is not on this machine and cannot be downloaded
├── OutputError (OSError)             a file or folder that cannot be written
├── CompatError (NotImplementedError) what another package has, and what stands in for it has not
├── InstallError (ImportError)        a name of another package that is taken
├── ClusterError (OSError)            a cluster that does not answer
└── MissingExtra (ImportError)        an optional dependency is not installed
"""

import reprlib

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 200


def shown(value: object, most: int = 80) -> str:
    """A value for a message: its repr in one line, shortened, however large, deep or strange the value is."""
    try:
        return one_line(_REPR.repr(value), most)
    except Exception:  # noqa: BLE001 - an integer of 4,301 digits has no repr, and others raise what they like
        return f"what cannot be shown, of type {type(value).__name__},"


def one_line(text: str, most: int = 300) -> str:
    """Text in one line of printable characters, shortened: none can move a cursor or turn what follows."""
    line = "".join(map(_printable, text[:most]))
    return line if len(text) <= most else f"{line}..."


def is_one_line(text: str) -> bool:
    """Whether a text is one line of printable characters; without any it is, too."""
    return text.isprintable()


def _printable(character: str) -> str:
    return character if is_one_line(character) else character.encode("unicode_escape").decode()


class Nb301Error(Exception):
    """Base of every error of this package; the command line prints it without a traceback."""


class GenotypeError(Nb301Error, ValueError):
    """Not an architecture of the DARTS search space; names the cell, node and edge."""


class GeneratorError(Nb301Error, TypeError):
    """Random numbers are to come from something else than a `numpy.random.Generator`."""


class SeedError(Nb301Error, ValueError):
    """A seed that is no integer in its range."""


class ObjectiveError(Nb301Error, ValueError):
    """An objective's answer that holds no accuracy and runtime; names the evaluation."""


class ProposalError(Nb301Error, ValueError):
    """A training that cannot be begun or go on, such as one of no epoch; names the evaluation."""


class TableError(Nb301Error, ValueError):
    """An evaluation table that breaks its schema; names the column and the first row."""


class CostError(Nb301Error, ValueError):
    """A network that cannot be built, such as one that halves an odd image."""


class ReleaseError(Nb301Error):
    """A release that cannot be read or frozen."""


class UnknownRelease(ReleaseError, LookupError):
    """No release of that name; lists the names there are."""


class HashMismatch(ReleaseError):
    """A file's SHA-256 differs from the manifest's."""


class TuningError(Nb301Error, ValueError):
    """A study of hyperparameters that cannot go on, or a result of one that cannot be used."""


class TrainingError(Nb301Error):
    """A training that cannot go on, such as from another one's checkpoint."""


class DataMissing(Nb301Error, OSError):
    """Data that is not on this machine and cannot be downloaded; says how to place it by hand."""


class OutputError(Nb301Error, OSError):
    """A file or folder that cannot be written, or that would take the place of something else."""


class CompatError(Nb301Error, NotImplementedError):
    """Something of another package that its stand-in has not; says what there is instead."""


class InstallError(Nb301Error, ImportError):
    """A stand-in that cannot be put in its place, since another module of that name is loaded."""


class ClusterError(Nb301Error, OSError):
    """A cluster that does not answer; has its address."""


class MissingExtra(Nb301Error, ImportError):
    """An optional dependency is not installed; says which extra brings it."""
