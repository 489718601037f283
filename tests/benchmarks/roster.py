"""A roster of 100,000 students: reading and checking it against only reading it with python-calamine."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

from stdnum.cn import ric

from jiesuan.pack import load_pack
from jiesuan.roster.check import check_roster
from jiesuan.roster.fields import load_fields
from jiesuan.roster.read import read_roster
from jiesuan.term import Term

LIMIT = 10
_HEADS = ("序号", "姓名", "性别", "身份证件号码", "学校名称", "专业名称", "班级名称", "入学年月", "学制（年）", "学习形式", "年级",
          "是否涉农", "联系电话", "学籍状态", "异动类型", "异动日期", "困难类型", "是否享受助学金", "是否享受免学费", "备注")  # fmt: skip


def write(path: Path, students: int) -> None:
    """A system export of that many fictitious students."""
    from xlsxwriter import Workbook

    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("导出")
        sheet.write_row(0, 0, _HEADS)
        for at in range(students):
            born = dt.date(2006, 9, 1) + dt.timedelta(days=at % 700)
            body = f"3505{at // 700_000 + 1:02d}{born:%Y%m%d}{at // 700 % 1000:03d}"
            number = body + ric.calc_check_digit(body + "0")
            sheet.write_row(
                at + 1, 0,
                (at + 1, f"示例{chr(0x4E00 + at % 5000)}", "男" if int(number[16]) % 2 else "女", number,
                 f"某市示范第{at // 2000 + 1}技工学校", "数控加工", f"2023秋数控加工{at % 40 + 1}班", "202309", "3", "全日制", "一年级",
                 "否", f"139{at:08d}", "在校", "", "", "无", "否", "是", ""),
            )  # fmt: skip


def main(students: int = 100_000) -> bool:
    """Print the ratio; whether it is within its limit."""
    from . import __main__ as bench

    pack = load_pack()
    info = load_fields(pack)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名册.xlsx"
        write(path, students)

        def check() -> None:
            report = check_roster(read_roster(path, info), pack, Term.parse("2024春"), today=dt.date(2024, 9, 1))
            assert not report.findings, report.findings[:3]

        check()
        ratio = bench.best(check, 2) / bench.best(lambda: bench.read_plainly(path), 2)
    return bench.line(f"校验 {students} 名学生的名册，比只读", ratio, LIMIT)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
