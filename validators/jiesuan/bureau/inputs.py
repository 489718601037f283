"""What only the bureau knows: the sheet 下达 (whose a school is, what was handed down and paid), and last term's 附件3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ..batch.roster import FORMER
from ..bind import Workbook
from ..bind.schools import schools_of
from ..book import Sheet
from ..marking.files import NotWritten, write_whole
from ..number import read_number
from ..reading import UnreadableFile, open_book
from ..ref import Ref
from ..share import SELF, short
from ..table import Table
from ..term import Term
from ..text import clean, fold, mask, nearest
from .columns import FIELDS, columns_of
from .problem import BureauProblem
from .received import open_one

SHEET = "下达"
CITY, COUNTY = "市本级", "县区属"
"""级次: the sections of a bureau's forms."""
LIKE = 0.7
"""How like a name must be to be told as the likest."""
_NAME, _LEVEL, _PLACE = "学校名称", "级次（市本级或县区属）", "所属县、市、区"
_TOTAL = "本市累计结余金额（万元）"
_EITHER = re.compile("市(?!本|直|级).*")
"""市属 is said of every school that is not 省属, and of those of a 县级市."""
_NO_SCHOOL = re.compile(
    r"注|说明|单位[:(]|填表|填报|制表|审核|审批|联系|.*(合计|小计|总计|共计)(:?\d*所?(学校)?)?$|共?:?\d+所|\d{4}[年.\-/]\d"
    r"|(\(?[一二三四五][),.]+)?(市本级|市直|市属|县区属|县属|区属|县[(,]?市,区\)?属)(学校|院校)?:?$"
)
"""Rows that are no school's: sums, headings of sections, notes, signatures and dates."""
_FILES = ("附件3*.xlsx", "附件3*.xlsm", "*/附件3*.xlsx")


class Typed(NamedTuple):
    """A number somebody typed, and where."""

    value: Decimal
    where: str
    """`下达.xlsx 下达!D5`."""


@dataclass
class Known:
    """What is known of one school beside its workbook."""

    section: str = ""
    place: str = ""
    amounts: dict[str, Typed] = field(default_factory=dict)
    """Field of 3-2 → amount in 万元."""


@dataclass
class Inputs:
    """What is known of the schools, by folded name."""

    schools: dict[str, Known] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Folded name → as it is written there."""
    total: Typed | None = None
    """本市累计结余金额."""
    remarks: list[str] = field(default_factory=list)
    """What could not be taken over."""

    def of(self, name: str) -> Known:
        return self.schools.get(fold(name), Known())


def read_inputs(path: Path) -> Inputs:
    """The sheets 下达 of a workbook, found by their headings: all that have columns of amounts, else the first.  Raises
    BureauProblem naming file and cell."""
    try:
        book = open_book(path)
    except UnreadableFile as error:
        raise BureauProblem(f"{path.name}：{error.message}") from error
    headed = [(sheet, header) for sheet in book.sheets if (header := _header(sheet))]
    if not headed:
        raise BureauProblem(
            f"{path.name}：没有找到“{_NAME}”一列；请用 jiesuan rollup … --input-template 生成的表填写。"
        )
    pages = [(sheet, header, columns_of(path.name, sheet, header)) for sheet, header in headed]
    inputs, rows = Inputs(), dict[str, Ref]()
    for sheet, header, columns in [page for page in pages if page[2].of] or pages[:1]:
        inputs.remarks += columns.remarks
        _add_total(path.name, sheet, header, inputs)
        _add_rows(path.name, sheet, header, columns.of, inputs, rows)
    return inputs


def _header(sheet: Sheet) -> int:
    """The row of headings, 0 where there is none."""
    lines = enumerate(sheet.values[:20], 1)
    return next((row for row, line in lines if any(isinstance(v, str) and fold(v) == _NAME for v in line)), 0)


def _add_total(file: str, sheet: Sheet, header: int, inputs: Inputs) -> None:
    for row in range(1, header):
        for column in range(1, sheet.width + 1):
            if not fold(str(sheet.value(row, column) or "")).startswith(fold("本市累计结余")):
                continue
            total = _number(file, sheet, row, column + 1)
            if total and inputs.total and total.value != inputs.total.value:
                raise BureauProblem(f"{inputs.total.where} 和 {total.where} 的“{_TOTAL}”不同；请只留一个。")
            inputs.total = inputs.total or total


def _add_rows(
    file: str, sheet: Sheet, header: int, columns: dict[str, int], inputs: Inputs, rows: dict[str, Ref]
) -> None:
    """The schools of one sheet; `rows` are those already known."""
    heads = {fold(value): column for column, value in enumerate(sheet.values[header - 1], 1) if isinstance(value, str)}
    name_at, level_at, place_at = heads[_NAME], _column(heads, _LEVEL, "级次"), _column(heads, _PLACE, "所属")
    unclear: list[Ref] = []
    for row in range(header + 1, len(sheet.values) + 1):
        name = clean(str(sheet.value(row, name_at) or ""))
        if not name or _NO_SCHOOL.match(fold(name)):
            continue
        folded, where = fold(name), Ref(sheet.name, row, name_at)
        if (first := rows.setdefault(folded, where)) is not where:
            twice = (
                f"{where} 的“{mask(name)}”出现了两次"
                if first.sheet == where.sheet
                else (f"“{mask(name)}”在 {first} 和 {where} 各有一行")
            )
            raise BureauProblem(f"{file}：{twice}，请合并成一行。")
        known = inputs.schools[folded] = Known()
        inputs.names[folded] = name
        level = fold(str(sheet.value(row, level_at) or "")) if level_at else ""
        known.place = clean(str(sheet.value(row, place_at) or "")) if place_at else ""
        own = known.place.endswith(SELF)
        if _EITHER.fullmatch(level) and not own:
            unclear.append(Ref(sheet.name, row, level_at))
            continue
        if level and not level.startswith(("市", "县", "区")):
            raise BureauProblem(f"{file}：{Ref(sheet.name, row, level_at)} 应填“市本级”或“县区属”。")
        known.section = CITY if level.startswith("市") else COUNTY if level else ""
        if not known.section and known.place:
            known.section = CITY if own else COUNTY
        if known.place and own != (known.section == CITY):
            raise BureauProblem(
                f"{file}：{Ref(sheet.name, row, level_at)} 写“{known.section}”，{Ref(sheet.name, row, place_at)} 又写"
                f"“{mask(known.place)}”，互相矛盾；市本级学校的所属留空，县区属学校填县、市、区名。"
            )
        for field_name, column in columns.items():
            typed = _number(file, sheet, row, column)
            if typed is not None:
                known.amounts[field_name] = typed
    if unclear:
        cells = "、".join(ref.cell for ref in unclear[:5]) + (f" 等 {len(unclear)} 格" if len(unclear) > 5 else " ")
        raise BureauProblem(
            f"{file}：{mask(sheet.name)}!{cells}的“{mask(clean(str(sheet.value(unclear[0].row, level_at))))}”看不出是市本级"
            "还是县（市、区）属，分担比例不同；请填“市本级”，或填“县区属”并在所属一列写县、市、区名。"
        )


def _column(heads: dict[str, int], *texts: str) -> int:
    """The column headed so, exactly or else containing one of the texts; 0 where there is none."""
    for text in texts:
        if fold(text) in heads:
            return heads[fold(text)]
    return next((column for head, column in heads.items() for text in texts if fold(text) in head), 0)


def _number(file: str, sheet: Sheet, row: int, column: int) -> Typed | None:
    number = read_number(sheet.value(row, column))
    where = Ref(sheet.name, row, column)
    if number.trouble or (row, column) in sheet.uncached:
        raise BureauProblem(f"{file}：{where} 应为数字（万元）；没有就留空。")
    return None if number.value is None else Typed(number.value, f"{file} {where}")


def last_balances(path: Path, *, term: Term | None = None, bureau: str = "") -> Inputs:
    """The balances at the end of last term by school, from last term's 附件3 (or the folder it is in); they are the
    前期结余 of `term`.  Raises BureauProblem, also where it is not of the term before that one, or of another bureau."""
    workbook = open_one(bureau_file(path))
    table = workbook.tables.get("汇总资金")
    if table is None:
        raise BureauProblem(f"{path.name}：没有找到《国家助学金结算汇总表2（资金统计）》，取不到前期结余。")
    _must_precede(workbook, table, term, bureau)
    inputs, twice = Inputs(), dict[str, str]()
    for index, (name, place) in schools_of(table, workbook.pack).items():
        if fold(name) in inputs.names:
            twice.setdefault(fold(name), name)
            continue
        # Where last term nobody knew the share, its section was no more than a place to put the line.
        told = bool(place) or _balance(table, "省级比例", index) is not None
        known = inputs.schools[fold(name)] = Known(table.keys[index][0] if told else "", place)
        inputs.names[fold(name)] = name
        for ours, theirs in (("前期省级", "累计省级"), ("前期市级", "累计市级")):
            number, ref = _balance(table, theirs, index), table.ref(theirs, index)
            if number is not None and ref is not None:
                known.amounts[ours] = Typed(number, f"{workbook.book.name} {ref}")
    for folded, name in twice.items():
        inputs.schools[folded] = Known()
        inputs.remarks.append(
            f"上期附件3的《{table.form.name}》里“{name}”列了不止一次，不知以哪一行的结余为准，没有取；请在下达表里填写前期结余。"
        )
    return inputs


def _must_precede(workbook: Workbook, table: Table, term: Term | None, bureau: str) -> None:
    """Raises BureauProblem where the balances are not those that `bureau` began `term` with."""
    file, office = workbook.book.name, table.lines["填报单位"].text if "填报单位" in table.lines else ""
    if term is not None and workbook.term != term.previous:
        raise BureauProblem(
            f"{file}：这次汇总的是{term.title}，--previous 应是{term.previous.title}的附件3，给的是{workbook.term.title}的，"
            "没有汇总。"
        )
    mine, theirs = _office(bureau), _office(office)
    if mine not in theirs and theirs not in mine:
        raise BureauProblem(f"{file}：--previous 的附件3是“{mask(office)}”的，这次的填报单位是“{bureau}”，没有汇总。")


def _office(text: str) -> str:
    """What tells one bureau from others, however its name is written: `泉州` of `泉州市人力资源和社会保障局`, `泉州市人社局`."""
    return short(re.split("人力|人社|劳动", fold(text))[0])


def _balance(table: Table, name: str, index: int) -> Decimal | None:
    return table.number(name, index).value if name in table.columns else None


def bureau_file(path: Path) -> Path:
    """The 附件3 itself, or the only one in a folder.  Raises BureauProblem."""
    if not path.is_dir():
        return path
    found = sorted({file for pattern in _FILES for file in path.glob(pattern) if not file.name.startswith("~$")})
    if len(found) != 1:
        word = "没有" if not found else "不止一个"
        raise BureauProblem(f"“{path.name}”里{word}名为“附件3….xlsx”的上期汇总表；请直接写出文件名。")
    return found[0]


def under_present_names(inputs: Inputs, former: Mapping[str, Sequence[str]]) -> Inputs:
    """The same, with what stands under the former name of a school under its present one, and saying so; all names folded.
    A name that is some school's own stays that school's."""
    result = Inputs(dict(inputs.schools), dict(inputs.names), inputs.total, inputs.remarks)
    for name, others in former.items():
        old = next((old for old in others if old in result.schools and old not in former), "")
        if not old or name in result.schools:
            continue
        known, told = result.schools.pop(old), result.names.pop(old)
        amounts = {key: Typed(typed.value, f"{typed.where}（曾用名“{told}”）") for key, typed in known.amounts.items()}
        result.schools[name] = Known(known.section, known.place, amounts)
        result.names[name] = told
    return result


def perhaps_renamed(gone: Iterable[str], new: Iterable[str]) -> str:
    """What is said of schools that are known from before and sent nothing, and of others that nothing is known of."""
    names = list(new)
    pairs = [(old, near) for old in gone if (near := nearest(old, names, LIKE))]
    told = "、".join(f"“{old}”（现“{near}”？）" for old, near in pairs[:5])
    return f"改了校名的，请在学校名单里加一列“{FORMER}”写上旧名，用 --roster 批量校验后再汇总：{told}。" if told else ""


def merged(first: Inputs, previous: Inputs) -> Inputs:
    """What the bureau typed, and last term's for what it did not type: balances, and whose a school is."""
    remarks = [*first.remarks, *previous.remarks]
    result = Inputs(dict(first.schools), {**previous.names, **first.names}, first.total, remarks)
    for name, known in previous.schools.items():
        own = first.schools.get(name, Known())
        # Last term's place goes with last term's section alone: a school may have come under the city since.
        told = own if own.place or own.section not in ("", known.section) else known
        result.schools[name] = Known(told.section, told.place, {**known.amounts, **own.amounts})
    return result


def write_input_template(path: Path, bureau: str, names: Iterable[tuple[str, Known]], *, force: bool = False) -> None:
    """An empty 下达 sheet with the schools' names (and what is known of them) in it.  Raises BureauProblem."""
    from xlsxwriter import Workbook as Written

    if path.exists() and not force:
        raise BureauProblem(f"“{path.name}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。")
    buffer = BytesIO()
    book = Written(buffer, {"in_memory": True})
    sheet = book.add_worksheet(SHEET)
    plain = book.add_format({"font_name": "宋体", "font_size": 11, "border": 1, "valign": "vcenter"})
    head = book.add_format(
        {"font_name": "宋体", "font_size": 11, "bold": True, "border": 1, "text_wrap": True, "align": "center",
         "valign": "vcenter", "bg_color": "#EDEDED"}
    )  # fmt: skip
    title = book.add_format({"font_name": "黑体", "font_size": 15})
    note = book.add_format({"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"})
    heads = [_NAME, _LEVEL, _PLACE, *(heading.text for heading in FIELDS.values())]
    sheet.write(0, 0, f"{bureau}本期助学金下达和前期结余（供 jiesuan rollup --input 使用）", title)
    sheet.write(1, 0, _TOTAL, head)
    sheet.write_blank(1, 1, None, plain)
    sheet.set_row(2, 48)
    for column, text in enumerate(heads):
        sheet.write(2, column, text, head)
        sheet.set_column(column, column, 30 if not column else 16)
    rows = list(names)
    for row, (name, known) in enumerate([*rows, *[("", Known())] * 3], 3):
        values = [name, known.section, known.place, *("" for _ in FIELDS)]
        for column, value in enumerate(values):
            sheet.write(row, column, value or None, plain)
    last = max(len(rows), 1) + 6
    sheet.data_validation(3, 1, last, 1, {"validate": "list", "source": [CITY, COUNTY]})
    sheet.merge_range(last + 1, 0, last + 2, len(heads) - 1, _HELP, note)
    sheet.freeze_panes(3, 1)
    book.close()
    try:
        write_whole(path, buffer.getvalue())
    except NotWritten as error:
        raise BureauProblem(error.message) from error


_HELP = (
    "注：没有下达的留空。市本级学校的“所属县、市、区”留空；县区属学校填县、市、区名，如 惠安。"
    "前期结余留空的，用 --previous 指明上期的附件3，从中取累计结余；没有结余的填 0，不填的，含有它的合计空着。"
)
