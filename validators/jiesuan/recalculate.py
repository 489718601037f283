"""Results for formulas that a file holds without one.

Files written by generators, and fresh templates, carry formulas without cached results.  The forms only need plain
arithmetic, so this evaluates just that: + - * /, brackets, references, SUM, COUNT, COUNTIF(range,">0"), IF, ROUND, ABS,
MIN, MAX.  Anything else stays without a result and is reported as such, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation

from .book import Book, Cell, ErrorValue, Sheet, Value
from .number import read_number
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
_REFERENCE = re.compile(r"(?<![\w!':.])\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?(?![\w(!])")

_MAX_DEPTH = 60
_MAX_AREA = 200_000
Operand = Decimal | str | bool | None


class _Cannot(Exception):
    """The formula uses something outside the few things understood here."""


class Circular(_Cannot):
    """The formula depends on itself."""


def recalculate(book: Book) -> None:
    """Give every formula without a cached result its result, where it can be had; `Sheet.uncached` keeps the rest.

    Never raises; each formula is evaluated once.
    """
    if not any(sheet.uncached for sheet in book.sheets):
        return
    evaluator = _Evaluator(book)
    for sheet in book.sheets:
        for cell in sorted(sheet.uncached):
            try:
                evaluator.result(sheet, cell)
            except (_Cannot, RecursionError):
                continue


def refers_to_itself(formula: str, cell: Cell) -> bool:
    """Whether a formula names its own cell, alone or inside an area (循环引用, the common slip in typed totals)."""
    row, column = cell
    for match in _REFERENCE.finditer(formula):
        first_column, first_row = column_number(match[1]), int(match[2])
        last_column = column_number(match[3]) if match[3] else first_column
        last_row = int(match[4]) if match[4] else first_row
        if first_row <= row <= last_row and first_column <= column <= last_column:
            return True
    return False


class _Evaluator:
    def __init__(self, book: Book) -> None:
        self.sheets = {sheet.name: sheet for sheet in book.sheets}
        self.running: set[tuple[str, Cell]] = set()
        self.failed: set[tuple[str, Cell]] = set()

    def result(self, sheet: Sheet, cell: Cell) -> Value:
        if cell not in sheet.uncached:
            return sheet.value(*cell)
        place = (sheet.name, cell)
        if place in self.running:
            raise Circular
        if place in self.failed or len(self.running) > _MAX_DEPTH:
            raise _Cannot
        formula = sheet.formulas.get(cell, "")
        self.running.add(place)
        try:
            value = self._plain(_Parser(formula, sheet, self).parse())
        except (DivisionByZero, ZeroDivisionError, InvalidOperation):
            value = ErrorValue("#DIV/0!")
        except _Cannot:
            self.failed.add(place)
            raise
        finally:
            self.running.discard(place)
        sheet.put(*cell, value, formula)
        return value

    @staticmethod
    def _plain(value: Operand) -> Value:
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)
        return value

    def area(self, sheet: Sheet, first: Cell, last: Cell) -> Iterator[Value]:
        bottom = min(last[0], len(sheet.values))
        if (bottom - first[0] + 1) * (last[1] - first[1] + 1) > _MAX_AREA:
            raise _Cannot
        for row in range(first[0], bottom + 1):
            for column in range(first[1], last[1] + 1):
                yield self.result(sheet, (row, column)) if (row, column) in sheet.uncached else sheet.value(row, column)


class _Parser:
    """Recursive descent over one formula; evaluates as it reads."""

    def __init__(self, formula: str, sheet: Sheet, evaluator: _Evaluator) -> None:
        self.sheet = sheet
        self.evaluator = evaluator
        self.tokens: list[re.Match[str]] = []
        position = 0
        text = formula.rstrip()
        if not text or len(text) > 4000:
            raise _Cannot
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _Cannot
            self.tokens.append(match)
            position = match.end()
        self.at = 0

    def parse(self) -> Operand:
        value = self.comparison()
        if self.at != len(self.tokens):
            raise _Cannot
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
            raise _Cannot

    def comparison(self) -> Operand:
        left = self.sum()
        operator = self.take("=", "<>", "<", ">", "<=", ">=")
        if not operator:
            return left
        right = self.sum()
        if isinstance(left, str) or isinstance(right, str):
            same = (left or "") == (right or "")
            if operator not in ("=", "<>"):
                raise _Cannot
            return same if operator == "=" else not same
        a, b = _number(left), _number(right)
        return {"=": a == b, "<>": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]

    def sum(self) -> Operand:
        value = self.product()
        while operator := self.take("+", "-"):
            other = _number(self.product())
            value = _number(value) + other if operator == "+" else _number(value) - other
        return value

    def product(self) -> Operand:
        value = self.unary()
        while operator := self.take("*", "/"):
            other = _number(self.unary())
            if operator == "/" and not other:
                raise ZeroDivisionError
            value = _number(value) * other if operator == "*" else _number(value) / other
        return value

    def unary(self) -> Operand:
        if self.take("-"):
            return -_number(self.unary())
        if self.take("+"):
            return self.unary()
        value = self.atom()
        while self.take("%"):
            value = _number(value) / 100
        return value

    def atom(self) -> Operand:
        if self.take("("):
            value = self.comparison()
            self.expect(")")
            return value
        if self.at >= len(self.tokens):
            raise _Cannot
        token = self.tokens[self.at]
        self.at += 1
        if token["number"]:
            return Decimal(token["number"])
        if token["text"]:
            return token["text"][1:-1].replace('""', '"')
        if token["cell"] and not token["to"]:
            sheet, cell, _ = self.reference(token)
            return _operand(self.evaluator.result(sheet, cell))
        if token["name"]:
            return self.call(token["name"].upper())
        raise _Cannot

    def reference(self, token: re.Match[str]) -> tuple[Sheet, Cell, Cell]:
        sheet = self.sheet
        if token["sheet"]:
            name = token["sheet"][:-1]
            if name.startswith("'"):
                name = name[1:-1].replace("''", "'")
            if name not in self.evaluator.sheets:
                raise _Cannot
            sheet = self.evaluator.sheets[name]
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
        function = _FUNCTIONS.get(name)
        if function is None:
            raise _Cannot
        return function(arguments)

    def argument(self) -> list[Value]:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        following = self.tokens[self.at + 1]["op"] if self.at + 1 < len(self.tokens) else None
        if token is not None and token["cell"] and following in (",", ")"):
            self.at += 1
            return list(self.evaluator.area(*self.reference(token)))
        value = self.comparison()
        return [_Evaluator._plain(value)]

    def condition(self) -> Operand:
        test = self.comparison()
        self.expect(",")
        yes = self.comparison()
        no: Operand = False
        if self.take(","):
            no = self.comparison()
        self.expect(")")
        return yes if (test if isinstance(test, bool) else bool(_number(test))) else no


def _cell(text: str) -> Cell:
    match = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", text)
    assert match is not None
    return int(match[2]), column_number(match[1])


def _operand(value: Value) -> Operand:
    if isinstance(value, ErrorValue):
        raise _Cannot
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value
    number = read_number(value)
    if number.value is None:
        raise _Cannot
    return number.value


def _number(value: Operand) -> Decimal:
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return Decimal(int(value))
    number = read_number(value).value
    if number is None:
        raise _Cannot
    return number


def _numbers(values: list[Value]) -> list[Decimal]:
    """What SUM counts: numbers, not texts; an error spoils the sum."""
    found = []
    for value in values:
        if isinstance(value, ErrorValue):
            raise _Cannot
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = read_number(value).value
            if number is not None:
                found.append(number)
    return found


def _flat(arguments: list[list[Value]]) -> list[Decimal]:
    return [number for values in arguments for number in _numbers(values)]


def _countif(arguments: list[list[Value]]) -> Operand:
    if len(arguments) != 2 or arguments[1] != [">0"]:
        raise _Cannot
    return Decimal(sum(number > 0 for number in _numbers(arguments[0])))


def _round(arguments: list[list[Value]]) -> Operand:
    value, digits = _flat(arguments[:1])[0], int(_flat(arguments[1:])[0])
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


_FUNCTIONS: dict[str, Callable[[list[list[Value]]], Operand]] = {
    "SUM": lambda arguments: sum(_flat(arguments), Decimal(0)),
    "COUNT": lambda arguments: Decimal(len(_flat(arguments))),
    "COUNTIF": _countif,
    "ROUND": _round,
    "ABS": lambda arguments: abs(_flat(arguments)[0]),
    "MIN": lambda arguments: min(_flat(arguments), default=Decimal(0)),
    "MAX": lambda arguments: max(_flat(arguments), default=Decimal(0)),
}
