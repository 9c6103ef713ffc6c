"""Messages: which reply each request may have, and how a submission's texts are shown."""

from __future__ import annotations

import pytest

from leaderboard.sandbox.messages import CRASHES, Crash, Fault, Verdict, printable, read_reply


@pytest.mark.parametrize(
    ("do", "line", "field", "value"),
    [
        ("import", b'{"id": 7}', "failed", None),
        ("build", b'{"id": 7, "function": true}', "function", True),
        ("ask", b'{"id": 7, "genotype": [1, "a"]}', "genotype", [1, "a"]),
        ("ask", b'{"id": 7, "returned": true}', "returned", True),
        ("tell", b'{"failed": {"kind": "E", "trace": "T"}, "id": 7}', "failed", Crash(kind="E", trace="T")),
        ("finish", b'{"id": 7, "genotype": null}', "genotype", None),
        ("finish", b'{"id": 7, "asked_after_budget": true}', "asked_after_budget", True),
    ],
)
def test_replies_are_read(do, line, field, value):
    """Each request has fields of its own, and any may have failed."""
    reply = read_reply(line, do, 7)

    assert (reply.id, getattr(reply, field)) == (7, value)


@pytest.mark.parametrize(
    ("do", "line", "why"),
    [
        ("ask", b'{"id": 8, "genotype": null}', "the request's id is 7"),
        ("import", b'{"id": 7, "genotype": null}', "there is no genotype in it"),
        ("tell", b'{"id": 7, "returned": true, "function": true}', "there is no function, returned in it"),
        ("ask", b'{"id": "7"}', "id: "),
        ("ask", b'{"id": 7, "val_error": 0.1}', "val_error: "),
        ("ask", b'{"id": 7, "failed": {"kind": "E"}}', "failed.trace: "),
        ("ask", b'{"id": 7, "failed": {"kind": "' + b"E" * 201 + b'", "trace": ""}}', "failed.kind: "),
        ("ask", b"\xff{", "JSON"),
        ("ask", b"[]", "no reply"),
        ("ask", b"", "no reply"),
    ],
)
def test_what_is_no_reply_ends_the_run(do, line, why):
    """The fault names the request, repeats the line and says what an author can do."""
    with pytest.raises(Fault) as raised:
        read_reply(line, do, 7)

    assert raised.value.verdict is Verdict.invalid_message
    assert raised.value.detail.startswith(f"{do}: ")
    assert why in raised.value.detail
    assert raised.value.detail.endswith("leave the channel's descriptors to the shim")


def test_long_lines_are_not_repeated_whole():
    """Nobody reads 64 KiB."""
    with pytest.raises(Fault) as raised:
        read_reply(b"x" * 60_000, "ask", 1)

    assert 200 < len(raised.value.detail) < 500


def test_each_request_has_a_crash_of_its_own():
    """What fails is named by what was asked for."""
    assert len({*CRASHES.values()}) == len(CRASHES) == 5
    assert all(verdict.startswith("crash_") for verdict in CRASHES.values())


def test_texts_of_submissions_are_short_and_seen():
    """The middle is left out, and what moves a cursor is written as what it is."""
    shown = printable("begin \x1b[2J\u202e" + "x" * 5000 + " end")

    assert shown.startswith("begin \\x1b[2J\\u202e")
    assert shown.endswith(" end")
    assert len(shown) < 2100


def test_fault_says_verdict_and_detail():
    """Both are what a run records."""
    fault = Fault(Verdict.timeout, "ask: \x07")

    assert str(fault) == "timeout: ask: \\x07"
    assert fault.detail == "ask: \\x07"
