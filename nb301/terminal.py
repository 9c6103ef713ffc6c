"""How a command of ours ends: what cannot be done is one line on standard error, and exit code 1."""

from __future__ import annotations

import sys

import typer

from nb301.errors import DataMissing, Nb301Error, one_line

#: What typer raises for wrong options and arguments; its versions have it at different places.
_Wrong: type[Exception] = typer.BadParameter.__mro__[2]


#: Of a line.
_MOST_LETTERS = 4000


def run(app: typer.Typer) -> None:
    """Run a command line, and leave the process.

    Exit codes: 0 done; 1 not done, and standard error says why without a traceback; 2 nothing asked, so
    that help is shown; 130 interrupted.
    """
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except _Wrong as error:
        sys.exit(_tell_wrong(error))
    except typer.Abort:
        _tell("interrupted")
        sys.exit(130)
    except DataMissing as error:  # has several lines of what to do
        typer.echo(f"error: {error}", err=True)
    except Nb301Error as error:
        _tell(str(error))
    except ImportError as error:
        _tell(f"{error}: install it, or the extra of nb301 that brings it")
    except OSError as error:
        place = "" if error.filename is None else f"{error.filename}: "
        _tell(f"{place}{error.strerror or error}")
    except MemoryError:
        _tell("there is not enough memory")
    sys.exit(1)


def _tell_wrong(error: Exception) -> int:
    """Say what is wrong with the arguments; returns the exit code."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "nb301"
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(context.get_help() if context else "")
        return 2
    message = " ".join(error.format_message().split())  # type: ignore[attr-defined]
    _tell(f"{message.rstrip('.')} (see {command} --help)")
    return 1


def _tell(message: str) -> None:
    """Say it in one line; names of files may hold what no terminal can show, or what moves its cursor."""
    encoding = sys.stderr.encoding or "utf-8"
    text = f"error: {one_line(message, _MOST_LETTERS)}".encode(encoding, "backslashreplace")
    typer.echo(text.decode(encoding), err=True)
