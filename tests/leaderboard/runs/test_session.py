"""Sealed runs: what well-behaved submissions get, and the verdict of each hostile one."""

from __future__ import annotations

import ast
import importlib.util
import json
import marshal
import os
import re
import select
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.entries.tree import read_tree
from leaderboard.inside.space import CELLS, OPS
from leaderboard.problems import Problem
from leaderboard.runs.blind import Labels
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.session import Clock, Code, Conditions, Session, run
from leaderboard.sandbox.cgroup import descendants
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.messages import Fault, Reply, Verdict, read_reply
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.start import start
from nb301.cost import cost
from nb301.formats import to_config
from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.space import Genotype
from nb301.truth.emulated import EmulatedTruth

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox")]

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = read_tree(Path(__file__).parents[1] / "hostile")
ENVIRONMENT = Environment("none")
#: Small, so that what exceeds a limit does so soon; a shared machine may take its time to answer.
LIMITS = Limits(
    memory_mb=128,
    temp_mb=4,
    output_kb=64,
    cpu_seconds=20,
    start_seconds=30,
    answer_seconds=30,
    wall_seconds=60,
)
SOON = replace(LIMITS, answer_seconds=0.4)
BUDGET = Budget(seconds=10_000)
LIBRARY = "leaderboard.inside.library:Library"
TEXT = (
    "normal:sep_conv_3x3@0+skip_connect@1/max_pool_3x3@0+dil_conv_5x5@2/avg_pool_3x3@1+sep_conv_5x5@3/"
    "skip_connect@3+dil_conv_3x3@4,reduce:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1/"
    "sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
)


@pytest.fixture(scope="module")
def installed_numpy(installed):
    """Submissions that may import numpy and the library."""
    return installed("numpy")


def objective(genotype, _):
    """Any function of the architecture; a training takes 1,000 s."""
    return SimpleNamespace(val_accuracy=0.9 + 0.05 * genotype.key / 2**64, runtime=1000.0)


def outcome(name, limits=LIMITS, *, entry="Optimizer", budget=BUDGET, **arguments):
    code = Code(HOSTILE, f"{name}:{entry}", {})
    return run(code, ENVIRONMENT, limits, objective, budget, seed=1, training_seed=0, **arguments)


V = Verdict
#: Module, limits, verdict, what its detail says, evaluations that ended before.
CASES = [
    ("crash_at_import", LIMITS, V.crash_import, "broken at import", 0),
    ("no_such_name", LIMITS, V.crash_import, "has no attribute 'Optimizer'", 0),
    ("no_such_module", LIMITS, V.crash_import, "No module named", 0),
    ("crash_in_build", LIMITS, V.crash_build, "population is empty", 0),
    ("crash_in_ask", LIMITS, V.crash_ask, "ZeroDivisionError", 3),
    ("crash_in_tell", LIMITS, V.crash_tell, "KeyError: 'population'", 1),
    ("crash_in_recommend", LIMITS, V.crash_recommend, "no incumbent", 10),
    ("segfault", LIMITS, V.crash_ask, "SIGSEGV", 0),
    ("hang_at_import", replace(LIMITS, start_seconds=1), V.timeout, "import: no answer within", 0),
    ("hang_in_ask", SOON, V.timeout, "ask: no answer within 0.4 s", 0),
    ("hang_in_tell", SOON, V.timeout, "tell: no answer", 1),
    ("hang_in_ask", replace(LIMITS, wall_seconds=1), V.timeout, "ask: the run takes more than 1 s", 0),
    ("late_answer", SOON, V.timeout, "ask: no answer", 0),
    ("stops_itself", SOON, V.timeout, "ask: no answer", 0),
    ("half_line", SOON, V.timeout, "ask: no answer", 0),
    ("half_line_and_end", LIMITS, V.invalid_message, "breaks off", 0),
    ("long_line", LIMITS, V.message_too_large, "65536 bytes", 0),
    ("long_genotype", LIMITS, V.message_too_large, "65536 bytes", 0),
    ("endless_output", LIMITS, V.output_too_large, "64 KiB", 0),
    ("endless_replies", LIMITS, V.invalid_message, "there is no genotype in it", 1),
    ("memory_bomb", LIMITS, V.memory, "", 0),
    ("stubborn_memory_bomb", LIMITS, V.memory, "", 0),
    ("fork_bomb", LIMITS, V.crash_ask, "PermissionError", 0),
    ("subprocess_bomb", LIMITS, V.crash_ask, "PermissionError", 0),
    ("thread_bomb", LIMITS, V.crash_ask, "can't start new thread", 0),
    ("fills_temp", LIMITS, V.crash_ask, "No space left on device", 0),
    ("burns_time", replace(LIMITS, cpu_seconds=1), V.cpu_time, "1 s of processor time", 0),
    ("invalid_genotype", LIMITS, V.invalid_genotype, "node 4 reads node 4", 0),
    ("foreign_genotype", LIMITS, V.invalid_genotype, "proposal 0: cannot read", 0),
    ("nan_genotype", LIMITS, V.invalid_genotype, "op nan", 0),
    ("python_bomb", LIMITS, V.invalid_genotype, "proposal 0: cannot read", 0),
    ("nan_alone", LIMITS, V.invalid_genotype, "nan", 0),
    ("nothing", LIMITS, V.invalid_genotype, "None", 0),
    ("huge_integer", LIMITS, V.invalid_genotype, "", 0),
    ("huger_integer", LIMITS, V.invalid_message, "", 0),
    ("hostile_text", LIMITS, V.crash_ask, "RuntimeError", 0),
    ("hostile_keys", LIMITS, V.invalid_genotype, "normal cell", 0),
    ("deep_nesting", LIMITS, V.invalid_message, "", 0),
    ("unknown_field", LIMITS, V.invalid_message, "val_error", 0),
    ("wrong_request", LIMITS, V.invalid_message, "the request's id is 3", 0),
    ("not_json", LIMITS, V.invalid_message, "", 0),
    ("ends_early", LIMITS, V.exited_early, "after 1 evaluations", 1),
    ("ends_early_politely", LIMITS, V.exited_early, "after 1 evaluations", 1),
    ("ignores_cpu_limit", replace(LIMITS, cpu_seconds=1), V.cpu_time, "1 s of processor time", 0),
    ("handles_cpu_limit", replace(LIMITS, cpu_seconds=1), V.cpu_time, "1 s of processor time", 0),
    ("exits_at_cpu_limit", replace(LIMITS, cpu_seconds=1), V.cpu_time, "1 s of processor time", 0),
    ("prints_and_ends", LIMITS, V.crash_ask, "ended with status 3", 0),
    ("ends_with_large_status", LIMITS, V.crash_ask, "ended with status 250", 0),
    ("kills_itself", LIMITS, V.crash_ask, "status 137, which stands for SIGKILL", 0),
    ("long_class_name", LIMITS, V.crash_ask, "what went wrong", 0),
    ("strange_class_name", LIMITS, V.crash_ask, "what went wrong", 0),
    ("long_exception", LIMITS, V.crash_ask, "ValueError: beginxx", 0),
    ("long_exception", LIMITS, V.crash_ask, "xxend", 0),
    ("unspeakable_exception", LIMITS, V.crash_ask, "Unspeakable", 0),
    ("endless_exception", LIMITS, V.crash_ask, "number 19999", 0),
    ("own_memory_error", LIMITS, V.memory, "not enough room", 0),
    ("interrupts_itself", LIMITS, V.crash_ask, "KeyboardInterrupt", 0),
    ("ends_in_recommend", LIMITS, V.crash_recommend, "finish: the process ended with status 0", 10),
    ("closes_channel", LIMITS, V.invalid_message, "channel to the evaluator was closed", 0),
    ("closes_replies", LIMITS, V.invalid_message, "channel to the evaluator was closed", 0),
    ("closes_requests", LIMITS, V.invalid_message, "channel to the evaluator was closed", 1),
    ("many_files", LIMITS, V.memory, "10,000 files in /tmp", 0),
    ("writes_its_code", LIMITS, V.crash_ask, "Read-only file system", 0),
    ("kills_parent", LIMITS, V.completed, "", 10),
    ("reads_parent", LIMITS, V.crash_ask, "", 0),
    ("reads_releases", LIMITS, V.crash_ask, "No module named 'nb301'", 0),
    ("opens_tcp", LIMITS, V.crash_ask, "PermissionError", 0),
    ("opens_udp", LIMITS, V.crash_ask, "PermissionError", 0),
    ("opens_unix", LIMITS, V.crash_ask, "PermissionError", 0),
    ("raises_limits", LIMITS, V.crash_ask, "", 0),
    ("hang_after_finish", LIMITS, V.completed, "", 10),
]


@pytest.mark.parametrize(
    ("name", "limits", "verdict", "detail", "evaluations"), CASES, ids=[case[0] for case in CASES]
)
def test_hostile_submission_ends_in_its_verdict(name, limits, verdict, detail, evaluations):
    """Whatever a submission does, the run ends, its verdict says how, and what ended before stays."""
    ended = outcome(name, limits)

    assert (ended.verdict, ended.detail) == (verdict, ended.detail)
    assert detail in ended.detail
    assert evaluations in (None, len(ended.trajectory))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*CELLS, *OPS]),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text() | st.sampled_from(CELLS), inner),
    max_leaves=40,
)


@given(JSON)
def test_any_proposal_is_a_genotype_or_a_fault(proposal):
    """There is nothing that JSON can carry which the evaluator would stumble over."""
    session = Session(None, Code(HOSTILE, "", {}), BUDGET, Clock(objective), LIMITS, 0, Conditions())

    with pytest.raises(Fault) as found:
        session._read(proposal, "proposal")

    assert found.value.verdict is Verdict.invalid_genotype


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_line_is_a_reply_or_a_fault(line):
    """Whatever is written to the channel."""
    for do in ("import", "build", "ask", "tell", "finish"):
        with suppress(Fault):
            assert isinstance(read_reply(line, do, 1), Reply)


@pytest.mark.parametrize("level", Level)
def test_last_words_are_kept(level):
    """What a submission prints is there, however it ends, and never more than anybody reads."""
    assert "these are my last words" in outcome("prints_and_ends", level=level).output
    ended = outcome("long_exception", level=level)
    assert max(len(ended.detail), len(ended.output)) < 2100


LISTS = """
import os, pathlib

class Optimizer:
    def __init__(self, space, seed, budget):
        import data.values
        here = pathlib.Path(__file__).parent
        found = sorted(str(each.relative_to(here)) for each in here.rglob("*"))
        raise RuntimeError(f"{found} {data.values.VALUE} {os.access(here, os.W_OK)}")
"""


def test_only_what_was_hashed_is_there(tmp_path):
    """No compiled code, no hidden file, nothing that came later; and nothing can be written."""
    hidden = importlib.util.cache_from_source(str(tmp_path / "optimizer.py"))
    for path, text in (
        ("optimizer.py", LISTS),
        ("data/values.py", "VALUE = 1"),
        (".env", "x"),
        ("later", "x"),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    evil = compile("print('evil'); Optimizer = 1 / 0", "optimizer.py", "exec")
    Path(hidden).parent.mkdir()
    # of the kind whose source is not compared
    Path(hidden).write_bytes(importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + bytes(8) + marshal.dumps(evil))
    (tmp_path / "later").unlink()
    files = read_tree(tmp_path)
    (tmp_path / "later").write_text("x")
    (tmp_path / "data" / "values.py").write_text("VALUE = 2")

    ended = sealed(files)

    assert "RuntimeError: ['data', 'data/values.py', 'optimizer.py'] 1 False" in ended.detail
    assert "evil" not in ended.output


def test_modules_of_a_submission_are_its_own_concern():
    """Whatever they are called, they take the place of nothing that serves the run."""
    names = (
        "json",
        "os",
        "sys",
        "traceback",
        "resource",
        "sitecustomize",
        "usercustomize",
        "numpy",
        "builtins",
    )
    spoilt = {f"{name}.py": b"raise SystemError(__name__)" for name in names}

    ended = sealed(HOSTILE | spoilt, "well_behaved:Optimizer")

    assert (ended.verdict, ended.detail, ended.output) == (Verdict.completed, "", "")


def test_run_is_ended_without_being_announced():
    """What is told is the budget, also where fewer evaluations are made of it."""
    text = RECORDS.replace("TEXT", repr(TEXT)).replace("== 3", "== 99")
    text += "    def recommend(self):\n        raise RuntimeError(repr(self.log))\n"
    ended = sealed(submission(text), settings={"greeting": ""}, budget=Budget(1e6, 50), stop_after=2)

    assert len(ended.trajectory) == 2
    assert "(999000.0, 49)), " in ended.detail
    assert "(998000.0, 48))]" in ended.detail


def test_no_verdict_is_out_of_reach():
    """Every verdict is the end of some hostile submission."""
    reached = {case[2] for case in CASES} | {V.asked_after_budget}

    assert reached == {*Verdict}


def test_function_that_goes_on_after_the_budget():
    """A function is told that the budget has ended; when it asks again it fails, with all it has done."""
    ended = outcome("asks_after_budget", entry="run")

    assert ended.verdict is Verdict.asked_after_budget
    assert "BudgetExhausted" in ended.detail
    assert len(ended.trajectory) == 10


def test_function_that_returns_early():
    """What is left of the budget is not spent for it."""
    ended = outcome("returns_early", entry="run")

    assert ended.verdict is Verdict.exited_early
    assert "returned after 0 evaluations" in ended.detail


def test_functions_have_one_worker():
    """A function waits for each result, so that it cannot keep several workers busy."""
    ended = outcome("asks_after_budget", entry="run", workers=2)

    assert ended.verdict is Verdict.crash_build
    assert "write a class" in ended.detail


def test_hostile_text_is_shown_harmless():
    """Nothing that a submission says moves a cursor or turns writing round."""
    ended = outcome("hostile_text")

    for text in (ended.detail, ended.output):
        assert "\\x1b" in text
        assert "\\u202e" in text
        assert all(character.isprintable() or character == "\n" for character in text)


def test_limited_level_gives_the_same_run():
    """Without namespaces the same happens, unguarded."""
    sealed = outcome("well_behaved")
    limited = outcome("well_behaved", level=Level.limited)

    assert limited.verdict is Verdict.completed
    assert limited.trajectory.genotypes == sealed.trajectory.genotypes


def submission(text):
    return {"optimizer.py": text.encode()}


def sealed(files, entry="optimizer:Optimizer", settings=None, environment=ENVIRONMENT, **arguments):
    given = {"budget": BUDGET, "seed": 1, "training_seed": 0, "limits": LIMITS, "objective": objective}
    return run(Code(files, entry, settings or {}), environment, **given | arguments)


RECORDS = """
class Optimizer:
    def __init__(self, space, seed, budget, greeting):
        self.space, self.budget, self.log = space, budget, [greeting]
        self.told = {}

    def ask(self):
        if len(self.told) == 3:
            raise RuntimeError(repr(self.log))
        genotype = self.space.from_text(TEXT)
        self.told[id(genotype)] = genotype
        return genotype

    def tell(self, genotype, result):
        assert self.told[id(genotype)] is genotype
        left = self.budget.remaining_seconds, self.budget.remaining_evaluations
        self.log.append((round(result.val_error, 6), result.seconds, left))
"""


def test_optimizer_sees_error_seconds_and_budget(embedded):
    """It is told of the very object that it proposed; noise is new for each repeat; there is nothing else."""
    genotype = Genotype.parse(TEXT)
    files = submission(RECORDS.replace("TEXT", repr(TEXT)))
    expected = ["hello"]
    for repeat in range(3):
        result = embedded.query(genotype, seed=7 + repeat)
        spent = sum(embedded.query(genotype, seed=7 + each).runtime for each in range(repeat + 1))
        expected.append((round(1 - result.val_accuracy, 6), result.runtime, (1e6 - spent, 99 - repeat)))

    ended = run(
        Code(files, "optimizer:Optimizer", {"greeting": "hello"}),
        ENVIRONMENT,
        LIMITS,
        lambda genotype, seed: embedded.query(genotype, seed=seed),
        Budget(seconds=1e6, evaluations=100),
        seed=1,
        training_seed=7,
    )

    assert f"RuntimeError: {expected!r}" in ended.detail
    assert len(ended.trajectory) == 3


FUNCTION = """
import random

def run(objective, budget):
    rng, best = random.Random(objective.seed), (1.0, None)
    while budget.remaining_evaluations > 0:
        genotype = objective.space.random(rng)
        result = objective(genotype)
        best = min(best, (result.val_error, objective.space.to_text(genotype)))
    return best[1]
"""


NOTATIONS = """
from collections import namedtuple, OrderedDict
from types import SimpleNamespace
import numpy as np

Genotype = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")

def run(objective, budget):
    text = TEXT
    cells = objective.space.from_text(text)
    normal, reduce = ([(op, source) for op, source in cells[name]] for name in ("normal", "reduce"))
    scalars = [[(np.str_(op), np.int64(source)) for op, source in cell] for cell in (normal, reduce)]
    nodes = [[tuple(cell[i : i + 2]) for i in range(0, 8, 2)] for cell in (normal, reduce)]
    numbers = [[(np.int8(s), objective.space.ops.index(op)) for op, s in cell] for cell in (normal, reduce)]
    config = CONFIG
    proposals = [
        text,
        cells,
        Genotype(normal, range(2, 6), reduce, range(2, 6)),
        Genotype(scalars[0], np.arange(2, 6), scalars[1], [2, 3, 4, 5]),
        Genotype(nodes[0], [2, 3, 4, 5], nodes[1], [2, 3, 4, 5]),
        SimpleNamespace(normal=normal, reduce=reduce),
        tuple(numbers),
        np.array(numbers),
        [np.array(cell) for cell in numbers],
        repr(Genotype(normal, range(2, 6), reduce, range(2, 6))),
        "genotype = " + repr(Genotype(scalars[0], range(2, 6), scalars[1], range(2, 6))),
        OrderedDict((key, np.str_(op)) for key, op in config.items()),
        {**config, "epoch": np.int64(98)},
        SimpleNamespace(get_dictionary=lambda: config),
    ]
    for proposal in proposals:
        objective(proposal)
    objective(LAST)
"""


def notations(last):
    genotype = Genotype.parse(TEXT)
    text = NOTATIONS.replace("TEXT", repr(TEXT)).replace("CONFIG", repr(to_config(genotype)))
    return submission(text.replace("LAST", last))


def test_proposals_in_any_notation(installed_numpy):
    """Whatever notation a proposal has, with numpy's scalars and arrays, the evaluator reads it."""
    budget = Budget(evaluations=15)
    ended = sealed(notations("text"), "optimizer:run", environment=installed_numpy, budget=budget)

    assert (ended.verdict, ended.detail) == (Verdict.completed, "")
    assert ended.trajectory.genotypes == [Genotype.parse(TEXT)] * 15


@pytest.mark.parametrize(
    ("last", "detail"),
    [
        ("{**config, 'epoch': 1}", "epoch is 1, expected 98 or 99 or 100"),
        ("Genotype(normal, range(10**9), reduce, [2, 3, 4, 5])", "concatenates"),
        ("np.zeros((2, 8, 2), dtype=bool)", "normal cell"),
        ("'(' + '-' * 6000 + '1)'", "cannot read"),
    ],
)
def test_other_proposals_say_what_is_wrong(installed_numpy, last, detail):
    """What is no genotype, or asks for another training, ends the run with the reader's words."""
    budget = Budget(evaluations=30)
    ended = sealed(notations(last), "optimizer:run", environment=installed_numpy, budget=budget)

    assert ended.verdict is Verdict.invalid_genotype
    assert len(ended.trajectory) == 14
    assert detail in ended.detail


def test_function_that_ends_with_the_budget():
    """A function that spends its budget and returns has recommended what it returns."""
    ended = sealed(submission(FUNCTION), "optimizer:run", budget=Budget(evaluations=12))

    assert ended.verdict is Verdict.completed
    assert len(ended.trajectory) == 12
    best = ended.trajectory.genotypes[ended.trajectory.val_accuracy.argmax()]
    assert ended.recommendation == best


def test_function_that_is_stopped_by_the_budget():
    """BudgetExhausted may pass through a function: its run is completed, without a recommendation."""
    text = FUNCTION.replace("budget.remaining_evaluations > 0", "True")
    ended = sealed(submission(text), "optimizer:run", budget=Budget(seconds=5500))

    assert (ended.verdict, ended.recommendation) == (Verdict.completed, None)
    assert len(ended.trajectory) == 5


@pytest.mark.parametrize("workers", [1, 30])
@pytest.mark.parametrize("name", ["re", "de", "bananas"])
def test_library_s_optimizers_run_as_they_do_outside(name, workers, installed_numpy):
    """The sandbox changes no proposal: the same run, to the last digit, with one worker and with thirty."""
    budget = Budget(evaluations=110)
    settings = {"optimizer": name}
    inside = sealed(
        HOSTILE, LIBRARY, settings, installed_numpy, budget=budget, seed=3, training_seed=5, workers=workers
    )
    outside = simulate(OPTIMIZERS[name](np.random.default_rng(3)), objective, budget, seed=5, workers=workers)

    assert (inside.verdict, inside.detail) == (Verdict.completed, "")
    assert inside.trajectory.genotypes == outside.genotypes
    assert inside.trajectory.clock.tolist() == outside.clock.tolist()


def test_library_brings_no_benchmark(installed_numpy):
    """With the space and the optimizers mounted, no surrogate, table, truth or release is there."""
    text = """
import importlib, pathlib
import nb301, nb301.optimizers

found = sorted(str(path.relative_to("/nb301/nb301")) for path in pathlib.Path("/nb301/nb301").rglob("*"))
for name in ("benchmark", "releases", "surrogates", "tables", "truth", "noise", "optimizers.one_shot"):
    try:
        importlib.import_module(f"nb301.{name}")
        found.append(name)
    except ModuleNotFoundError:
        pass
raise RuntimeError(" ".join(found))
"""
    ended = sealed(submission(text), environment=installed_numpy)

    found = ended.detail.strip().rpartition("RuntimeError: ")[2].split()
    assert {name for name in found if "/" not in name} == {
        *("__init__.py", "columns.py", "encodings.py", "errors.py", "extras.py"),
        *("formats", "optimizers", "sources.py", "space"),
    }
    assert all(
        name.startswith(("formats/", "optimizers/", "space/")) and name.endswith((".py", "multi_fidelity"))
        for name in found
        if "/" in name
    )


#: Starts a sandbox, says which process ends when all of it has ended, and stays.
EVALUATOR = """
import signal
from leaderboard.sandbox.limits import Limits
from leaderboard.sandbox.process import Process
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.start import start

def stay(process, *_):
    print(process._popen.pid, flush=True)
    signal.pause()

MOMENT
process = start({"optimizer.py": b"while True: pass"}, Environment("none"), Limits())
process.send({"id": 1, "do": "import", "entry_point": "optimizer:Optimizer"})
stay(process)
"""


@pytest.mark.parametrize("moment", ["pass", "Process._sealed = stay", "Process.send = stay"])
def test_killed_evaluator_leaves_nothing(moment):
    """The sandbox ends with the process that started it: at work, as soon as it is begun, and in between."""
    evaluator = subprocess.Popen(
        [sys.executable, "-c", EVALUATOR.replace("MOMENT", moment)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    last = os.pidfd_open(int(evaluator.stdout.readline()))
    evaluator.kill()
    evaluator.wait()
    evaluator.stdout.close()
    ready, _, _ = select.select([last], [], [], 30)
    os.close(last)

    assert ready


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has users to give away")
def test_root_s_submissions_have_a_user_of_their_own():
    """Outside of its namespace, too, a submission is nobody."""
    process = start(HOSTILE, ENVIRONMENT, LIMITS)
    process.send({"id": 1, "do": "import", "entry_point": "well_behaved:Optimizer"})
    assert process.receive(30, "import") is not None
    *_, worker = descendants(process.pid)
    status = Path(f"/proc/{worker}/status").read_text()
    process.kill()
    process.close()

    uids = re.search(r"^Uid:\s+(.*)$", status, re.MULTILINE)[1].split()
    assert all(60000 < int(uid) < 61184 for uid in uids)


def test_usage_is_measured():
    """Processor time, memory and time of the submission are recorded, and its control group is gone."""
    usage = outcome("well_behaved").usage

    assert 0 <= usage.cpu_seconds < 20
    assert 5 < usage.memory_mb < LIMITS.memory_mb
    assert usage.wall_seconds > 0
    assert not [*Path("/sys/fs/cgroup").glob(f"**/nb301-{os.getpid()}-*")]


PAUSES = """
import random

class Optimizer:
    def __init__(self, space, seed, budget):
        self.space, self.rng, self.told, self.paused = space, random.Random(seed), [], []

    def ask(self):
        if self.paused:
            before = self.paused.pop()
            return self.space.training(before.genotype, 98, before)
        return self.space.training(self.space.random(self.rng), 5)

    def tell(self, training, result):
        self.told.append((training.epochs, len(result.curve), result.val_error, result.seconds))
        if training.epochs == 5:
            self.paused.append(training)

    def recommend(self):
        raise RuntimeError(repr(self.told))
"""
PAUSES_AS_A_FUNCTION = """
import random

def run(objective, budget):
    rng = random.Random(objective.seed)
    while True:
        training = objective.space.training(objective.space.random(rng), 5)
        objective(training)
        objective(objective.space.training(training.genotype, 98, training))
"""
PAUSING = Conditions(Problem.multi_fidelity)


@pytest.mark.parametrize("workers", [1, 3])
def test_trainings_pause_and_go_on(workers):
    """Each part costs its own epochs, and tells the errors after each; together they are one training."""
    truth = EmulatedTruth()
    ended = sealed(
        submission(PAUSES),
        objective=truth.evaluate,
        conditions=PAUSING,
        budget=Budget(seconds=2e4),
        workers=workers,
    )
    told = ast.literal_eval(ended.detail.strip().rpartition("RuntimeError: ")[2])

    assert len(told) == len(ended.trajectory) > 5
    for at, (epochs, length, error, seconds) in enumerate(told):
        curve = truth.curve(ended.trajectory.genotypes[at], int(ended.trajectory.seeds[at]))
        assert (epochs, length) in {(5, 5), (98, 98)}
        assert error == (1 - curve.val_accuracy[4] if epochs == 5 else 1 - curve.val_accuracy.max())
        assert seconds == (curve.runtime[4] if epochs == 5 else curve.runtime[-1] - curve.runtime[4])


def test_functions_pause_trainings_too():
    """They call the objective with what is to go on."""
    ended = sealed(
        submission(PAUSES_AS_A_FUNCTION),
        "optimizer:run",
        objective=EmulatedTruth().evaluate,
        conditions=PAUSING,
        budget=Budget(evaluations=6),
    )

    assert ended.verdict is Verdict.completed
    assert ended.trajectory.epochs.tolist() == [5, 98] * 3
    assert [proposal.resumes for proposal in ended.proposals.all] == [-1, 0, -1, 2, -1, 4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("98, before", "98, object()"), "has not paused"),
        (("98, before", "5, before"), "a training of 5 epochs: expected 6 to 98 here"),
        (("98, before", "99, before"), "a training of 99 epochs: expected 6 to 98 here"),
        (("self.rng), 5", "self.rng), 0"), "a training of 0 epochs: expected 1 to 98 here"),
        (("self.rng), 5", "self.rng), 98 / 9"), "expected an integer"),
        (("self.rng), 5", "self.rng), True"), "a training of True epochs: expected an integer"),
        (("self.rng), 5", "self.rng), [3]"), "expected an integer"),
        (("98, before", "None, before"), "a training of None epochs: expected an integer"),
        (("if training.epochs == 5", "if True"), "goes on with one that has ended, after 98"),
        (("return self.space.training(before.genotype, 98, before)", "return before"), "was proposed twice"),
        (("before.genotype, 98", "self.space.random(self.rng), 98"), "another genotype's"),
        (("self.paused.pop()", "self.paused[0]"), "was taken up before"),
    ],
)
def test_trainings_that_cannot_be(change, message):
    """The run ends, and its author is told what was expected."""
    ended = sealed(
        submission(PAUSES.replace(*change)),
        objective=EmulatedTruth().evaluate,
        conditions=PAUSING,
        budget=Budget(seconds=2e4),
    )

    assert ended.verdict is Verdict.invalid_genotype
    assert message in ended.detail


def test_trainings_are_whole_where_nothing_else_is_said():
    """A multi-fidelity optimizer takes part in its own tracks alone."""
    ended = sealed(submission(PAUSES))

    assert (ended.verdict, len(ended.trajectory)) == (Verdict.invalid_genotype, 0)
    assert "on this track every training is whole" in ended.detail


COSTS = """
class Optimizer:
    def __init__(self, space, seed, budget):
        self.told = None

    def ask(self):
        return TEXT

    def tell(self, genotype, result):
        self.told = result.multiply_adds, result.parameters

    def recommend(self):
        raise RuntimeError(repr(self.told))
""".replace("TEXT", repr(TEXT))


def test_costs_are_told_where_they_count():
    """Exact ones of the network that is trained; elsewhere they would tell ops apart."""
    genotype = Genotype.parse(TEXT)
    told = sealed(submission(COSTS), conditions=Conditions(Problem.multi_objective)).detail
    costs = cost(genotype)
    assert f"({costs.multiply_adds}, {costs.parameters})" in told
    assert "(None, None)" in sealed(submission(COSTS)).detail


def test_recommendations_may_be_trainings():
    """What counts is their genotype."""
    text = PAUSES.replace("raise RuntimeError(repr(self.told))", "return self.space.training(self.kept, 3)")
    text = text.replace("self.told.append(", "self.kept = training.genotype; self.told.append(")
    evaluate = EmulatedTruth().evaluate
    ended = sealed(submission(text), objective=evaluate, conditions=PAUSING, budget=Budget(evaluations=3))
    assert ended.recommendation == ended.trajectory.genotypes[-1]


def test_optimizers_are_told_what_is_searched_for():
    """To know what they may propose."""
    text = COSTS.replace("self.told = None", "raise RuntimeError(f'it is {budget.problem}')")
    assert "it is multi-fidelity" in sealed(submission(text), conditions=PAUSING).detail
    assert "it is accuracy" in sealed(submission(text)).detail


def test_blind_runs_tell_no_times():
    """They would tell ops apart; what is left of the budget is told in twentieths."""
    text = COSTS.replace("self, space, seed, budget", "self, space, seed, budget").replace(
        "self.told = None", "self.told, self.budget = [], budget"
    )
    text = text.replace(
        "self.told = result.multiply_adds, result.parameters",
        "self.told.append((result.seconds, self.budget.remaining_seconds))",
    )
    labels = Labels.of(Campaign(salt="5a" * 32), 0)
    detail = sealed(submission(text), conditions=Conditions(labels=labels)).detail
    told = ast.literal_eval(detail.strip().rpartition("RuntimeError: ")[2])
    assert {seconds for seconds, _ in told} == {4652.0}
    assert [remaining for _, remaining in told] == [
        9000.0,
        8000.0,
        7000.0,
        6000.0,
        5000.0,
        4000.0,
        3000.0,
        2000.0,
        1000.0,
        0.0,
    ]


def test_blind_runs_train_what_names_stand_for():
    """And recommend it."""
    labels = Labels.of(Campaign(salt="5a" * 32), 0)
    text = COSTS.replace("raise RuntimeError(repr(self.told))", "return self.ask()")
    ended = sealed(submission(text), conditions=Conditions(labels=labels))

    meant = labels.named(Genotype.parse(TEXT))
    assert {*ended.trajectory.genotypes} == {meant}
    assert ended.recommendation == meant
