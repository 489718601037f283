"""What in a list must not be published, down to the cell: columns, values, and what hides in sheets, columns, notes and
properties (人社厅发〔2018〕28号 三(四): 不得公示身份证号、家庭住址、电话号码、出生日期等)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from ..book import Book, Sheet, Value
from ..pack import Pack
from ..policy import PublicField
from ..reading import UnreadableFile, received
from ..ref import Ref
from ..regions import load_law
from ..report import Finding, Report, Unverified
from ..roster.read import heading_lines
from ..rule import LEVELS, Rule
from ..text import clean, fold, mask
from ..workdays import is_workday, workdays_between
from .digits import in_digits, plain
from .names import ending, last_student
from .parts import BESIDE, Piece, document_texts, embedded, hidden_texts, is_document, pictures, programs
from .personal import Found, is_birth, personal, written_date
from .whole import other_format, whole

SET = "公示"
PERIOD = 5
"""Workdays at least (人社厅发〔2018〕28号 三(四))."""
HEADING_ROWS = 30
_CHECK_OF = {
    "身份证件号码": "identity", "银行卡号": "card", "电话号码": "phone", "出生日期": "birth", "家庭住址": "address",
    "困难类型": "hardship",
}  # fmt: skip
CONTENT = frozenset(_CHECK_OF.values())
"""Checks of what stands anywhere in a file."""
CHECKS = CONTENT | {"column", "hidden", "period"}
DEPTH = 2
"""How deep files embedded in one another are opened."""
_PLAIN = frozenset(map(fold, ("序号", "编号", "备注", "学期", "学年", "资助项目", "项目", "性别")))
PROSE = re.compile(r"第\d+段|页眉页脚|页眉|页脚|图形和文本框")
"""Places of a text outside a list."""
_CELL = re.compile(r"(第\d+个表格)第(\d+)行第(\d+)列")
_CALL = re.compile(r"\s*(?:联系|办公|咨询|固定)?电话")
_PRIVATE = re.compile(
    r"(?:学生|本人|家长|监护人|父亲|母亲|父母|家庭|住宅)(?:的|联系|固定)*电话|宅电|家庭(?:住|地)址|户籍|现住"
)
"""What makes a telephone number or an address somebody's own."""
_PARTIAL = re.compile(r"(?:身份|证件).*(?:[前后末尾].{0,2}位|尾[号数])")
"""A heading of a part of an identity number."""
_SERIAL = re.compile(r"序号|编号|学号|学籍号|考号")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PERIOD = re.compile(
    r"公示(?:期|时间|日期)[^\d]{0,12}(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})日?[^\d]{1,6}(?:(\d{4})[年./\-])?(\d{1,2})[月./\-](\d{1,2})"
)


def lint_file(path: Path, pack: Pack, *, today: dt.date | None = None, password: str | None = None) -> Report:
    """Lint a workbook or a .docx.  Raises UnreadableFile."""
    return lint_data(path, received(path), pack, today=today, password=password)


def lint_data(
    path: Path, data: bytes, pack: Pack, *, today: dt.date | None = None, password: str | None = None, depth: int = 0
) -> Report:
    """Lint the content of a file, and of the files embedded in it.  Raises UnreadableFile."""
    linter = Linter(pack, path.name, today or dt.date.today())
    if is_document(data):
        linter.document(list(document_texts(data)))
        linter.inside(data, depth)
        linter.programs(programs(data), "不含宏的 .docx")
        report = linter.report(hashlib.sha256(data).hexdigest())
        report.remarks += picture_remarks(data)
        return report
    try:
        book, package, held, unseen = whole(path, data, password)
    except UnreadableFile as error:
        raise other_format(error) from error
    linter.programs(held, "不含宏的 .xlsx")
    linter.unseen += [unseen] if unseen else []
    if package:
        linter.inside(package, depth)
    report = linter.book(book, list(hidden_texts(package)) if package else [])
    report.remarks += picture_remarks(package)
    return report


def picture_remarks(data: bytes) -> list[str]:
    """What to say of pictures, whose texts nobody reads here."""
    count = pictures(data)
    return [f"文件里有 {count} 张图片，图片里的字没有检查，请自己看一遍"] if count else []


def lint_book(book: Book, pack: Pack, *, pieces: list[Piece] | None = None, today: dt.date | None = None) -> Report:
    """Lint a workbook in memory; `pieces` are the texts outside its cells."""
    return Linter(pack, book.name, today or dt.date.today()).book(book, pieces or [])


def public_fields(pack: Pack) -> list[PublicField]:
    """What may and what must not be published, by the law of the pack's region."""
    return [held.entry for held in load_law(pack.info.region).publics]


class Linter:
    """Collects the findings of one file."""

    def __init__(self, pack: Pack, file: str, today: dt.date) -> None:
        self.pack, self.file, self.today = pack, file, today
        self.rules: dict[str, Rule] = {r.check: r for r in pack.rules.values() if r.needs == SET}
        self.words, self.cells, self.grades = (self.options("hardship", key) for key in ("words", "cells", "grades"))
        self.ours = self.options("phone", "ours")
        names = "|".join(map(re.escape, self.options("hardship", "names")))
        self.named = re.compile(rf"(?:{names})[\u4e00-\u9fff]{{0,10}}(?:学校|学院|联合会|服务|康复)")
        self.office = {check: self.options(check, "office") for check in ("phone", "address")}
        self.public = public_fields(pack)
        self.fields = {fold(text): item for item in self.public for text in (item.name, *item.also)}
        self.findings: list[Finding] = []
        self.sheets: list[str] = []
        self.periods = 0
        self.said = False
        """Whether anything stands in a cell or a paragraph."""
        self.unseen: list[str] = []
        """Why something of the file could not be looked at."""

    def book(self, book: Book, pieces: list[Piece]) -> Report:
        """The report on a workbook and the texts outside its cells."""
        for name in [book.name, *(sheet.name for sheet in book.sheets)]:
            self.text(name, "", "", "文件名" if name == book.name else "工作表名")
        for sheet in book.sheets:
            self.sheet(sheet)
        for name, value in book.properties.items():
            self.text(value, "", "", f"文件属性“{mask(name)}”")
        for piece in pieces:
            self.piece(piece)
        report = self.report(book.sha256)
        report.remarks += book.remarks
        return report

    def inside(self, data: bytes, depth: int) -> None:
        """The files embedded in a package: whoever gets the file can open them."""
        for path, content in embedded(data):
            where = f"嵌着的文件“{mask(path.name)}”"
            self.add("hidden", "", "", where, "文件里嵌着另一个文件，谁都能打开")
            try:
                if depth >= DEPTH:
                    raise UnreadableFile("too-large")
                report = lint_data(path, content, self.pack, today=self.today, depth=depth + 1)
            except UnreadableFile:
                self.unseen.append(f"{where}打不开，里面的内容没有检查；请删去它")
                continue
            self.unseen += [item.why for item in report.unchecked if item.rule.check in CONTENT and not report.blank]
            for found in report.findings:
                if found.rule.check in CONTENT:
                    label = f"{where}{f'{found.sheet}!{found.cell}' if found.cell else found.label}"
                    self.add(found.rule.check, "", "", label, found.message, actual=found.actual)

    def programs(self, held: list[str], saved: str) -> None:
        """What holds texts that are not read here, and as what the file is to be saved without it."""
        for kind in held:
            self.add("hidden", "", "", kind, f"文件里有{kind}，{kind}里的内容没有检查")
            self.unseen.append(f"{kind}里的内容没有检查；请删去{kind}，另存为{saved} 再检查")

    def options(self, check: str, key: str) -> tuple[str, ...]:
        """The words that a rule lists under a key."""
        words = str(self.rules[check].options.get(key, "")) if check in self.rules else ""
        return tuple(word for word in words.split("、") if word)

    # ── one sheet ──

    def sheet(self, sheet: Sheet) -> None:
        self.sheets.append(sheet.name)
        heading_row, headings = self.headings(sheet)
        hidden, outside = self.hidden(sheet), self.outside(sheet, heading_row, headings)
        for column, text in headings.items():
            where = hidden(heading_row, column)
            self.column(sheet, heading_row, column, text, where)
            if re.search(r"\d", text):
                self.cell(Ref(sheet.name, heading_row, column), text, "", where)
        for row, line in enumerate(sheet.values, 1):
            for column, value in enumerate(line, 1):
                if value is None or value == "":
                    continue
                self.said = True
                if row == heading_row and column in headings:
                    continue
                heading = headings.get(column, "") if row > heading_row else ""
                self.cell(Ref(sheet.name, row, column), value, heading, hidden(row, column), outside(row))

    def outside(self, sheet: Sheet, heading_row: int, headings: dict[int, str]) -> Callable[[int], str | None]:
        """Row → the whole row where it stands above or below the list.  Without a list: where it names the office, on a
        sheet with a telephone number for complaints."""
        last = last_student(sheet, heading_row, headings)

        def words(row: int) -> str:
            return " ".join(map(str, filter(None, sheet.values[row - 1])))

        def named(row: int, check: str) -> bool:
            return any(word in words(row) for word in self.office[check])

        if heading_row:
            return lambda row: None if heading_row <= row <= last else words(row)
        if not any(named(row, "phone") for row in range(1, len(sheet.values) + 1)):
            return lambda row: None
        return lambda row: words(row) if named(row, "phone") or named(row, "address") else None

    def document(self, pieces: list[Piece]) -> None:
        """The texts of a Word document; its tables are lists as those of a workbook are."""
        tables: dict[str, Sheet] = {}
        for piece in pieces:
            if place := _CELL.fullmatch(piece.where):
                table = tables.setdefault(place[1], Sheet(place[1], []))
                row, column = int(place[2]), int(place[3])
                table.put(row, column, " ".join(filter(None, (str(table.value(row, column) or ""), piece.text))))
        headed = {name: self.headings(table) for name, table in tables.items()}
        outside = {name: self.outside(table, *headed[name]) for name, table in tables.items()}
        for piece in pieces:
            place = _CELL.fullmatch(piece.where)
            if not place:
                self.piece(piece)
                continue
            row, column, (heading_row, headings) = int(place[2]), int(place[3]), headed[place[1]]
            known = self.field(headings[column]) if row == heading_row and column in headings else None
            if known and not known.allowed and known.name in _CHECK_OF:
                said = f"公示表里有“{mask(headings[column])}”一列"
                self.add(_CHECK_OF[known.name], "", "", piece.where, said)
            self.said = True
            heading = headings.get(column, "") if heading_row and row > heading_row else ""
            self.text(piece.text, "", "", piece.where, heading=heading, line=outside[place[1]](row))

    def headings(self, sheet: Sheet) -> tuple[int, dict[int, str]]:
        """Row of the headings, and their texts by column: the row that names the most known columns."""
        best: tuple[int, int, dict[int, str]] = (0, 0, {})
        for row, line in enumerate(heading_lines(sheet), 1):
            texts = {c: clean(v) for c, v in enumerate(line, 1) if isinstance(v, str) and v.strip() and len(v) < 30}
            known = sum(self.field(text) is not None or fold(text) in _PLAIN for text in texts.values())
            if known >= 2 and known > best[0]:
                best = known, row, texts
        return best[1], best[2]

    def field(self, heading: str) -> PublicField | None:
        """The kind of information a heading names; the longest known name inside it."""
        folded = fold(heading)
        if folded in self.fields:
            return self.fields[folded]
        if _PARTIAL.search(folded):
            return self.fields.get("身份证件号码")
        inside = [name for name in self.fields if len(name) > 1 and name in folded and not self.fields[name].allowed]
        return self.fields[max(inside, key=len)] if inside else None

    def hidden(self, sheet: Sheet) -> Callable[[int, int], str]:
        """(row, column) → what hides the cell, in Chinese; ''."""
        if sheet.visible and not sheet.hidden_rows and not sheet.hidden_columns:
            return lambda row, column: ""

        def where(row: int, column: int) -> str:
            if not sheet.visible:
                return "隐藏的工作表"
            return "隐藏的行" if row in sheet.hidden_rows else "隐藏的列" if column in sheet.hidden_columns else ""

        first = next(
            (
                (row, column, words)
                for row, line in enumerate(sheet.values, 1)
                for column, value in enumerate(line, 1)
                if value not in (None, "") and (words := where(row, column))
            ),
            None,
        )
        if first:
            ref = Ref(sheet.name, first[0], first[1])
            self.add("hidden", ref.sheet, ref.cell, first[2], f"{first[2]}里有内容", order=(first[0], first[1]))
        return where

    def column(self, sheet: Sheet, row: int, column: int, text: str, hidden: str) -> None:
        """A heading that must not stand there, whatever is below."""
        known = self.field(text)
        ref = Ref(sheet.name, row, column)
        if known is not None and not known.allowed and known.name in _CHECK_OF:
            message = f"公示表里有“{mask(text)}”一列" + (f"（在{hidden}里）" if hidden else "")
            self.add(_CHECK_OF[known.name], ref.sheet, ref.cell, "列标题", message, order=(row, column))
        elif (known is None and fold(text) not in _PLAIN) or (known is not None and not known.allowed):
            allowed = "、".join(dict.fromkeys(f.name for f in self.public if f.allowed))
            self.add("column", ref.sheet, ref.cell, "列标题", f"“{mask(text)}”不在可公示之列", expected=allowed,
                     order=(row, column))  # fmt: skip

    def cell(self, ref: Ref, value: Value, heading: str, hidden: str, line: str | None = None) -> None:
        """A cell; `line` is the whole row where it stands above or below the list."""
        label = f"第{ref.row}行" + (f" · {mask(heading)}" if heading and line is None else "")
        tail = f"（在{hidden}里）" if hidden else ""
        if isinstance(value, dt.date):
            if is_birth(value if not isinstance(value, dt.datetime) else value.date(), heading, self.today):
                self.add("birth", ref.sheet, ref.cell, label, f"像是出生日期{tail}", actual=f"{value.year}年…",
                         order=(ref.row, ref.column))  # fmt: skip
            return
        if isinstance(value, bool):
            return
        text = f"{value:.0f}" if isinstance(value, int | float) else str(value)
        self.text(text, ref.sheet, ref.cell, label, heading=heading, tail=tail, order=(ref.row, ref.column), line=line)

    # ── texts ──

    def piece(self, piece: Piece) -> None:
        self.said = self.said or (piece.where not in BESIDE and bool(_CHINESE.search(piece.text)))
        self.text(piece.text, "", "", piece.where, line=piece.text if PROSE.fullmatch(piece.where) else None)

    def text(
        self, text: str, sheet: str, cell: str, label: str, *, heading: str = "", tail: str = "", order: tuple[int, int] = (0, 0),
        line: str | None = None,
    ) -> None:  # fmt: skip
        """Every personal thing in a text, each kind once; `line` is what it is part of outside the list."""
        seen: set[str] = set()
        listed = line is None and (bool(heading) or "表格第" in label)
        rest = self.named.sub("", text)
        words = tuple(word for word in self.words + self.cells * listed if word in rest)
        for found in personal(text, words=words, heading=heading):
            if found.check not in seen and not self.of_office(found, text, line):
                seen.add(found.check)
                self.add(
                    found.check, sheet, cell, label, f"{_SAID[found.check]}{tail}", actual=found.shown, order=order
                )
        if "identity" not in seen and (digits := ending(text, heading)):
            said = f"姓名后面的数字像是身份证号的一部分{tail}"
            self.add("identity", sheet, cell, label, said, actual="*" * len(digits), order=order)
        day = written_date(text) if (cell or label.startswith("第")) and "birth" not in seen else None
        if day and is_birth(day, heading, self.today) and not _SERIAL.search(heading):
            self.add("birth", sheet, cell, label, f"像是出生日期{tail}", actual=f"{day.year}年…", order=order)
        known = self.field(heading) if heading else None
        if listed and not (known and known.allowed) and clean(text) in self.grades:
            self.add("hardship", sheet, cell, label, f"像是困难等级{tail}", actual=clean(text), order=order)
        self.period(text, sheet, cell, label, order)

    def of_office(self, found: Found, text: str, line: str | None) -> bool:
        """Whether a telephone number or an address is the school's or bureau's own, in a line that names it as such: above
        or below the list, or a 监督、举报电话 wherever it stands."""
        if _PRIVATE.search(line or text):
            return False
        if found.check == "phone":
            named = re.search("电话|热线", text) and any(word in text for word in self.office["phone"])
            beside = line is not None and (
                _CALL.match(line) or any(word in line for word in self.office["phone"] + self.ours)
            )
            return not found.shown.startswith("1") and bool(named or beside)  # a mobile number is somebody's own
        return found.check == "address" and line is not None and any(word in line for word in self.office["address"])

    def period(self, text: str, sheet: str, cell: str, label: str, order: tuple[int, int]) -> None:
        """The dates of the publication, where the text names them."""
        match = _PERIOD.search(in_digits(plain(text)))
        if match is None:
            return
        try:
            start = dt.date(int(match[1]), int(match[2]), int(match[3]))
            end = dt.date(int(match[4] or match[1]), int(match[5]), int(match[6]))
        except ValueError:
            return
        days = workdays_between(start, end) + is_workday(start)
        self.periods += 1
        if days < PERIOD:
            self.add("period", sheet, cell, label or "公示期", f"{start:%Y-%m-%d} 至 {end:%Y-%m-%d} 只有 {max(days, 0)} 个工作日",
                     expected=f"不少于 {PERIOD} 个工作日", actual=f"{max(days, 0)} 个工作日", order=order)  # fmt: skip

    def add(self, check: str, sheet: str, cell: str, label: str, message: str, **more: object) -> None:
        rule = self.rules.get(check)
        if rule is not None:
            finding = Finding(rule, sheet, cell, label, message, **{"actual": "", **more})  # type: ignore[arg-type]
            if finding not in self.findings:
                self.findings.append(finding)

    def report(self, sha256: str) -> Report:
        """The report; a file that names no period leaves that rule unchecked."""
        rules = tuple(self.rules.values())
        report = Report(
            mask(self.file), sha256, self.pack.info.id, SET, "", rules,
            when_passed="没有查出不得公示的内容，可以公示；公示期满后及时撤下、删除。",
            when_blank="文件里没有可查的文字；图片里的字查不到。", nameless="", answerable=False,
        )  # fmt: skip
        if not self.said and not self.findings:
            report.blank = True
            report.unchecked = [Unverified(rule, "文件里没有文字") for rule in rules]
            return report
        place = {name: at for at, name in enumerate(self.sheets)}
        report.findings = sorted(
            self.findings, key=lambda f: (LEVELS.index(f.level), place.get(f.sheet, 99), f.order, f.code, f.label)
        )
        for why in dict.fromkeys(self.unseen):
            hit = {f.code for f in report.findings} | {item.rule.code for item in report.unchecked}
            held = (rule for rule in rules if rule.check in CONTENT | {"hidden"} and rule.code not in hit)
            report.unchecked += [Unverified(rule, why) for rule in held]
        if "period" in self.rules and not self.periods:
            report.unchecked.append(Unverified(self.rules["period"], "没有找到写明起止日期的“公示期：……至……”"))
        return report


_SAID = {
    "identity": "有身份证号", "card": "有银行卡号", "phone": "有电话号码", "birth": "有出生日期", "address": "像是家庭住址",
    "hardship": "有困难类型的字样",
}  # fmt: skip
