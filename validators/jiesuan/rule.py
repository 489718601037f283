"""A rule is one entry of data: code, name of the defect, level, the relation that must hold, basis, why, help."""

from __future__ import annotations

from typing import Literal

import msgspec

from .policy import in_force
from .term import Term

Level = Literal["错误", "核实", "提示"]
LEVELS: tuple[Level, ...] = ("错误", "核实", "提示")
FAMILIES = {
    "S": "结构与识别",
    "V": "单元格的值",
    "F": "表内公式与合计",
    "L": "学生名单与身份",
    "X": "表与表之间",
    "P": "政策与资格",
    "D": "日期与学期",
    "B": "主管部门与学校之间",
    "T": "学期之间",
    "R": "学籍名册",
    "G": "公示",
    "O": "资助管理机构",
}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule.  Either `holds` (an expression, see `jiesuan.expression`) or `check` (a named check in
    `jiesuan.check`) says what must be true."""

    code: str
    name: str
    level: Level
    holds: str = ""
    check: str = ""
    forms: tuple[str, ...] = ()
    """Roles of the forms a `check` looks at."""
    field: tuple[str, ...] = ()
    """Fields a `check` looks at; empty = all that apply."""
    each: tuple[str, ...] = ()
    """Axes over which `holds` is repeated; `行` = every row of a list, `月` = every month."""
    where: dict[str, tuple[str, ...]] = {}
    """Only these members of an axis."""
    when: str = ""
    """Only where this is true."""
    at: str = ""
    """The operand (as written in `holds`) at whose cell the finding stands; default: the first single figure."""
    absent: dict[str, str] = {}
    """Only when the workbook's forms have no such member of the axis."""
    unit: str = ""
    """Unit of both sides of `holds`."""
    together: tuple[str, ...] = ()
    """Axes of `each` over which what does not hold makes one finding, at the first place (e.g. 月)."""
    excused: str = ""
    """`角色.字段`: a text typed there (e.g. 备注) answers the question, as the form itself asks, unless it says nothing."""
    mentions: tuple[str, ...] = ()
    """Words of which a text at `excused` must name one to be about this question; empty = any text that says something."""
    filled: str = ""
    """`角色.字段`: must be filled in in every line, or else the sums that `holds` compares are not all there."""
    computed: str = ""
    """`角色.字段`: an amount of `holds` that follows by its form's printed formula; where it does not, another rule says so at
    its cell, and what does not hold because of it cannot be checked."""
    needs: str = ""
    """What must be at hand beside the workbook itself: 名册 (a roster), 名册与结算表, 名册与点名 (a roll call), 公示 (a list to be
    published), 机构表 (a form about an institution), 批 (the other workbooks of a batch), 学校表 (the schools' workbooks
    behind a bureau's), 上期 (last term's workbook).  Selected only where it is."""
    instead: str = ""
    """Code of a rule that asks the same and knows less: where this one could judge, the findings of that are left out."""
    sets: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    options: dict[str, str | int | float] = {}
    says: str = ""
    """One sentence for the message; the default is made from the name."""
    basis: str
    why: str
    help: str

    def applies(self, set_name: str, term: Term) -> bool:
        """Whether the rule is selected for workbooks of that set (省属/市属) and term."""
        return (not self.sets or set_name in self.sets) and in_force(self.since, self.until, term)

    @property
    def family(self) -> str:
        return self.code[0]


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of rules."""

    rule: tuple[Rule, ...] = ()
