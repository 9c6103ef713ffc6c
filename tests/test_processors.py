"""Answers are equal to the last bit on every processor: on this one, and on those that it can pass for.

`witness.py` answers in a process of its own; environment variables make libraries take the code that they
have for other processors. What other machines have answered is `golden/digests.json`, so that every machine
that runs this is one more witness.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "digests.json").read_text(encoding="utf-8"))
_EXTENSIONS = np.show_config(mode="dicts")["SIMD Extensions"]
#: What numpy uses here beyond what it needs, such as AVX-512.
FOUND = _EXTENSIONS.get("found", [])
WIDE = [name for name in FOUND if name.startswith("AVX512") or name == "X86_V4"]


class Processor(NamedTuple):
    """A kind of processor, by what libraries are told of it."""

    machine: str
    #: What OpenBLAS takes it for; "" for what it is.
    kernel: str = ""
    #: Extensions that numpy does without.
    without: tuple[str, ...] = ()
    #: Extensions, in numpy's old and new words, of which one is needed to run that.
    needs: tuple[str, ...] = ()
    #: Instructions that the C library's functions do without.
    libm_without: str = ""


X86, ARM = "x86_64", "aarch64"
AVX2, AVX512 = ("AVX2", "X86_V3"), ("AVX512_SKX", "X86_V4")
PROCESSORS = {
    "this one": Processor(platform.machine()),
    "Prescott": Processor(X86, "Prescott"),
    "Nehalem, vectors of 128 bits": Processor(X86, "Nehalem", tuple(FOUND), libm_without="-AVX2,-FMA"),
    "Haswell": Processor(X86, "Haswell", tuple(WIDE), AVX2),
    "Haswell's products, vectors of 512 bits": Processor(X86, "Haswell", needs=AVX512),
    "SkylakeX' products, vectors of 256 bits": Processor(X86, "SkylakeX", tuple(WIDE), AVX512),
    "ARMv8": Processor(ARM, "ARMV8"),
    "Cortex-A57, plain vectors": Processor(ARM, "CORTEXA57", tuple(FOUND)),
    "Neoverse N1": Processor(ARM, "NEOVERSEN1", needs=("ASIMDDP",)),
}


@pytest.mark.parametrize("name", PROCESSORS)
def test_answers_are_equal_on(name: str) -> None:
    """Releases, ground truth, statistics, references and a ranking: the digests are the golden ones."""
    processor = PROCESSORS[name]
    if processor.machine != platform.machine():
        pytest.skip(f"{name}: this machine is no {processor.machine}")
    if processor.needs and not set(processor.needs) & set(FOUND):
        pytest.skip(f"{name}: this machine has no {processor.needs[0]}")
    settings = {
        "OPENBLAS_CORETYPE": processor.kernel,
        "NPY_DISABLE_CPU_FEATURES": ",".join(processor.without),
        "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={processor.libm_without}" if processor.libm_without else "",
    }
    chosen = {key: value for key, value in settings.items() if value}

    done = subprocess.run(
        [sys.executable, HERE / "witness.py"],
        env=os.environ | chosen,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found) == list(GOLDEN)
    assert {what: digest for what, digest in found.items() if digest != GOLDEN[what]} == {}
