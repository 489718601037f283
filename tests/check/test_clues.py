"""The hint behind a colon: what a difference looks like, where it fits and where it must not be given.

Each book below has several wrong figures in places of their own; a row is the cell's name, what was typed, where the finding
stands, and the hint (`""`: the finding is there and says nothing of the kind).
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from jiesuan.book import Value
from jiesuan.check.context import clue
from jiesuan.report import Finding

from .schools import change, check, school

YUAN_AS_WAN = "恰为应有数的10000倍，像是把元填成了万元"
WAN_AS_YUAN = "恰为应有数的万分之一，像是把万元填成了元"
SIGN = "正负号相反"
ZEROS = "小数点或末尾的 0 错了位"
SWAPPED = "数字相同而次序不同，像是两位颠倒"
GRANT = "恰为一名学生一个月的标准（200 元）"
GENERAL = "恰为一名学生一个月的标准（210 元）"
FARMING = "恰为一名学生一个月的标准（240 元）"

Row = tuple[str, Value, str, str]

# ── 万元 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

FEES: list[Row] = [  # 12=4*11
    ("一年级,涉农专业,残疾/补助金额", 1200, "L9", YUAN_AS_WAN),  # 0.12
    ("一年级,数控等高级工专业,脱贫户/补助金额", 0.182, "L11", SWAPPED),  # 0.128
    ("一年级,数控等高级工专业,其他/补助金额", -0.16, "L14", SIGN),
    ("一年级,其他一般专业,残疾/补助金额", 0.12, "L17", SWAPPED),  # 0.21
    ("二年级,涉农专业,特困低保/补助金额", 0.13, "L21", ""),  # 0.12: 100 元 is nobody's month
    ("二年级,其他一般专业,其他/补助金额", 0.357, "L31", ""),  # 0.315: two months of 210 元
    ("三年级,涉农专业,特困低保/补助金额", 0.192, "L34", FARMING),  # 0.216
    ("三年级,涉农专业,其他/补助金额", 0.012, "L36", ZEROS),
    ("三年级,其他一般专业,脱贫户/补助金额", 10.5, "L41", ZEROS),  # 0.105
    ("三年级,其他一般专业,其他/补助金额", 0.126, "L44", GENERAL),
]
GRANTS: list[Row] = [  # 人次 × 0.02
    ("实际发放,一年级,涉农专业,其他/金额", 5000, "E13", YUAN_AS_WAN),  # 0.5
    ("实际发放,一年级,非涉农专业,脱贫户/金额", 0.06, "F13", GRANT),  # 0.08
    ("实际发放,一年级,非涉农专业,其他/金额", 0.03, "H13", ZEROS),
    ("实际发放,二年级,涉农专业,特困低保/金额", -0.1, "J13", SIGN),
    ("实际发放,二年级,涉农专业,其他/金额", 0.52, "K13", GRANT),
    ("实际发放,二年级,非涉农专业,其他/金额", 0.26, "N13", ""),  # 0.3: two months
]
FUNDS: list[Row] = [  # 8=6*7/10000/10
    ("一年级,休闲保健/生均金额", 14700, "J9", YUAN_AS_WAN),
    ("一年级,轻纺食品/生均金额", 0.15, "J10", SWAPPED),  # 0.51
    ("一年级,涉农/生均金额", 14, "J11", ZEROS),  # 1.4
    ("一年级,数控模具电气/生均金额", 1.604, "J12", SWAPPED),  # 1.064
    ("二年级,休闲保健/生均金额", 0.000189, "J14", WAN_AS_YUAN),
    ("二年级,轻纺食品/生均金额", 1.5, "J15", ""),  # 1.53
    ("二年级,涉农/生均金额", -1.68, "J16", SIGN),
    ("二年级,数控模具电气/生均金额", 1.21, "J17", SWAPPED),
    ("三年级,休闲保健/生均金额", 1.8, "J19", ""),  # 1.68: not as many digits
    ("三年级,轻纺食品/生均金额", 1.422, "J20", SWAPPED),  # 1.224
]

# ── 元 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

SUBTOTALS: list[Row] = [
    ("脱贫户/助学金金额", 600, "G9", GRANT),  # 800
    ("脱贫户/免学费金额", 3230, "I9", SWAPPED),  # 2330
    ("特困低保/助学金金额", 0.1, "G13", WAN_AS_YUAN),  # 1000
    ("特困低保/免学费金额", 336, "I13", ZEROS),  # 3360
    ("残疾/助学金金额", -3000, "G17", SIGN),
    ("残疾/免学费金额", 3090, "I17", GENERAL),  # 3300
]
TOTALS: list[Row] = [
    ("*/助学金金额", 48000000, "G18", YUAN_AS_WAN),
    ("*/免学费金额", 8750, "I18", FARMING),  # 8990
]
ODD_TOTALS: list[Row] = [
    ("*/助学金金额", 4800.5, "G18", ""),
    ("*/免学费金额", 9000, "I18", ""),
]

# ── 人次 and standards ───────────────────────────────────────────────────────────────────────────────────────────────

HEADS: list[Row] = [
    ("一年级,涉农专业,残疾/人次", 50, "K9", ZEROS),
    ("一年级,数控等高级工专业,其他/人次", 6, "K14", ""),  # 5
    ("一年级,其他一般专业,残疾/人次", -10, "K17", SIGN),
    ("二年级,涉农专业,特困低保/人次", 0, "K21", ""),  # nothing is no misplaced digit
    ("二年级,其他一般专业,其他/人次", 51, "K31", SWAPPED),  # 15
]
MONTHLY: list[Row] = [
    ("一年级,涉农专业,脱贫户/月标准", 0.042, "D7", SWAPPED),  # 0.024
    ("二年级,涉农专业,脱贫户/月标准", 240, "D20", YUAN_AS_WAN),
    ("二年级,数控等高级工专业,脱贫户/月标准", 0.03, "D24", ""),  # 0.032
    ("二年级,其他一般专业,脱贫户/月标准", 0.21, "D28", ZEROS),  # 0.021
]
YEARLY: list[Row] = [
    ("二年级,休闲保健/生均标准", 4300, "I14", ""),  # 4200
    ("二年级,轻纺食品/生均标准", 1500, "I15", SWAPPED),  # 5100
    ("二年级,涉农/生均标准", 560, "I16", ZEROS),
]

BOOKS: dict[str, tuple[str, str, list[Row]]] = {
    "补助金额": ("免学费", "F302", FEES),
    "助学金金额": ("助学金", "F101", GRANTS),
    "生均金额": ("生均", "F402", FUNDS),
    "小计": ("精准明细", "F202", SUBTOTALS),
    "合计": ("精准明细", "F203", TOTALS),
    "合计零头": ("精准明细", "F203", ODD_TOTALS),
    "人次": ("免学费", "F301", HEADS),
    "月标准": ("免学费", "P301", MONTHLY),
    "年标准": ("生均", "P401", YEARLY),
}


def findings(changes: dict[str, Value]) -> list[Finding]:
    base = school("市属2024春")
    book = base.fresh()
    change(base, book, changes)
    return check(base, book).findings


def hint(item: Finding) -> str:
    """What stands behind the colon, without the printed column formula."""
    return item.message.partition("：")[2].rsplit("（1", 1)[0].rsplit("（8=", 1)[0]


@pytest.mark.parametrize("name", BOOKS)
def test_hints_of_one_rule(name: str) -> None:
    role, code, rows = BOOKS[name]
    own = [item for item in findings({f"{role}/{address}": value for address, value, *_ in rows}) if item.code == code]
    cells = {cell for _, _, cell, _ in rows}
    # A total below or beside may be wrong as well; only the cells typed in are looked at, each of them found.
    assert {item.cell: hint(item) for item in own if item.cell in cells} == {cell: said for _, _, cell, said in rows}


def test_a_blank_total_is_told_what_belongs_there() -> None:
    """A cleared figure has no hint but the number and the way to get it."""
    (item,) = (item for item in findings({"免学费/三年级,*,*/人次": "（空）"}) if item.cell == "K45")
    assert (item.code, item.message) == ("F303", "没有填；按表内公式应为 24 人次，运行“计算”可自动填入")
    assert (item.expected, item.actual) == ("24 人次", "（空白）")


def test_hints_of_relations_between_sheets() -> None:
    """In 元 though one side is typed in 万元."""
    found = findings(
        {
            "精准明细/脱贫户/0/助学金金额": 600,  # one month less than 800
            "免学费/二年级,涉农专业,特困低保/第1月": 0,  # one month of 240 元
            "精准明细/残疾/1/免学费金额": 630,  # two months of 210 元
        }
    )
    assert [
        (item.code, item.cell, item.message, item.difference) for item in found if item.code[:2] in ("X1", "X2")
    ] == [
        ("X102", "G9", f"助学金金额与精准学生名单不符：{GRANT}", "-200.00 元"),
        ("X201", "I13", f"免学费统计金额与精准学生明细不符：{FARMING}", "+240.00 元"),
        ("X201", "I17", "免学费统计金额与精准学生明细不符", "-420.00 元"),
    ]


def test_inequalities_have_no_hint() -> None:
    """Ten or 10000 times a limit is no typing error of the limit."""
    found = findings(
        {
            "精准明细/脱贫户/0/助学金金额": 10000,
            "精准明细/残疾/1/免学费金额": 16000,
            "助学金/申报审批,二年级,涉农专业,其他/人数": 250,
            "生均/期末结余": 53.68,
        }
    )
    limits = {item.code: item.message for item in found if item.code in ("P201", "P203", "P102", "X501", "F406")}
    assert limits == {
        "P201": "一名学生的助学金超过一学期标准",
        "P203": "一名学生的免学费超过一学期最高标准",
        "P102": "人次少于人数",
        "X501": "助学金人数多于学籍人数",
        "F406": "不等于实际收到减本学期对应金额（加或不加前期结余）",
    }


@pytest.mark.parametrize(
    ("actual", "expected", "unit", "said"),
    [
        ("12000", "1.2", "万元", YUAN_AS_WAN),
        ("1.2", "12000", "元", WAN_AS_YUAN),
        ("-1.2", "1.2", "万元", SIGN),
        ("-12000", "1.2", "万元", ""),  # two things at once are not guessed
        ("120", "1.2", "万元", ZEROS),
        ("0.0012", "1.2", "万元", ZEROS),
        ("1.22", "1.2", "万元", GRANT),
        ("1.179", "1.2", "万元", GENERAL),
        ("1.16", "1.2", "万元", ""),  # two months
        ("1200", "1000", "元", GRANT),
        ("790", "1000", "元", GENERAL),
        ("1400", "1000", "元", ""),
        ("2.13", "1.23", "万元", SWAPPED),
        ("3.21", "1.23", "万元", SWAPPED),
        ("1.023", "1.23", "万元", ""),  # as many digits, but one is a further 0
        ("1023", "1230", "元", SWAPPED),
        ("0", "1.2", "万元", ""),
        ("1.2", "0", "万元", ""),
        ("1.2", "1.2", "万元", ""),
    ],
)
def test_one_hint_at_most(actual: str, expected: str, unit: str, said: str) -> None:
    assert clue(D(actual), D(expected), unit, (D(200), D(210))) == said
