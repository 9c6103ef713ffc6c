"""`python -m nb301.compat SCRIPT ARGS`: run a script in which `import nasbench301` means ours."""

from __future__ import annotations

import os
import runpy
import sys
from types import TracebackType

from nb301.compat import ON_PATH, install
from nb301.errors import Nb301Error, one_line

_USAGE = """\
usage: python -m nb301.compat [--release NAME] SCRIPT [ARGS ...]
       python -m nb301.compat [--release NAME] -m MODULE [ARGS ...]

Run a script, or a module, in which `import nasbench301` means nb301.compat.nasbench301.

  --release NAME  name or folder of a release that stands in for the official models: where the script
                  calls download_models, it is put in their place, and nothing is downloaded
"""


def main(arguments: list[str]) -> None:
    """Run a script as `python SCRIPT ARGS` does: its arguments, exit code and tracebacks are its own.

    Args:
        arguments: What follows `python -m nb301.compat`.
    """
    release = None
    if arguments[:1] == ["--release"] and len(arguments) > 1:
        release, arguments = arguments[1], arguments[2:]
    is_module = arguments[:1] == ["-m"]
    script = arguments[1:] if is_module else arguments
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(_USAGE)
        return
    if not script or script[0].startswith("-"):
        sys.stderr.write(_USAGE)
        sys.exit(2)
    if not is_module and not os.path.isfile(script[0]):  # noqa: PTH113 - a Path would lose "./" of argv
        sys.exit(f"error: {one_line(script[0])}: no such script")
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
    if not sys.flags.safe_path:  # where Python has put the working folder, since it was started with -m
        sys.path[0] = os.path.dirname(os.path.abspath(script[0]))  # noqa: PTH100, PTH120 - as Python has it
    runpy.run_path(script[0], run_name="__main__")


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an exception as Python does, without what is below the script on the stack."""
    below = {__file__, runpy.__file__, "<frozen runpy>"}
    while trace is not None and trace.tb_frame.f_code.co_filename in below:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)


if __name__ == "__main__":
    main(sys.argv[1:])
