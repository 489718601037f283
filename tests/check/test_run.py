"""Many workbooks in one pass: the very reports they get one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandera.pandas as pa
import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.check import check_workbook, check_workbooks
from tests.check.schools import PACK, School, change, school

KINDS = ("市属2024春", "省属2024春", "市属2024秋")


def workbook(base: School, changes: dict[str, Any] | None = None) -> Workbook:
    book = base.fresh()
    change(base, book, changes or {})
    return bind(book, PACK, term=base.term, set_name=base.set_name)


def mixed() -> list[Workbook]:
    """Clean and faulty workbooks of several sets and terms, some of one form and layout, one without a form."""
    found = []
    for kind in KINDS:
        base = school(kind)
        found += [
            workbook(base),
            workbook(base, {"免学费/*,*,*/补助金额": 99.9, "助学金/申报审批,一年级,涉农专业,其他/人数": "三人"}),
            workbook(base, {"免学费/*,*,*/人次": "#REF!", "精准明细/*/助学金金额": 1}),
        ]
    lost = workbook(school(KINDS[0]))
    del lost.tables["免学费"]
    return [*found, lost]


def test_many_get_the_reports_of_one_by_one() -> None:
    workbooks = mixed()
    reports = check_workbooks(workbooks)
    assert reports == [check_workbook(one) for one in workbooks]
    assert check_workbooks(workbooks[::-1]) == reports[::-1]
    assert [bool(report.levels["错误"]) for report in reports] == [False, True, True] * len(KINDS) + [False]
    assert len(reports[-1].unchecked) > len(reports[0].unchecked)


def test_the_same_twice_over_and_none_at_all() -> None:
    twin = workbook(school(KINDS[0]), {"精准明细/*/助学金金额": 1})
    first, second = check_workbooks([twin, twin])
    assert first == second == check_workbook(twin)
    assert check_workbooks([]) == []


def test_a_number_used_in_two_schools_is_no_duplicate_of_either() -> None:
    """What must be unique is so within a workbook; the schools of a batch are compared elsewhere."""
    same = [workbook(school(KINDS[0])) for _ in range(3)]
    assert [report.findings for report in check_workbooks(same)] == [[], [], []]


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    seen: list[str | None] = []
    validate: Callable[..., Any] = pa.DataFrameSchema.validate

    def counted(schema: pa.DataFrameSchema, *args: Any, **kwargs: Any) -> Any:
        seen.append(schema.name)
        return validate(schema, *args, **kwargs)

    monkeypatch.setattr(pa.DataFrameSchema, "validate", counted)
    return seen


def test_one_validation_per_form_and_one_for_all_relations(validations: list[str | None]) -> None:
    base = school("市属2024春")
    check_workbooks([workbook(base) for _ in range(5)])
    assert validations == ["2-1", "2-2", "2-3", "2-4", None]
