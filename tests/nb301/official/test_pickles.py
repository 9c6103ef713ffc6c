"""Pickles are walked, not read: what they hold, and what is refused before anything comes of it."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict, defaultdict

import pytest

from nb301.errors import ReleaseError
from nb301.official.pickles import Global, Made, Persistent, read_booster, walk
from tests.official_files import shared
from tests.pickling import Call, Code, Named, Outside, lightgbm_pickle, pickled, xgboost_pickle

VALUES = [
    *(None, True, False, 0, 255, 65_535, -1, 2**31 - 1, 2**70, -(2**70), 1.5, "", "x" * 300, "\u00e4"),
    *(
        b"",
        b"\x00\xff" * 200,
        bytearray(b""),
        bytearray(b"\x00\xff" * 200),
        [],
        [1, [2]],
        (),
        (1,),
        (1, 2, 3, "4"),
    ),
    *({}, {"a": {"b": [1]}}, OrderedDict(a=1, b=2), defaultdict(OrderedDict, a=OrderedDict(c=1.0))),
]


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_holds_what_python_pickles(value, protocol):
    """Values that need no code come out as they went in, from Python's own pickler."""
    data = pickle.dumps(value, protocol)
    read, end = walk(data)
    assert read == value
    assert end == len(data)


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_starts_anywhere(protocol):
    """Pickles stand one behind the other; each says where it ends."""
    data = pickle.dumps("one", protocol) + pickle.dumps(2, protocol)
    one, end = walk(data)
    assert (one, walk(data, end)) == ("one", (2, len(data)))


def test_makes_nothing():
    """Objects are told by the names of what would make them."""
    value, _ = walk(pickled(Call("lightgbm.basic Booster", (), {}, {"a": 1}, b"\x81")))
    assert value == Made("lightgbm.basic Booster", (), {"a": 1})
    storage = ("storage", Named("torch FloatStorage"), "7")
    value, _ = walk(pickled(Call("torch._utils _rebuild_tensor_v2", (Outside(storage), 0))))
    outside = Persistent(("storage", Global("torch FloatStorage"), "7"))
    assert value == Made("torch._utils _rebuild_tensor_v2", (outside, 0))


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_finds_the_model(protocol):
    """XGBoost's bytes, in protocol 2 written as text, and LightGBM's text."""
    model = bytes(range(256)) * 3
    assert read_booster(xgboost_pickle(model, protocol)) == ("xgboost", model)
    assert read_booster(lightgbm_pickle("tree\n\u00e4", protocol)) == ("lightgbm", "tree\n\u00e4")


def test_protocols_of_one_model_hold_the_same():
    """XGBoost 1.1's own pickles of three protocols have one handle."""
    handles = set()
    for protocol in (2, 3, 4):
        handles.add(
            read_booster(shared("xgboost-1.1.0-extra", f"gamma_p{protocol}.model").read_bytes()).handle
        )
    assert len(handles) == 1


class Attack:
    """What runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("echo unpickled",)


def booster(**state):
    """A pickled XGBoost booster of any state."""
    return pickled(Call("xgboost.core Booster", (), {}, state, b"\x81"))


BYTES = Call("builtins bytearray", (b"x" * 100,))
SELF = b"]q\x00h\x00a"
HOSTILE = {
    "os.system": (pickle.dumps(Attack(), 3), "byte 2: names 'posix system', which no official member has"),
    "os.system of protocol 4": (pickle.dumps(Attack(), 4), "names 'posix system'"),
    "eval": (pickled(Call("builtins eval", ("1",))), "byte 2: names 'builtins eval'"),
    "an inert global that is called": (pickled(Call("torch FloatStorage", (1,))), "calls torch FloatStorage"),
    "a Booster that is called": (pickled(Call("xgboost.core Booster")), "calls xgboost.core Booster"),
    "another class that is made": (
        pickled(Call("collections OrderedDict", (), {}, None, b"\x81")),
        "makes 'collections OrderedDict' of",
    ),
    "a text that is called": (b"\x80\x03X\x01\x00\x00\x00x)R.", "byte 9: calls str with tuple"),
    "bytes of another encoding": (
        pickled(Call("_codecs encode", ("x", "utf-8"))),
        "something else than bytes",
    ),
    "bytes of many": (pickled(Call("builtins bytearray", (2**40,))), "something else than bytes"),
    "text that is not latin": (pickled(Call("_codecs encode", ("\u0141", "latin1"))), "cut short or garbled"),
    "entries of a call": (pickled(Call("collections OrderedDict", ([("a", 1)],))), "OrderedDict of entries"),
    "an unknown opcode": (b"\x80\x03\xff.", "opcode b'.xff' unknown"),
    "an opcode of protocol 0": (b"\x80\x03I1\n.", "byte 2: opcode INT is not one"),
    "an opcode of protocol 5": (b"\x80\x03\x96" + bytes(8) + b".", "opcode BYTEARRAY8 is not one"),
    "an extension": (b"\x80\x03\x82\x01.", "opcode EXT1 is not one"),
    "an instance": (b"\x80\x03(ios\nsystem\n.", "opcode INST is not one"),
    "protocol 5": (b"\x80\x05N.", "byte 0: no pickle of protocol 2, 3 or 4"),
    "protocol 0": (b"N.", "no pickle of protocol 2, 3 or 4"),
    "nothing": (b"", "cut short or garbled"),
    "no end": (b"\x80\x03N", "cut short or garbled"),
    "an empty stack": (b"\x80\x03.", "takes 1 values, where 0 are"),
    "below a mark": (b"\x80\x03K\x01(.", "takes 1 values, where 0 are"),
    "no mark": (b"\x80\x03t.", "no mark on the stack"),
    "more values": (b"\x80\x03NN.", "ends with 1 more values"),
    "nothing remembered": (b"\x80\x03h\x07.", "nothing is remembered as number 7"),
    "a huge length": (b"\x80\x03B\xff\xff\xff\x7fx.", "cut short or garbled"),
    "a length of 64 bits": (b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7fx.", "cut short or garbled"),
    "a negative integer's length": (b"\x80\x03\x8b\xff\xff\xff\xff.", "cut short or garbled"),
    "text that is no Unicode": (b"\x80\x03X\x01\x00\x00\x00\xff.", "cut short or garbled"),
    "a list in itself": (b"\x80\x02" + SELF + b".", "hold themselves, or are nested deeper than 32"),
    "a dict in itself": (b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.", "hold themselves"),
    "deep nesting": (b"\x80\x02" + b"]" * 5000 + b"a" * 4999 + b".", "nested deeper than 32"),
    "many marks": (b"\x80\x02" + b"(" * 5000 + b".", "marks on the stack"),
    "many values": (b"\x80\x02" + b"N" * 50_000 + b".", "more than 10,000 values"),
    "many opcodes": (b"\x80\x02" + b"]Na" * 400_000 + b".", "more than"),
    "a key that is a list": (b"\x80\x02}]Ns.", "a key that is list, expected text"),
    "a key twice": (b"\x80\x02}(X\x01\x00\x00\x00aNX\x01\x00\x00\x00aNu.", "key 'a' is set twice"),
    "a key without a value": (b"\x80\x02}(Nu.", "a key without a value"),
    "entries of a list": (b"\x80\x02]NNs.", "sets entries of list, expected a dict"),
    "an element of a dict": (b"\x80\x02}Na.", "adds to dict, expected a list"),
    "the state of a list": (b"\x80\x02]Nb.", "sets the state of list"),
    "a state twice": (
        b"\x80\x02cxgboost.core\nBooster\n)\x81}b}b.",
        "sets the state of 'xgboost.core Booster'",
    ),
    "a persistent id of text": (b"\x80\x02X\x01\x00\x00\x00aQ.", "refers to str, expected a tuple"),
    "another object": (pickled({"handle": BYTES}), "a pickle of dict, expected a Booster"),
    "no handle": (booster(other=BYTES), "its xgboost Booster has a handle that is missing"),
    "a handle of text": (booster(handle="x"), "a handle that is str, expected bytes"),
    "an empty handle": (booster(handle=Call("builtins bytearray")), "a handle that is bytes, expected bytes"),
    "bytes behind": (booster(handle=BYTES) + b"x", "1 bytes behind the pickle"),
    "a name of bytes": (b"\x80\x04C\x02osC\x06system\x93.", "names"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_refuses(kind, capfd):
    """What no official member has is refused with its place, in one line; nothing is called."""
    data, words = HOSTILE[kind]
    with pytest.raises(ReleaseError, match=words) as caught:
        read_booster(data)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400
    assert capfd.readouterr().out == ""


def test_makes_no_bytes_again_and_again():
    """A text that is remembered is not encoded a thousand times over: that would be a bomb."""
    text = b"X\xe8\x03\x00\x00" + b"x" * 1000 + b"X\x06\x00\x00\x00latin1\x86q\x02"
    once = b"c_codecs\nencode\nh\x02R"
    assert walk(b"\x80\x02](" + text + once + b"e.").value[1] == b"x" * 1000
    with pytest.raises(ReleaseError, match="bytes of one text again and again"):
        walk(b"\x80\x02](" + text + once * 1000 + b"e.")


def test_cut_anywhere_is_refused():
    """A pickle that ends early is refused, wherever."""
    data = xgboost_pickle(b"model" * 9)
    for end in range(len(data)):
        with pytest.raises(ReleaseError):
            read_booster(data[:end])


def test_opcodes_as_they_are():
    """Values that are repeated from the memo are the same."""
    value, _ = walk(pickled([Code(b"X\x01\x00\x00\x00aq\x05"), Code(b"h\x05"), Code(b"j\x05\x00\x00\x00")]))
    assert value == ["a", "a", "a"]
