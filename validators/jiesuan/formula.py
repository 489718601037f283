"""Column formulas as the official forms print them: `6=1+2+3+4+5`, `8=6*7/10000/10`, `12=4*11`.

A number is a column when the form has a column of that number, except behind `/`, where it is itself (10000 元 in 万元,
10 months in a year).  Names are fields of the form or policy standards.  The one text serves the calculator (exact
decimals), the checks and the native Excel formula in the templates.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .ref import a1, parse_a1

_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
}


class FormulaError(ValueError):
    """A declaration that cannot be read; the message names the formula."""


@dataclass(frozen=True)
class Formula:
    """A parsed formula: `target = body`."""

    text: str
    target: str
    body: ast.expr
    names: tuple[str, ...]
    """Fields, members and standards it reads, in order of appearance."""

    def evaluate(self, values: Mapping[str, Decimal]) -> Decimal:
        """The exact result; `values` gives a number for each of `names`.  Raises KeyError for a missing name."""
        return _evaluate(self.body, values)

    def over(self, values: Mapping[str, Sequence[Decimal]], size: int) -> list[Decimal]:
        """The exact results for `size` records at once; `values` gives a number per record for each of `names`."""
        return list(_over(self.body, values, size))

    def excel(self, cells: Mapping[str, str]) -> str:
        """The native formula (without `=`): each name replaced by its cell, a sum of several cells written as SUM."""
        terms = _sum_terms(self.body)
        if len(terms) > 2 and all(isinstance(term, ast.Name) for term in terms):
            return f"SUM({','.join(_areas([cells[term.id] for term in terms if isinstance(term, ast.Name)]))})"
        return _excel(self.body, cells, 0)


def parse_formula(text: str, columns: Mapping[int, str] | None = None) -> Formula:
    """Parse `target=expression`; `columns` maps printed column numbers to field names.  Raises FormulaError."""
    left, separator, right = text.partition("=")
    if not separator:
        raise FormulaError(f"公式“{text}”里没有等号")
    columns = columns or {}
    target = left.strip()
    if target.isdigit():
        if int(target) not in columns:
            raise FormulaError(f"公式“{text}”里没有第{target}列")
        target = columns[int(target)]
    return _build(text, target, right, columns)


def parse_expression(text: str) -> Formula:
    """Parse a formula without a target, such as `免学费年标准/10/10000`.  Raises FormulaError."""
    return _build(text, "", text, {})


def _build(text: str, target: str, body: str, columns: Mapping[int, str]) -> Formula:
    try:
        tree = ast.parse(body.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise FormulaError(f"公式“{text}”写得不对") from error
    names: list[str] = []
    tree = _named(tree, columns, names, text, divisor=False)
    return Formula(text, target, tree, tuple(dict.fromkeys(names)))


def _named(node: ast.expr, columns: Mapping[int, str], names: list[str], text: str, *, divisor: bool) -> ast.expr:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _named(node.left, columns, names, text, divisor=False)
        right = _named(node.right, columns, names, text, divisor=isinstance(node.op, ast.Div))
        return ast.BinOp(left, node.op, right)
    if isinstance(node, ast.Name):
        names.append(node.id)
        return node
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        if not divisor and node.value in columns:
            name = columns[int(node.value)]
            names.append(name)
            return ast.Name(name)
        return ast.Constant(Decimal(str(node.value)))  # type: ignore[arg-type]
    raise FormulaError(f"公式“{text}”里有不认识的写法")


def _evaluate(node: ast.expr, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)][1](_evaluate(node.left, values), _evaluate(node.right, values))
    if isinstance(node, ast.Name):
        return values[node.id]
    assert isinstance(node, ast.Constant) and isinstance(node.value, Decimal)
    return node.value


def _over(node: ast.expr, values: Mapping[str, Sequence[Decimal]], size: int) -> Sequence[Decimal]:
    if isinstance(node, ast.BinOp):
        operation = _OPERATORS[type(node.op)][1]
        return list(map(operation, _over(node.left, values, size), _over(node.right, values, size)))
    if isinstance(node, ast.Name):
        return values[node.id]
    assert isinstance(node, ast.Constant) and isinstance(node.value, Decimal)
    return [node.value] * size


def _excel(node: ast.expr, cells: Mapping[str, str], binding: int) -> str:
    if isinstance(node, ast.BinOp):
        level = 1 if isinstance(node.op, ast.Add | ast.Sub) else 2
        sign = _OPERATORS[type(node.op)][0]
        text = f"{_excel(node.left, cells, level)}{sign}{_excel(node.right, cells, level + 1)}"
        return f"({text})" if level < binding else text
    if isinstance(node, ast.Name):
        return cells[node.id]
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _sum_terms(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_sum_terms(node.left), *_sum_terms(node.right)]
    return [node]


def _areas(cells: list[str]) -> list[str]:
    """Neighbouring cells of one row or column joined: [C7, D7, E7] → [C7:E7]."""
    places = [parse_a1(cell) for cell in cells]
    areas: list[str] = []
    start = 0
    for end in range(1, len(places) + 1):
        step = None
        if end < len(places):
            step = (places[end][0] - places[end - 1][0], places[end][1] - places[end - 1][1])
            first = (places[start + 1][0] - places[start][0], places[start + 1][1] - places[start][1])
            if step in ((0, 1), (1, 0)) and (end == start + 1 or step == first):
                continue
        areas.append(cells[start] if end - start == 1 else f"{a1(*places[start])}:{a1(*places[end - 1])}")
        start = end
    return areas
