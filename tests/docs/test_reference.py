"""The reference has every public name and no other, and docstrings that say what goes in and comes out.

Sources are read with griffe, as the site is made; nothing heavy is imported.
"""

from __future__ import annotations

import ast
import re
from functools import cache

import griffe
import pytest

from leaderboard.places import ROOT

PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
#: Names on the pages, and patterns of those that a page leaves out of a module.
DIRECTIVE = re.compile(r'^::: (\S+)$(?:\n    options:\n      filters: \["!(.+)"\])?', re.MULTILINE)
NAMED = [found for page in PAGES for found in DIRECTIVE.findall(page.read_text(encoding="utf-8"))]


@cache
def source(extensions=("griffe_sphinx",)):
    """All of the package, unimported."""
    loaded = griffe.load_extensions(*extensions)
    return griffe.load("nb301", search_paths=[ROOT], extensions=loaded, docstring_parser="google")


def found(path):
    """What a full name stands for, where it is defined."""
    thing = source()
    for name in path.split(".")[1:]:
        thing = thing.members[name]
        thing = thing.final_target if thing.is_alias else thing
    return thing


def shown(thing, left_out=""):
    """What the page shows of a name: itself and its public members."""
    yield thing
    if thing.is_module or thing.is_class:
        for name, member in thing.members.items():
            hidden = name.startswith("_") or (left_out and re.match(left_out, name))
            if not (hidden or member.is_alias or member.is_module):
                yield from shown(member)


@cache
def rendered():
    """All that the reference shows, by where it is defined."""
    things = {}
    for path, left_out in NAMED:
        for thing in shown(found(path), left_out):
            things[thing.path] = thing
    return things


def packages(module):
    """A package and all below it."""
    yield module
    for member in module.members.values():
        if not member.is_alias and member.is_module:
            yield from packages(member)


def test_every_public_name_is_in_the_reference():
    """Each name in an `__all__`, and each is there once."""
    public = set()
    for module in packages(source()):
        for name in module.exports or ():
            public.add(found(f"{module.path}.{name}").path)

    assert public
    assert public - {*rendered()} == set()
    assert len(NAMED) == len({found(path).path for path, _ in NAMED})


def of_kind(kind):
    return [
        pytest.param(thing, id=path)
        for path, thing in rendered().items()
        if thing.is_function and kind(thing) and not implements(thing)
    ]


def implements(function):
    """Whether it is one of an interface's methods, which has the docstring."""
    owner = function.parent
    return owner.is_class and any(
        function.name in other.members
        for other in rendered().values()
        if other.is_class and other is not owner and "Protocol" in {str(base) for base in other.bases}
    )


def is_ours(annotation):
    """Whether a type has a class of the reference in it, which says what such values are."""
    return bool({*re.findall(r"\w+", str(annotation))} & classes())


@cache
def classes():
    return {thing.name for thing in rendered().values() if thing.is_class}


def arguments(function):
    """Arguments whose types do not say what they are."""
    plain = [parameter for parameter in function.parameters if not is_ours(parameter.annotation)]
    return {parameter.name for parameter in plain} - {"self", "cls"}


def answers(function):
    """Whether something comes back whose type does not say what it is."""
    return str(function.returns) not in {"None", "NoReturn"} and not is_ours(function.returns)


def sections(thing):
    return {section.kind.value: section.value for section in thing.docstring.parsed}


def raised(function):
    """Errors that a function's own body raises, by name."""
    tree = ast.parse(function.filepath.read_text(encoding="utf-8"))
    own = [node for node in ast.walk(tree) if getattr(node, "end_lineno", 0) == function.endlineno]
    body = next(node for node in own if getattr(node, "name", None) == function.name)
    errors = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            errors.add(ast.unparse(node.exc.func))
    return errors


def test_all_that_can_be_called_is_documented():
    """Each function, method and class has a docstring."""
    assert [path for path, thing in rendered().items() if not (thing.docstring or thing.is_attribute)] == []


@pytest.mark.parametrize("function", of_kind(arguments))
def test_arguments_are_documented(function):
    """All whose types do not say what they are."""
    documented = {parameter.name.lstrip("*") for parameter in sections(function).get("parameters", ())}

    assert arguments(function) <= documented


@pytest.mark.parametrize("function", of_kind(answers))
def test_results_are_documented(function):
    """In a section, or in the first sentences where these say the shape, the unit, or what is told."""
    said = re.search(r"[Ss]hape|[Ff]raction|[Ss]econds|NaN|^Whether|^Names", sections(function)["text"])

    assert said or {"returns", "yields"} & {*sections(function)}


@pytest.mark.parametrize("function", of_kind(raised))
def test_errors_are_documented(function):
    """Those that a function raises itself."""
    entries = [str(error.annotation) for error in sections(function).get("raises", ())]
    documented = {*re.findall(r"\w+", " ".join(entries))}

    assert raised(function) <= documented
