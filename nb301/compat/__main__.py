"""`python -m nb301.compat SCRIPT ARGS`: run a script in which `import nasbench301` means ours."""

from __future__ import annotations

import os
import runpy
import sys
from types import TracebackType
from typing import NoReturn

from nb301.compat import ON_PATH, install
from nb301.errors import Nb301Error, one_line

_USAGE = """\
usage: python -m nb301.compat [--release NAME] SCRIPT [ARGS ...]
       python -m nb301.compat [--release NAME] -m MODULE [ARGS ...]

Run a script, a folder with __main__.py or a module, in which `import nasbench301` means
nb301.compat.nasbench301.

  --release NAME  name or folder of a release that stands in for the official models: where the script
                  calls download_models, it is put in their place, and nothing is downloaded
"""


def main(arguments: list[str]) -> None:
    """Run a script as `python SCRIPT ARGS` does: its arguments, exit code and tracebacks are its own.

    Args:
        arguments: What follows `python -m nb301.compat`.
    """
    release, arguments = _release(arguments)
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(_USAGE)
        return
    is_module = arguments[:1] == ["-m"]
    script = arguments[1:] if is_module else arguments
    _check(script, is_module=is_module)
    try:
        install(release)
    except Nb301Error as error:
        sys.exit(f"error: {one_line(str(error), 4000)}")
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{ON_PATH}{os.pathsep}{others}" if others else str(ON_PATH)
    sys.excepthook = _tell
    sys.argv = script
    if is_module:
        runpy.run_module(script[0], run_name="__main__", alter_sys=True)
        return
    is_folder = os.path.isdir(script[0])  # noqa: PTH112 - as above
    # Python itself makes a folder's path absolute, and not a file's
    path = os.path.abspath(script[0]) if is_folder else script[0]  # noqa: PTH100
    if not sys.flags.safe_path:  # where Python has put the working folder, since it was started with -m
        sys.path[0] = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - as Python has it
    if is_folder:  # which runpy puts on the path
        del sys.path[: 0 if sys.flags.safe_path else 1]
    runpy.run_path(path, run_name="__main__")


def _release(arguments: list[str]) -> tuple[str | None, list[str]]:
    """The release that stands in, and the arguments behind it."""
    first = arguments[0] if arguments else ""
    if first == "--release":
        name, rest = "".join(arguments[1:2]), arguments[2:]
    elif first.startswith("--release="):
        name, rest = first.partition("=")[2], arguments[1:]
    else:
        return None, arguments
    if not name:
        _refuse("--release needs the name or folder of a release")
    return name, rest


def _check(script: list[str], *, is_module: bool) -> None:
    """End with what is wrong where there is nothing to run."""
    if not script:
        _refuse("no module behind -m" if is_module else "no script")
    name = script[0]
    if name == "-c":
        _refuse("-c is not taken: write the code into a script, or call nb301.compat.install() in it")
    if name.startswith("-"):
        _refuse(f"unknown option {one_line(name)}, before the script")
    if is_module or os.path.isfile(name):  # noqa: PTH113 - a Path would lose "./" of argv
        return
    if not os.path.isdir(name):  # noqa: PTH112
        sys.exit(f"error: {one_line(name)}: no such script")
    if not os.path.isfile(os.path.join(name, "__main__.py")):  # noqa: PTH113, PTH118
        sys.exit(f"error: {one_line(name)}: a folder without __main__.py")


def _refuse(what: str) -> NoReturn:
    sys.stderr.write(f"{_USAGE}\nerror: {what}\n")
    sys.exit(2)


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an exception as Python does, without what is below the script on the stack."""
    below = {__file__, runpy.__file__, "<frozen runpy>"}
    while trace is not None and trace.tb_frame.f_code.co_filename in below:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)


if __name__ == "__main__":
    main(sys.argv[1:])
