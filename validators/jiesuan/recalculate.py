"""Results for formulas that a file holds without one.

Files written by generators, and fresh templates, carry formulas without cached results.  The forms only need plain
arithmetic, so this evaluates just that: + - * /, brackets, references, SUM, COUNT, COUNTA, COUNTIF(range,">0"), IF, ROUND,
ABS, MIN, MAX.  Anything else stays without a result and is reported as such, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from .book import Book, Cell, ErrorValue, Sheet, Value
from .functions import FUNCTIONS, Cannot, Operand, Spoilt, as_text, number_of, operand, plain_value
from .ref import column_number

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<sheet>'(?:[^']|'')+'!|[^\W\d][\w.]*!)?(?P<cell>\$?[A-Za-z]{1,3}\$?\d{1,7})(?::(?P<to>\$?[A-Za-z]{1,3}\$?\d{1,7}))?(?![\w(])
  | (?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<name>[A-Za-z][A-Za-z.]*)\(
  | (?P<text>"(?:[^"]|"")*")
  | (?P<op><=|>=|<>|[-+*/^(),;<>=%])
)""",
    re.VERBOSE,
)
_REFERENCE = re.compile(r"(?<![\w!':.$])\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?(?![\w(!])")

_LONGEST = 4_000
"""Characters of a formula."""
_MAX_WORK = 3_000_000
"""Cells looked at for one book; a hostile file cannot take longer."""
Place = tuple[str, Cell]


def recalculate(book: Book) -> None:
    """Give every formula without a cached result its result, where it can be had; `Sheet.uncached` keeps the rest.

    Never raises; each formula is evaluated once.
    """
    if not any(sheet.uncached for sheet in book.sheets):
        return
    evaluator = _Evaluator(book)
    for sheet in book.sheets:
        for cell in sorted(sheet.uncached):
            evaluator.settle(sheet, cell)


@lru_cache(maxsize=20_000)
def refers_to_itself(formula: str, cell: Cell) -> bool:
    """Whether a formula names its own cell, alone or inside an area (循环引用, the common slip in typed totals)."""
    row, column = cell
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in references(formula))


def references(formula: str) -> Iterator[tuple[int, int, int, int]]:
    """The areas of its own sheet that a formula names: (first row, first column, last row, last column)."""
    for match in _REFERENCE.finditer(formula):
        top, bottom = sorted((int(match[2]), int(match[4] or match[2])))
        left, right = sorted((column_number(match[1]), column_number(match[3] or match[1])))
        yield top, left, bottom, right


def waits(sheet: Sheet, cell: Cell) -> bool:
    """Whether a formula names another cell of its sheet that has no result."""
    for top, left, bottom, right in references(sheet.formulas.get(cell, "")):
        if (bottom - top + 1) * (right - left + 1) <= len(sheet.uncached):
            area = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
            missing = (place for place in area if place in sheet.uncached)
        else:
            missing = (place for place in sheet.uncached if top <= place[0] <= bottom and left <= place[1] <= right)
        if any(place != cell for place in missing):
            return True
    return False


class _Evaluator:
    """Evaluates formulas after those they refer to, with a stack of its own: chains may be as long as the sheet."""

    def __init__(self, book: Book) -> None:
        self.sheets = {sheet.name.lower(): sheet for sheet in book.sheets}
        self.settled: set[Place] = set()
        self.work = 0

    def settle(self, sheet: Sheet, cell: Cell) -> None:
        """Give the cell and all it needs their results."""
        stack: list[tuple[Sheet, Cell, _Parser | None]] = [(sheet, cell, None)]
        waiting: set[Place] = set()
        while stack:
            sheet, cell, parser = stack.pop()
            place = (sheet.name, cell)
            if place in self.settled:
                continue
            try:
                if parser is None and place not in waiting:
                    parser = _Parser(sheet.formulas.get(cell, ""), sheet, self)
                    stack.append((sheet, cell, parser))
                    waiting.add(place)
                    stack += [
                        (other, need, None) for other, need in parser.needs() if (other.name, need) not in waiting
                    ]
                elif parser is not None:
                    self.settled.add(place)
                    sheet.put(*cell, _result(parser), sheet.formulas[cell])
            except (Cannot, RecursionError):
                self.settled.add(place)

    def value(self, sheet: Sheet, cell: Cell) -> Value:
        if cell in sheet.uncached:
            raise Cannot
        return sheet.value(*cell)

    def cells(self, sheet: Sheet, first: Cell, last: Cell) -> list[Cell]:
        """The cells of an area, within the used range."""
        if first == last:
            return [first]
        bottom, right = min(last[0], len(sheet.values)), min(last[1], sheet.width)
        self.work += max(bottom - first[0] + 1, 0) * max(right - first[1] + 1, 0)
        if self.work > _MAX_WORK:
            raise Cannot
        return [(row, column) for row in range(first[0], bottom + 1) for column in range(first[1], right + 1)]


def _result(parser: _Parser) -> Value:
    try:
        return plain_value(parser.parse())
    except Spoilt as spoilt:
        return spoilt.error
    except ZeroDivisionError:
        return ErrorValue("#DIV/0!")
    except ArithmeticError:
        return ErrorValue("#NUM!")


@lru_cache(maxsize=2_000)
def _tokens(formula: str) -> tuple[re.Match[str], ...]:
    """The formula in pieces; none where it is empty, too long or not understood."""
    text = formula.rstrip()
    if len(text) > _LONGEST:
        return ()
    tokens: list[re.Match[str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return ()
        tokens.append(match)
        position = match.end()
    return tuple(tokens)


class _Parser:
    """Recursive descent over one formula; evaluates as it reads."""

    def __init__(self, formula: str, sheet: Sheet, evaluator: _Evaluator) -> None:
        self.sheet = sheet
        self.evaluator = evaluator
        self.tokens = _tokens(formula)
        if not self.tokens:
            raise Cannot
        self.at = 0

    def needs(self) -> Iterator[tuple[Sheet, Cell]]:
        """The cells without a result that the formula names."""
        for token in self.tokens:
            if token["cell"]:
                sheet, first, last = self.reference(token)
                if sheet.uncached:
                    yield from (
                        (sheet, cell) for cell in self.evaluator.cells(sheet, first, last) if cell in sheet.uncached
                    )

    def parse(self) -> Operand:
        value = self.comparison()
        if self.at != len(self.tokens):
            raise Cannot
        return value

    def peek(self, *operators: str) -> str:
        if self.at < len(self.tokens):
            found = self.tokens[self.at]["op"]
            if found in operators:
                return found
        return ""

    def take(self, *operators: str) -> str:
        found = self.peek(*operators)
        if found:
            self.at += 1
        return found

    def expect(self, operator: str) -> None:
        if not self.take(operator):
            raise Cannot

    def comparison(self) -> Operand:
        left = self.sum()
        operator = self.take("=", "<>", "<", ">", "<=", ">=")
        if not operator:
            return left
        right = self.sum()
        if isinstance(left, str) or isinstance(right, str):
            if operator not in ("=", "<>"):
                raise Cannot
            same = as_text(left) == as_text(right)
            return same if operator == "=" else not same
        a, b = number_of(left), number_of(right)
        return {"=": a == b, "<>": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]

    def sum(self) -> Operand:
        value = self.product()
        while operator := self.take("+", "-"):
            other = number_of(self.product())
            value = number_of(value) + other if operator == "+" else number_of(value) - other
        return value

    def product(self) -> Operand:
        value = self.unary()
        while operator := self.take("*", "/"):
            other = number_of(self.unary())
            if operator == "/" and not other:
                raise ZeroDivisionError
            value = number_of(value) * other if operator == "*" else number_of(value) / other
        return value

    def unary(self) -> Operand:
        if self.take("-"):
            return -number_of(self.unary())
        if self.take("+"):
            return self.unary()
        value = self.atom()
        while self.take("%"):
            value = number_of(value) / 100
        return value

    def atom(self) -> Operand:
        if self.take("("):
            value = self.comparison()
            self.expect(")")
            return value
        if self.at >= len(self.tokens):
            raise Cannot
        token = self.tokens[self.at]
        self.at += 1
        if token["number"]:
            return Decimal(token["number"])
        if token["text"]:
            return token["text"][1:-1].replace('""', '"')
        if token["cell"] and not token["to"]:
            sheet, cell, _ = self.reference(token)
            return operand(self.evaluator.value(sheet, cell))
        if token["name"]:
            return self.call(token["name"].upper())
        raise Cannot

    def reference(self, token: re.Match[str]) -> tuple[Sheet, Cell, Cell]:
        sheet = self.sheet
        if token["sheet"]:
            name = token["sheet"][:-1]
            if name.startswith("'"):
                name = name[1:-1].replace("''", "'")
            if name.lower() not in self.evaluator.sheets:
                raise Cannot
            sheet = self.evaluator.sheets[name.lower()]
        first = _cell(token["cell"])
        last = _cell(token["to"]) if token["to"] else first
        return sheet, (min(first[0], last[0]), min(first[1], last[1])), (max(first[0], last[0]), max(first[1], last[1]))

    def call(self, name: str) -> Operand:
        if name == "IF":
            return self.condition()
        arguments: list[list[Value]] = []
        while not self.take(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.argument())
        function = FUNCTIONS.get(name)
        if function is None:
            raise Cannot
        return function(arguments)

    def argument(self) -> list[Value]:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        following = self.tokens[self.at + 1]["op"] if self.at + 1 < len(self.tokens) else None
        if token is not None and token["cell"] and following in (",", ")"):
            self.at += 1
            sheet, first, last = self.reference(token)
            return [self.evaluator.value(sheet, cell) for cell in self.evaluator.cells(sheet, first, last)]
        return [plain_value(self.comparison())]

    def condition(self) -> Operand:
        """IF; the branch not taken is not evaluated, so that it may divide by zero."""
        test = self.comparison()
        chosen = test if isinstance(test, bool) else bool(number_of(test))
        self.expect(",")
        value: Operand = False
        if chosen:
            value = self.comparison()
        else:
            self.skip()
        if self.take(","):
            if chosen:
                self.skip()
            else:
                value = self.comparison()
        self.expect(")")
        return value

    def skip(self) -> None:
        """Pass over one argument."""
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if not depth and token["op"] in (",", ")"):
                return
            depth += bool(token["name"] or token["op"] == "(") - (token["op"] == ")")
            self.at += 1


@lru_cache(maxsize=4_096)
def _cell(text: str) -> Cell:
    match = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", text)
    assert match is not None
    return int(match[2]), column_number(match[1])
