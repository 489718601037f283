"""The language of `holds` and `when`: names, numbers, + - * /, comparisons, `sum count max peak at abs highest`, read with
`ast`.  `jiesuan.evaluate` confronts what is parsed here with a workbook.

    免学费.补助金额                  the one figure with the keys of `each`; other axes at their total (or default member)
    at(生均.月, 生均类别="涉农")      the same, with a member named
    sum(免学费.补助金额, 年级=助学金年级)   over the detail rows that agree with `each` and the filters
    免学费.月                       one of the five months (`月` in `each`), or under sum() all of them
    peak(生均.月)                   the largest of the months' sums
    助学金月标准                    a policy standard; 月数 = 5; highest(免学费年标准) the highest of its figures
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.Gt: ">",
    ast.NotEq: "!=",
}
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_AGGREGATES = ("sum", "count", "peak")


class ExpressionError(ValueError):
    """A rule that cannot be read; the message names the rule."""


@dataclass(frozen=True)
class Operand:
    """One reference in an expression: a figure or an aggregate of figures."""

    role: str
    name: str
    aggregate: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A rule's expressions, parsed once."""

    left: ast.expr
    operator: str
    right: ast.expr
    when: ast.expr | None
    operands: dict[str, Operand]
    """By source text, in order of appearance."""
    texts: dict[ast.expr, str]
    """The source text of each operand's node."""
    condition: str = ""
    """The source text of `when`."""


@lru_cache(maxsize=1024)
def parse(code: str, holds: str, when: str) -> Parsed:
    """Parse `holds` and `when`.  Raises ExpressionError naming the rule."""
    tree = _tree(code, holds)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in COMPARISONS:
        raise ExpressionError(f"{code}：holds 必须是一个比较，例如 A == B：{holds}")
    condition = _tree(code, when) if when else None
    operands: dict[str, Operand] = {}
    texts: dict[ast.expr, str] = {}
    for node in (tree, condition):
        if node is not None:
            _verify(code, node)
            for part in _operand_nodes(node):
                texts[part] = ast.unparse(part)
                operands[texts[part]] = _operand(code, part)
    said = ast.unparse(condition) if condition is not None else ""
    return Parsed(tree.left, COMPARISONS[type(tree.ops[0])], tree.comparators[0], condition, operands, texts, said)


def called(node: ast.expr) -> str:
    """The name of the function a node calls, '' when it is no call."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _tree(code: str, text: str) -> ast.expr:
    try:
        return ast.parse(" ".join(text.split()), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{code}：写法不对：{text}") from error


def _verify(code: str, node: ast.expr) -> None:
    """Everything evaluation understands, and nothing else, so that a wrong rule fails when it is loaded."""
    parts: list[ast.expr]
    if _is_operand(node) or isinstance(node, ast.Name):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        parts = [node.left, node.comparators[0]]
    elif isinstance(node, ast.BoolOp):
        parts = node.values
    elif called(node) == "abs" and len(node.args) == 1:  # type: ignore[attr-defined]
        parts = node.args  # type: ignore[attr-defined]
    elif called(node) == "highest" and [type(part) for part in node.args] == [ast.Name]:  # type: ignore[attr-defined]
        return
    else:
        raise ExpressionError(f"{code}：不认识的写法 {ast.unparse(node)}")
    for part in parts:
        _verify(code, part)


def _is_operand(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) or (isinstance(node, ast.Call) and called(node) in (*_AGGREGATES, "at"))


def _operand_nodes(node: ast.AST) -> Iterator[ast.expr]:
    if _is_operand(node):
        yield node  # type: ignore[misc]
        return
    for child in ast.iter_child_nodes(node):
        yield from _operand_nodes(child)


def _operand(code: str, node: ast.expr) -> Operand:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return Operand(node.value.id, node.attr)
    if isinstance(node, ast.Call) and len(node.args) == 1:
        inner = node.args[0]
        named = all(keyword.arg for keyword in node.keywords)
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and named:
            filters = tuple((str(keyword.arg), _filter(code, keyword.value)) for keyword in node.keywords)
            aggregate = "" if called(node) == "at" else called(node)
            return Operand(inner.value.id, inner.attr, aggregate, filters)
    raise ExpressionError(f"{code}：不认识的写法 {ast.unparse(node)}")


def _filter(code: str, node: ast.expr) -> tuple[str, ...]:
    """A filter: one member, several, or (a bare name) a dated policy list, kept as `@name`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.Name):
        return ("@" + node.id,)
    if isinstance(node, ast.Tuple):
        return tuple(name for item in node.elts for name in _filter(code, item))
    raise ExpressionError(f"{code}：筛选条件写法不对 {ast.unparse(node)}")
