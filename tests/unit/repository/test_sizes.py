"""Modules and functions stay small enough to read in one go, and each module says what it is for."""

import ast
import statistics

from tests.unit.repository.code import functions, lines_of, modules


def size(function):
    return function.end_lineno - function.lineno + 1


def test_no_module_is_over_450_lines():
    large = {path: lines_of(path) for path in modules() | modules("tests") if lines_of(path) > 450}
    assert large == {}


def test_the_median_module_has_at_most_150_lines():
    # Modules that hold only a docstring would pull the median down.
    sizes = [n for n in map(lines_of, modules()) if n > 3]
    assert statistics.median(sizes) <= 150


def test_no_function_is_over_80_lines():
    assert [f"{name} ({size(f)})" for name, f in [*functions(), *functions("tests")] if size(f) > 80] == []


def test_95_of_100_functions_have_at_most_40_lines():
    sizes = sorted(size(f) for _, f in functions())
    assert sizes[int(len(sizes) * 0.95)] <= 40


def test_every_module_starts_with_a_docstring():
    assert [path for path, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_a_package_gives_its_reason_in_at_most_three_lines():
    packages = {path: ast.get_docstring(tree) for path, tree in modules().items() if path.endswith("__init__.py")}
    assert [path for path, text in packages.items() if len(text.splitlines()) > 3] == []
