"""Which column of a sheet 下达 holds which field of 3-2, told by its heading.

A field has one column and a column one field.  What two columns may be, or one in 元, is refused; a column of amounts that is
no field's is named, for its figures are not taken over.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..book import Sheet
from ..number import read_number
from ..ref import Ref
from ..text import fold, mask
from .problem import BureauProblem


class Heading(NamedTuple):
    """How the column of a field is headed."""

    text: str
    """On our own sheet."""
    has: tuple[str, ...]
    """What every heading of it says, as patterns over the folded text."""
    but: str
    """What none says."""


_OWN, _REST, _BEFORE = "省级", "市级|市?[,/]?县级", "前期|上期|期初"
FIELDS = {
    "市下达省级": Heading("省市下达：省级财政资金（万元）", (_OWN,), f"{_REST}|{_BEFORE}|未下达|结余|比例|学校|局"),
    "市下达市级": Heading("省市下达：市级财政资金（万元）", (_REST,), f"{_OWN}|{_BEFORE}|未下达|结余|比例|学校|局"),
    "未下达省级": Heading("累计未下达的省级财政资金（万元）", ("未下达",), f"{_REST}|{_BEFORE}|学校"),
    "学校下达": Heading(
        "市局下达学校：资金总额（万元）",
        ("(下达|拨付).*学校|学校.*(下达|拨付)|资金总额",),
        f"{_OWN}|{_REST}|{_BEFORE}|未下达|结余|比例",
    ),
    "前期省级": Heading("前期结余：省级（万元）", (_BEFORE, _OWN), f"{_REST}|下达"),
    "前期市级": Heading("前期结余：市级（万元）", (_BEFORE, _REST), f"{_OWN}|下达"),
}
"""Field of 3-2 → its heading."""
HANDED_DOWN = ("市下达省级", "市下达市级", "未下达省级", "学校下达")
"""The fields that nothing but this sheet gives."""
_MONEY = re.compile(f"资金|结余|下达|拨付|金额|{_OWN}|{_REST}|万元")
_SUM = re.compile("合计|小计|总计")
_UNIT = re.compile(r"[(:](单位:?)?万元\)?")
_YUAN = re.compile(r"[(:,](单位:?)?元\)?$")


class Columns(NamedTuple):
    """The columns of one sheet."""

    of: dict[str, int]
    """Field → column."""
    remarks: list[str]
    """Columns of amounts that are none of these, and fields that have no column."""


def columns_of(file: str, sheet: Sheet, header: int) -> Columns:
    """The fields by the headings in a row.  Raises BureauProblem."""
    headings = enumerate(sheet.values[header - 1], 1)
    heads = {column: " ".join(value.split()) for column, value in headings if isinstance(value, str) and value.strip()}
    of: dict[str, int] = {}
    for name, heading in FIELDS.items():
        like = [column for column, text in heads.items() if _is(heading, text)]
        exact = [column for column in like if _plain(heads[column]) == _plain(heading.text)]
        found = exact if len(exact) == 1 else like
        if len(found) > 1:
            places = "、".join(f"{Ref(sheet.name, header, column)}“{mask(heads[column])}”" for column in found)
            raise BureauProblem(
                f"{file}：{places}都像是“{heading.text}”，不知以哪一列为准；请只留一列，列名写成“{heading.text}”。"
            )
        if found and _YUAN.search(fold(heads[found[0]])):
            raise BureauProblem(
                f"{file}：{Ref(sheet.name, header, found[0])}“{mask(heads[found[0]])}”写的是元，请换算成万元填写。"
            )
        of.update((name, column) for column in found)
    remarks = [
        f"{file} {Ref(sheet.name, header, column)} 的“{mask(text)}”不知是 3-2 的哪一列，没有取它的数；要取的，"
        "列名请照 --input-template 生成的下达表写。"
        for column, text in heads.items()
        if column not in of.values() and _MONEY.search(fold(text)) and not _SUM.search(text)
        if any(read_number(sheet.value(row, column)).value for row in range(header + 1, len(sheet.values) + 1))
    ]
    lacking = [f"“{FIELDS[name].text}”" for name in HANDED_DOWN if name not in of]
    if of and lacking:
        remarks.append(
            f"{file} 的“{mask(sheet.name)}”表里没有{'、'.join(lacking)}，3-2 上空着；没有这项资金的，请留着这一列、不填数。"
        )
    return Columns(of, remarks)


def _is(heading: Heading, text: str) -> bool:
    folded = fold(text)
    return all(re.search(pattern, folded) for pattern in heading.has) and not re.search(heading.but, folded)


def _plain(text: str) -> str:
    """A heading as compared: without its unit and the signs between its words."""
    return re.sub(r"[(),:.的]", "", _UNIT.sub("", fold(text)))
