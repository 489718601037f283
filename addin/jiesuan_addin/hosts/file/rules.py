"""Conditional formats of an openpyxl sheet."""

from __future__ import annotations

from typing import Any

from ..area import Area, between
from ..port import Rgb, Rule


def listed(sheet: Any) -> list[Rule]:
    """All rules of a sheet, the one that wins first."""
    found = []
    for formatting in sheet.conditional_formatting:
        areas = _areas(formatting.sqref)
        for rule in formatting.rules:
            formula = f"={rule.formula[0]}" if rule.type == "expression" and rule.formula else None
            found.append((rule.priority or 0, Rule(rule, areas, formula, _fill(rule))))
    return [rule for _, rule in sorted(found, key=lambda item: item[0])]


def add(sheet: Any, area: Area, formula: str, fill: Rgb | None, stop: bool) -> Any:
    """A rule before all others, which move down by one; its key."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    for formatting in sheet.conditional_formatting:
        for rule in formatting.rules:
            rule.priority = (rule.priority or 0) + 1
    pattern = None if fill is None else PatternFill("solid", bgColor="FF{:02X}{:02X}{:02X}".format(*fill))
    made = FormulaRule(formula=[formula.removeprefix("=")], fill=pattern, stopIfTrue=stop or None)
    sheet.conditional_formatting.add(area.address, made)
    made.priority = 1
    return made


def remove(sheet: Any, unwanted: Any) -> None:
    """Take one rule away; those behind it move up by one."""
    from openpyxl.formatting.formatting import ConditionalFormattingList

    place = unwanted.priority or 0
    kept = ConditionalFormattingList()
    for formatting in sheet.conditional_formatting:
        for rule in formatting.rules:
            if rule is not unwanted:
                priority = (rule.priority or 0) - ((rule.priority or 0) > place)
                kept.add(str(formatting.sqref), rule)
                rule.priority = priority
    sheet.conditional_formatting = kept


def _areas(sqref: Any) -> tuple[Area, ...]:
    found = (between(r.min_row, r.min_col, r.max_row, r.max_col) for r in sqref.ranges)
    return tuple(sorted(area for area in found if area))


def _fill(rule: Any) -> Rgb | None:
    pattern = rule.dxf.fill if rule.dxf is not None else None
    colour = getattr(pattern, "bgColor", None)
    if colour is None or colour.type != "rgb":
        return None
    digits = str(colour.rgb)[-6:]
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
