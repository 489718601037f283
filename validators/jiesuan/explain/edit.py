"""Giving a reason, and reviewing one: pure functions that refuse with a Chinese message what may not be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..bind import Workbook
from ..reading.scan import parse_area
from ..ref import parse_a1
from ..report import Finding
from ..rule import Rule
from ..text import clean, mask, nearest
from .judge import Judgement
from .prints import Prints
from .record import ACCEPT, PENDING, RETURN, RETURNED, STATES, WHOLE, Explanation, place_of, problem_of, words_of

_LISTED = 6
"""Places named in a hint."""
REVIEWABLE = STATES[:3]


class NotExplained(Exception):
    """A reason or a review that is refused; the message is Chinese and says what would do."""


def give(
    workbook: Workbook, judgement: Judgement, code: str, cell: str, reason: str, *, by: str = "", now: str
) -> tuple[list[Explanation], Explanation]:
    """The explanations with a reason for the finding of that rule at that cell (`表!L17`, or `L17` where only one sheet has
    one there), in place of an older one; and the new one.  Raises NotExplained."""
    finding = find(workbook, judgement, code, cell)
    reason = reason.strip()
    if objection := workbook.pack.wording.objection(reason):
        raise NotExplained(objection)
    _check_name(by)
    marked = Prints(workbook).of(finding)._replace(words=words_of(reason))
    place = (finding.code, place_of(finding), finding.cell)
    old = next((item for item in judgement.kept if _place(item) == place and item.state in STATES[:4]), None)
    if old is None:
        new = Explanation(*place, problem_of(finding), reason, by, now, mark=marked, state=PENDING)
        return [*judgement.kept, new], new
    if old.state == RETURNED and words_of(old.reason) == words_of(reason):
        raise NotExplained(f"与已退回的说明一字不差。复核人的意见是：{old.comment}。请照意见补充，或改正数字。")
    new = replace(old.reworded(reason, marked, now, by), problem=problem_of(finding), state=PENDING)
    return [new if item is old else item for item in judgement.kept], new


def find(workbook: Workbook, judgement: Judgement, code: str, cell: str) -> Finding:
    """The 核实 finding of a rule at a cell.  Raises NotExplained, saying what findings there are."""
    rule = known(workbook.pack.rules, code)
    findings = [*judgement.report.findings, *judgement.report.explained]
    if rule.level == "错误":
        raise NotExplained(f"{rule.code} 是“错误”，必须改正，不能用说明代替。办法：{rule.help}。")
    if rule.level == "提示":
        raise NotExplained(f"{rule.code} 是“提示”，不需要说明。")
    own = [finding for finding in findings if finding.code == rule.code]
    if not own:
        asked = list(dict.fromkeys(finding.code for finding in findings if finding.level == "核实"))
        others = f"要核实的是 {'、'.join(asked[:_LISTED])}。" if asked else "现在没有要核实的地方。"
        raise NotExplained(f"这个工作簿没有 {rule.code} 的问题，不用说明。{others}")
    return _one(own, findings, cell, rule.code)


def review(
    judgement: Judgement, code: str, cell: str, verdict: str, *, comment: str = "", by: str = "", now: str
) -> tuple[list[Explanation], list[Explanation]]:
    """The explanations with one accepted or returned (`ACCEPT`, `RETURN`), and the one.  Raises NotExplained."""
    _check_name(by)
    comment = clean(comment)
    if mask(comment) != comment:
        raise NotExplained("意见里有身份证号、银行卡号或手机号，请删去号码。")
    if verdict == RETURN and not comment:
        raise NotExplained("退回要写明意见：请加 --comment，告诉学校还要说明什么。")
    code = clean(code).upper()
    own = [item for item in judgement.kept if item.code == code]
    if not own:
        there = list(dict.fromkeys(item.code for item in judgement.kept))
        others = f"有说明的是 {'、'.join(there[:_LISTED])}。" if there else "这个工作簿里没有说明。"
        raise NotExplained(f"没有 {code} 的说明。{others}")
    places = [(item.place, item.cell) for item in own]
    chosen = [item for item in own if _matches((item.place, item.cell), cell)]
    if len(chosen) != 1:
        raise NotExplained(_which(f"{code} 的说明", cell, places, several=len(chosen) > 1))
    if chosen[0].state not in REVIEWABLE:
        raise NotExplained(f"这条说明现在是“{chosen[0].shown_state}”，不用复核；数字变了的要由学校重新说明。")
    done = replace(chosen[0], verdict=verdict, comment=comment, reviewer=by, reviewed=now)
    return [done if item is chosen[0] else item for item in judgement.kept], [done]


def accept_all(judgement: Judgement, *, by: str = "", now: str) -> tuple[list[Explanation], list[Explanation]]:
    """The explanations with all that wait for it accepted, and these.  Raises NotExplained where none waits."""
    _check_name(by)
    done = {
        id(item): replace(item, verdict=ACCEPT, comment="", reviewer=by, reviewed=now)
        for item in judgement.kept
        if item.state == PENDING
    }
    if not done:
        raise NotExplained("没有待复核的说明。")
    return [done.get(id(item), item) for item in judgement.kept], list(done.values())


def known(rules: dict[str, Rule], code: str) -> Rule:
    """The rule of that code.  Raises NotExplained, naming the nearest."""
    rule = rules.get(clean(code).upper())
    if rule is None:
        close = nearest(code, rules, least=0.3)
        raise NotExplained(
            f"没有编号为“{code}”的规则{f'，是不是 {close}？' if close else '。'}全部规则见 jiesuan rules。"
        )
    return rule


def _one(own: Sequence[Finding], findings: Sequence[Finding], cell: str, what: str) -> Finding:
    chosen = [finding for finding in own if _matches((place_of(finding), finding.cell), cell)]
    if len({(finding.sheet, finding.cell) for finding in chosen}) == 1:
        return chosen[0]
    places = [(place_of(finding), finding.cell) for finding in own]
    text = _which(f"{what} 的问题", cell, places, several=bool(chosen))
    if not chosen:
        here = {
            f"{finding.code}（{finding.level}）"
            for finding in findings
            if finding.cell and _matches((place_of(finding), finding.cell), cell)
        }
        text += f"{cell} 这一格的问题是 {'、'.join(sorted(here))}。" if here else ""
    raise NotExplained(text)


def _which(what: str, cell: str, places: Iterable[tuple[str, str]], *, several: bool) -> str:
    """No such place, or more than one: name those there are."""
    shown = list(dict.fromkeys(address(*place) for place in places))
    listed = "、".join(shown[:_LISTED]) + (f" 等 {len(shown)} 处" if len(shown) > _LISTED else "")
    if several:
        return f"“{cell}”不止一处，请连表名一起写，如 {shown[0]}。有 {what}的是：{listed}。"
    if not _readable(cell):
        return f"“{cell}”不是单元格。请写作 表名!L17 或 L17。有 {what}的是：{listed}。"
    return f"“{cell}”没有 {what}。有的是：{listed}。"


def _readable(cell: str) -> bool:
    try:
        parse_a1(clean(cell).rpartition("!")[2])
    except ValueError:
        return False
    return True


def _matches(place: tuple[str, str], wanted: str) -> bool:
    """Whether `表!L17`, `L17`, or for a place without cell the sheet, names it."""
    sheet, cell = place
    name, mark, at = clean(wanted).replace("！", "!").rpartition("!")
    name = _plain(name)
    if not cell:
        return _plain(at or name) in (clean(sheet), sheet.strip("（）")) and not (mark and name and at)
    if name and name != clean(sheet):
        return False
    at = at.replace("$", "").upper()
    if at == cell:
        return True
    spot = parse_area(at) if ":" not in at else None
    areas = [area for part in cell.split(",") if (area := parse_area(part))]
    return spot is not None and any(a[0] <= spot[0] <= a[2] and a[1] <= spot[1] <= a[3] for a in areas)


def _plain(name: str) -> str:
    """A sheet's name without the quotes an address may have."""
    return name[1:-1].replace("''", "'") if len(name) > 1 and name[0] == name[-1] == "'" else name


def address(place: str, cell: str) -> str:
    """`表!L17`, or the sheet alone."""
    return f"{place}!{cell}" if cell else place or WHOLE


def _place(item: Explanation) -> tuple[str, str, str]:
    return item.code, item.place, item.cell


def _check_name(by: str) -> None:
    if mask(by) != by:
        raise NotExplained("姓名里有身份证号或手机号，请只写姓名、岗位。")
    if len(by) > 40:
        raise NotExplained("姓名、岗位请写在 40 个字以内。")
