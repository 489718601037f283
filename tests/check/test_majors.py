"""就读专业 against the catalogue of 涉农专业."""

from __future__ import annotations

import dataclasses
from typing import Any

from jiesuan.bind import bind
from jiesuan.check import check_workbook
from jiesuan.majors import Majors
from jiesuan.report import Report

from .schools import PACK, change, school

BASE = school("市属2024春")


def report(agri: tuple[str, ...], changes: dict[str, Any]) -> Report:
    book = BASE.fresh()
    change(BASE, book, changes)
    pack = dataclasses.replace(PACK, majors=Majors(agri=agri))
    return check_workbook(bind(book, pack, term=BASE.term, set_name=BASE.set_name))


def told(agri: tuple[str, ...], changes: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """(cell, message, cells of the same) of what the catalogue says."""
    return [
        (BASE.name(item.sheet, item.cell), item.message, [f"{other.cell} {other.label}" for other in item.related])
        for item in report(agri, changes).findings
        if item.code == "P307"
    ]


def test_without_a_catalogue_it_cannot_be_checked() -> None:
    done = report((), {})
    assert [item.why for item in done.unchecked if item.rule.code == "P307"] == [
        "表册里没有涉农专业名单（majors.toml）"
    ]
    assert not any(item.code == "P307" for item in done.findings)


def test_a_major_is_told_once_and_names_its_other_cells() -> None:
    assert told(("酒店",), {}) == [
        (
            "免学费/一年级,涉农专业,残疾/就读专业",
            "“园林技术”填在涉农专业下，不在涉农专业名单里",
            ["E21,E34,E36 就读专业（3格）"],
        ),
        (
            "免学费/一年级,其他一般专业,残疾/就读专业",
            "“酒店管理”像是涉农专业，填在其他一般专业下",
            ["E31,E44 就读专业（2格）"],
        ),
    ]


def test_what_names_no_term_of_entry_is_a_major_still() -> None:
    changed = {"免学费/一年级,涉农专业,残疾/就读专业": "烹饪"}
    assert ("免学费/一年级,涉农专业,残疾/就读专业", "“烹饪”填在涉农专业下，不在涉农专业名单里", []) in told(
        ("园林",), changed
    )
