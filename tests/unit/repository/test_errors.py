"""Errors carry their policy, and catch-all handlers stay few and known."""

import ast
import re

from core import errors
from pactwatch.reference import subclasses_of
from tests.unit.repository.code import modules

POLICY = re.compile(r"^[├└]── (\w+) {2,}\S", re.MULTILINE)
BUILTIN = {
    "BaseException", "Exception", "ValueError", "TypeError", "RuntimeError", "OSError", "KeyError", "LookupError",
}


def own_errors():
    """The error classes that the packages define outside of core.errors, as (path, name)."""
    known = BUILTIN | {e.__name__ for e in subclasses_of(errors.PactwatchError)}
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and path != "core/errors.py":
                bases = {ast.unparse(b).rpartition(".")[2] for b in node.bases}
                if bases & known:
                    yield path, node.name


def importers(name):
    """The paths of the modules that import a name."""
    return [path for path, tree in modules().items() for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}]


def test_every_branch_of_the_tree_is_a_policy_with_its_reason():
    branches = [e.__name__ for e in errors.PactwatchError.__subclasses__() if e.__module__ == "core.errors"]
    assert sorted(branches) == sorted(POLICY.findall(errors.__doc__))


def test_every_error_stands_in_the_drawn_tree():
    raised = [e.__name__ for e in subclasses_of(errors.PactwatchError) if not e.__subclasses__()]
    assert [name for name in raised if name not in re.findall(r"\w+", errors.__doc__)] == []


def test_an_error_says_in_its_docstring_what_happened():
    silent = [e.__name__ for e in subclasses_of(errors.PactwatchError) if not (e.__doc__ or "").strip().endswith(".")]
    assert silent == []
    assert str(errors.DatabaseNewerError()).startswith("The database was written by a newer Pactwatch")


def test_an_error_that_leaves_its_package_is_defined_in_core():
    leaving = [(name, user) for path, name in own_errors() for user in importers(name)
               if user.partition("/")[0] != path.partition("/")[0]]
    assert leaving == []


def catch_alls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(c is None or ast.unparse(c) in {"Exception", "BaseException"} for c in caught):
                yield node


def test_catch_all_handlers_are_few():
    places = [f"{path}:{handler.lineno}" for path, tree in modules().items() for handler in catch_alls(tree)]
    assert len(places) <= 5, places
