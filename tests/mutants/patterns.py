"""What is broken on purpose: each guard, ``raise``, wait, fsync and lock of a source text, found by its shape.

A mutant changes one place of the text and leaves all else, the numbers of the lines too, as it is. A comparison that is
negated needs no pattern: where ``never``, ``always`` and ``operand`` are noticed, a test tells it from its opposite.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_JUMPS = (ast.Continue, ast.Break, ast.Pass)
_LOCK = re.compile(r"(^|_)(lock|locked|flock|lockf)($|_)")
_NO_LOCK = "__import__('contextlib').nullcontext()"


class Mutant(NamedTuple):
    """One place of a text, broken. ``start`` and ``end`` count bytes; a test that notices runs one of ``lines``."""

    path: str
    line: int
    function: str
    pattern: str
    text: str
    start: int
    end: int
    new: str
    lines: tuple[int, ...]

    def applied(self, source: str) -> str:
        """``source`` with this one place broken."""
        data = source.encode()
        lost = data[self.start : self.end].count(b"\n") - self.new.count("\n")
        return (data[: self.start] + self.new.encode() + b"\\\n" * lost + data[self.end :]).decode()


class _Change(NamedTuple):
    node: ast.expr | ast.stmt
    new: str
    """What stands in the place of the node; ``{}`` is its own text."""
    led_by: ast.expr | ast.stmt


def _name(call: ast.AST) -> str:
    """The last part of what a call calls; empty for anything else."""
    if not isinstance(call, ast.Call):
        return ""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _raise(node: ast.AST) -> Iterator[_Change]:
    """What is raised is not: the code goes on."""
    if isinstance(node, ast.Raise):
        yield _Change(node, "pass", node)


def _is_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If | ast.IfExp) and getattr(node.test, "id", "") != "TYPE_CHECKING"


def _never(node: ast.AST) -> Iterator[_Change]:
    """A guard's condition never holds: only who comes behind it can notice."""
    if isinstance(node, ast.If | ast.IfExp) and _is_guard(node):
        led_by = node.body[0] if isinstance(node, ast.If) else node.test
        # The line of a bare jump is not always counted.
        yield _Change(node.test, "(({}) and False)", node.test if isinstance(led_by, _JUMPS) else led_by)


def _always(node: ast.AST) -> Iterator[_Change]:
    """A guard's condition always holds."""
    if isinstance(node, ast.If | ast.IfExp) and _is_guard(node):
        yield _Change(node.test, "(({}) or True)", node.test)


def _operand(node: ast.AST) -> Iterator[_Change]:
    """One part of a guard's ``and`` or ``or`` counts for nothing."""
    if not isinstance(node, ast.If | ast.IfExp | ast.While):
        return
    for part in ast.walk(node.test):
        if isinstance(part, ast.BoolOp):
            new = "(({}) or True)" if isinstance(part.op, ast.And) else "(({}) and False)"
            yield from (_Change(value, new, node.test) for value in part.values)


def _pause(node: ast.AST) -> Iterator[_Change]:
    """A sleep takes no time, and a wait for a sign does not wait."""
    if isinstance(node, ast.Call) and _name(node) == "sleep" and node.args and ast.unparse(node.args[0]) != "0":
        yield _Change(node.args[0], "0", node)
    if isinstance(node, ast.Await) and _name(node.value) == "wait" and not getattr(node.value, "args", ()):
        yield _Change(node.value, "__import__('asyncio').sleep(0)", node)


def _bound(node: ast.AST) -> Iterator[_Change]:
    """A wait has no end of its own."""
    if not isinstance(node, ast.Call):
        return
    limits = [word.value for word in node.keywords if word.arg == "timeout"]
    limits += node.args[:1] if _name(node) in ("timeout", "timeout_at") else []
    limits += node.args[1:2] if _name(node) == "wait_for" else []
    yield from (_Change(limit, "None", node) for limit in limits)


def _fsync(node: ast.AST) -> Iterator[_Change]:
    """What was written is not seen to the disk."""
    if isinstance(node, ast.Expr) and _name(node.value) in ("fsync", "fdatasync"):
        yield _Change(node, "pass", node)


def _lock(node: ast.AST) -> Iterator[_Change]:
    """A lock is not taken."""
    if isinstance(node, ast.Expr) and _LOCK.search(_name(node.value)):
        yield _Change(node, "pass", node)
    held = [item.context_expr for item in node.items] if isinstance(node, ast.With | ast.AsyncWith) else []
    held += [node.value] if isinstance(node, ast.Return) and node.value else []
    yield from (_Change(call, _NO_LOCK, call) for call in held if _LOCK.search(_name(call)))


PATTERNS: dict[str, Callable[[ast.AST], Iterator[_Change]]] = {
    "raise": _raise,
    "never": _never,
    "always": _always,
    "operand": _operand,
    "pause": _pause,
    "bound": _bound,
    "fsync": _fsync,
    "lock": _lock,
}


def mutants(path: str, source: str) -> Iterator[Mutant]:
    """All mutants of ``source``, in the order of its functions."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, function in _nodes(ast.parse(source), ""):
        for pattern, find in PATTERNS.items():
            for change in find(node):
                yield _mutant(path, source.encode(), starts, function, pattern, change)


def _nodes(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """Each node, and the function that it stands in; not what is in f-strings, whose places 3.11 does not tell."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}".lstrip(".")
    yield node, function
    for child in () if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node):
        yield from _nodes(child, function)


def _mutant(path: str, data: bytes, starts: list[int], function: str, pattern: str, change: _Change) -> Mutant:
    node, led_by = change.node, change.led_by
    start = starts[node.lineno - 1] + node.col_offset
    end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    text = data[start:end].decode()
    lines = tuple(range(led_by.lineno, (led_by.end_lineno or led_by.lineno) + 1))
    shown = " ".join(text.split())
    return Mutant(path, node.lineno, function, pattern, shown, start, end, change.new.replace("{}", text), lines)
