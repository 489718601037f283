"""Which explanation answers which finding, and how it stands."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from jiesuan.book import Book
from jiesuan.explain import (
    ACCEPT,
    ACCEPTED,
    LAPSED,
    NEEDLESS,
    PENDING,
    REFUSED,
    RETURN,
    RETURNED,
    UNKNOWN,
    Absorbed,
    Explanation,
    Judgement,
    Mark,
    Typed,
    absorbed,
    give,
    judge,
    words_of,
)
from jiesuan.explain.judge import LAPSED_WHY, MUST_CORRECT, NOT_NEEDED
from jiesuan.report import Answer, Unverified
from jiesuan.wording import NUMBERED

from ..making import PACK
from .making import GOOD, LATER, LIST, MEAN, NO_PHONE, NOW, book, bound, finding_of, judged, phones, report_of, right


def explained(by: str = "") -> list[Explanation]:
    """A good reason for F406."""
    workbook = bound(book())
    items, _ = give(workbook, judged(book(), []), "F406", "B33", GOOD, by=by, now=NOW)
    return items


def phone_explained(number: int = 0) -> list[Explanation]:
    items, _ = give(bound(book()), judged(book(), []), "L102", phones()[number], NO_PHONE, now=NOW)
    return items


def states(judgement: Judgement) -> list[tuple[str, str, str]]:
    return [(item.code, item.cell, item.state) for item in judgement.kept]


def open_ones(judgement: Judgement) -> list[tuple[str, str]]:
    return [(finding.code, finding.cell) for finding in judgement.report.findings]


def typed(code: str, cell: str, reason: str, place: str = MEAN, mark: Mark | None = None) -> Typed:
    return Typed(code, place, cell, "问题", reason, mark or Mark())


def with_balance(value: object) -> Book:
    of = book()
    of.sheet(MEAN).put(33, 2, value)  # type: ignore[arg-type]
    return of


NUMBER = "350582200701011234"
WITH_NUMBER = f"{NUMBER}这名学生4月转入，见转学批复"
MASKED = "350***********1234这名学生4月转入，见转学批复"
ALL = [("L102", phones()[0]), ("L102", phones()[1]), ("F406", "B33")]


class TestStates:
    def test_nothing_explained(self) -> None:
        judgement = judged(book(), [])
        assert open_ones(judgement) == ALL
        assert (judgement.kept, judgement.report.explanations, judgement.report.explained) == ([], [], [])
        assert judgement.report == judgement.raw
        assert all(judgement.remark(finding).mark.figures for finding in judgement.report.findings)

    def test_pending_excuses(self) -> None:
        judgement = judged(book(), explained("王老师"))
        assert states(judgement) == [("F406", "B33", PENDING)]
        assert open_ones(judgement) == ALL[:2]
        assert [finding.code for finding in judgement.report.explained] == ["F406"]
        counts = judgement.report.counts
        assert (counts["found"], counts["explained"], counts["unchecked"]) == (1, 1, 0)
        assert counts["selected"] == sum(counts[name] for name in ("passed", "found", "explained", "unchecked"))
        assert judgement.report.explanations == [
            Answer("F406", MEAN, "B33", "表下 · 期末结余", GOOD, PENDING),
        ]
        assert "王老师" not in repr(judgement.report)

    @pytest.mark.parametrize(("verdict", "state", "open_"), [(ACCEPT, ACCEPTED, 2), (RETURN, RETURNED, 3)])
    def test_reviewed(self, verdict: str, state: str, open_: int) -> None:
        [item] = explained()
        judgement = judged(book(), [replace(item, verdict=verdict, comment="请附通知")])
        assert states(judgement) == [("F406", "B33", state)]
        assert len(judgement.report.findings) == open_
        remark = judgement.remark(finding_of(judgement.report, "F406"))
        assert remark.state == (state if verdict == ACCEPT else f"{RETURNED}：请附通知")
        assert remark.text == GOOD

    def test_lapsed(self) -> None:
        [item] = explained()
        judgement = judged(with_balance(8), [replace(item, verdict=ACCEPT)])
        assert states(judgement) == [("F406", "B33", LAPSED)]
        assert judgement.kept[0].shown_state == "失效（原已接受）"
        assert open_ones(judgement) == ALL
        assert [answer.why for answer in judgement.report.stale] == [LAPSED_WHY]
        assert judgement.remark(finding_of(judgement.report, "F406")).state == f"失效（原已接受）：{LAPSED_WHY}"

    def test_figures_that_change_back_make_it_hold_again(self) -> None:
        [item] = judged(with_balance(8), explained()).kept
        assert states(judged(book(), [item])) == [("F406", "B33", PENDING)]

    def test_needless(self) -> None:
        judgement = judged(with_balance(right()), explained())
        assert states(judgement) == [("F406", "B33", NEEDLESS)]
        assert open_ones(judgement) == ALL[:2]
        assert judgement.report.explanations[0].label == ""

    def test_not_known(self) -> None:
        workbook = bound(with_balance(right()))
        report = report_of(with_balance(right()))
        report.unchecked = [Unverified(PACK.rules["F406"], "没有填")]
        judgement = judge(workbook, report, explained(), now=NOW)
        assert states(judgement) == [("F406", "B33", UNKNOWN)]

    def test_refused_wording(self) -> None:
        [item] = explained()
        judgement = judged(book(), [replace(item, reason="属实", mark=item.mark._replace(words=words_of("属实")))])
        assert states(judgement) == [("F406", "B33", REFUSED)]
        assert open_ones(judgement) == ALL
        assert judgement.report.explanations[0].why.startswith("说明太笼统（“属实”没有说出原因）")

    def test_unknown_rules_are_left_out(self) -> None:
        [item] = explained()
        assert judged(book(), [replace(item, code="Z999")]).kept == []

    def test_judging_twice_changes_nothing(self) -> None:
        once = judged(book(), explained())
        twice = judge(bound(book()), once.report, once.kept, now=LATER)
        assert (twice.report, twice.kept) == (once.report, once.kept)


class TestMoved:
    def test_rows_above(self) -> None:
        of = book()
        of.sheet(MEAN).values.insert(0, [])
        moved = of.sheet(MEAN)
        moved.formulas = {(row + 1, column): text for (row, column), text in moved.formulas.items()}
        moved.merges = [(a + 1, b, c + 1, d) for a, b, c, d in moved.merges]
        judgement = judged(of, explained())
        assert states(judgement) == [("F406", "B34", PENDING)]

    def test_a_sheet_renamed(self) -> None:
        of = book()
        of.sheet(MEAN).name = "生均"
        judgement = judged(of, explained())
        assert [(item.place, item.state) for item in judgement.kept] == [("生均", PENDING)]

    def test_students_change_places(self) -> None:
        of = book()
        lines = of.sheet(LIST).values
        first, second = (int(cell[1:]) - 1 for cell in phones())
        for column in (1, 2, 3):
            lines[first][column], lines[second][column] = lines[second][column], lines[first][column]
        judgement = judged(of, phone_explained(0))
        assert ("L102", phones()[1], PENDING) in states(judgement)
        assert ("L102", phones()[0]) in open_ones(judgement)

    def test_another_student_at_the_place(self) -> None:
        of = book()
        of.sheet(LIST).put(int(phones()[0][1:]), 4, "11010119900307803X")
        judgement = judged(of, phone_explained(0))
        assert states(judgement) == [("L102", phones()[0], LAPSED)]

    def test_one_finding_for_one_explanation(self) -> None:
        [item] = explained()
        judgement = judged(book(), [item, replace(item, reason="另一个原因也写在这里")])
        assert states(judgement) == [("F406", "B33", PENDING), ("F406", "B33", NEEDLESS)]


class TestTyped:
    def test_recorded_with_the_figures_of_its_row(self) -> None:
        mark = judged(book(), []).remark(finding_of(report_of(book()), "F406")).mark
        judgement = judged(book(), [], [typed("F406", "B33", f" {GOOD} ", mark=mark)], now=LATER)
        [item] = judgement.kept
        assert (item.reason, item.at, item.by, item.state) == (GOOD, LATER, "", PENDING)
        assert item.mark.words == words_of(GOOD)
        lapsed = judged(with_balance(8), [], [typed("F406", "B33", GOOD, mark=mark)])
        assert states(lapsed) == [("F406", "B33", LAPSED)]

    def test_without_its_mark_it_speaks_of_the_figures_of_now(self) -> None:
        assert states(judged(with_balance(8), [], [typed("F406", "B33", GOOD)])) == [("F406", "B33", PENDING)]

    def test_refused_it_is_answered_and_not_kept(self) -> None:
        judgement = judged(book(), [], [typed("F406", "B33", "已核实")])
        assert judgement.kept == []
        remark = judgement.remark(finding_of(judgement.report, "F406"))
        assert remark.text == "已核实"
        assert remark.state.startswith("不采用：说明太笼统（“已核实”没有说出原因）。请写明")
        assert [answer.state for answer in judgement.report.explanations] == [REFUSED]
        assert open_ones(judgement) == ALL

    def test_of_a_finding_that_is_gone(self) -> None:
        assert judged(with_balance(right()), [], [typed("F406", "B33", GOOD)]).kept == []

    def test_what_stands_there_since_it_was_written(self) -> None:
        items = explained()
        row = typed("F406", "B33", GOOD, mark=items[0].mark)
        assert judged(book(), items, [row], now=LATER).kept[0].at == NOW
        elsewhere = [items[0].reworded("在审核说明表里改写的原因", items[0].mark, NOW)]
        assert judged(book(), elsewhere, [row]).kept[0].reason == "在审核说明表里改写的原因"

    def test_typed_over(self) -> None:
        [item] = explained()
        returned = replace(item, verdict=RETURN, comment="请附通知", reviewer="李科长", reviewed=NOW)
        row = typed("F406", "B33", "通知书文号为某财教第12号", mark=item.mark)
        [new] = judged(book(), [returned], [row], now=LATER).kept
        assert (new.state, new.verdict, new.comment, new.reviewer, new.at) == (
            PENDING,
            "",
            "上次退回：请附通知",
            "",
            LATER,
        )
        [again] = judged(
            book(),
            [replace(new, verdict=RETURN, comment=new.comment)],
            [typed("F406", "B33", "通知书文号已经写在备注里", mark=new.mark)],
        ).kept
        assert again.comment == "上次退回：请附通知"

    def test_emptied_it_is_withdrawn(self) -> None:
        items = explained()
        assert judged(book(), items, [typed("F406", "B33", "", mark=items[0].mark)]).kept == []
        unmarked = items[0].mark._replace(words="")
        assert len(judged(book(), items, [typed("F406", "B33", "", mark=unmarked)]).kept) == 1

    def test_beside_an_error_and_a_hint(self) -> None:
        of = with_balance(right())
        of.sheet(MEAN).put(9, 2, -3)
        report = report_of(of)
        wrong = next(finding for finding in report.findings if finding.level == "错误")
        row = typed(wrong.code, wrong.cell, GOOD, wrong.sheet)
        judgement = judged(of, [], [row, typed(wrong.code, "Z99", GOOD, wrong.sheet)])
        assert judgement.remark(wrong).state == f"不采用：{MUST_CORRECT}"
        assert judgement.remark(wrong).text == GOOD
        assert wrong in judgement.report.findings and judgement.kept == []
        assert [(answer.state, answer.why) for answer in judgement.report.explanations] == [(REFUSED, MUST_CORRECT)]

    def test_beside_a_hint(self) -> None:
        of = book()
        of.sheet(LIST).put(int(phones()[1][1:]), 6, 9)
        report = report_of(of)
        hint = next(finding for finding in report.findings if finding.level == "提示")
        judgement = judged(of, [], [typed(hint.code, hint.cell, GOOD, hint.sheet)])
        assert judgement.remark(hint).state == NOT_NEEDED
        assert judgement.report.explanations == []


class TestEditedOnTheSheet:
    def test_reworded(self) -> None:
        [item] = explained("王老师")
        edited = replace(item, reason="在表里改写成另外一个原因", verdict=ACCEPT, reviewer="李科长")
        [new] = judged(with_balance(8), [edited], now=LATER).kept
        assert (new.state, new.verdict, new.by, new.at) == (PENDING, "", "王老师", LATER)

    def test_a_personal_number_is_masked_and_stays_refused_until_reworded(self) -> None:
        [item] = explained("王老师")
        edited = replace(item, reason=WITH_NUMBER, by="王老师13812345678", comment="见13812345678", reviewer=NUMBER)
        first = judged(book(), [edited])
        [stored] = first.kept
        assert (stored.reason, stored.state, stored.why) == (MASKED, REFUSED, NUMBERED)
        assert (stored.by, stored.comment, stored.reviewer) == ("王老师138****5678", "", "")
        assert first.remark(finding_of(first.report, "F406")).text == MASKED
        again = judged(book(), [stored], now=LATER)
        assert (again.kept, open_ones(again)) == ([stored], ALL)
        [lapsed] = judged(with_balance(8), [edited]).kept
        assert lapsed.reason == MASKED
        [new] = judged(book(), [replace(stored, reason=GOOD)], now=LATER).kept
        assert (new.reason, new.state, new.why) == (GOOD, PENDING, "")

    def test_personal_numbers_of_a_review_are_masked(self) -> None:
        [item] = explained()
        [stored] = judged(book(), [replace(item, verdict=RETURN, comment="问13812345678", reviewer=NUMBER)]).kept
        assert (stored.comment, stored.reviewer) == ("问138****5678", "350***********1234")
        assert (stored.reason, stored.mark) == (item.reason, item.mark)

    def test_emptied(self) -> None:
        [item] = explained()
        assert judged(book(), [replace(item, reason=" ")]).kept == []

    def test_added_by_hand(self) -> None:
        judgement = judged(book(), [Explanation("F406", MEAN, "B33", "", GOOD)])
        assert states(judgement) == [("F406", "B33", PENDING)]


LEVELS = {code: rule.level for code, rule in PACK.rules.items()}


class TestAbsorbed:
    def absorbed(self, kept: list[Explanation], rows: list[Typed]) -> Absorbed:
        return absorbed(kept, rows, LEVELS, PACK.wording, LATER)

    def test_nothing_new(self) -> None:
        items = explained()
        assert self.absorbed([], []) == Absorbed([])
        assert self.absorbed(items, []) == Absorbed(items)
        same = self.absorbed(items, [typed("F406", "B33", GOOD, mark=items[0].mark)])
        assert (same, same.changed, same.told(), same.lost()) == (Absorbed(items), False, "", "")

    def test_new(self) -> None:
        mark = Mark("a", "b")
        done = self.absorbed([], [typed("F406", "B33", GOOD, mark=mark)])
        words = mark._replace(words=words_of(GOOD))
        new = Explanation("F406", MEAN, "B33", "问题", GOOD, at=LATER, mark=words, state=PENDING)
        assert done == Absorbed([new], (new,))
        assert done.told() == "新写的说明 1 条存到了“审核说明”表：待复核 1 条。"

    def test_refused_it_is_kept_with_why(self) -> None:
        done = self.absorbed([], [typed("F406", "B33", "无"), typed("F406", "B34", GOOD)])
        why = PACK.wording.objection("无")
        assert [(item.cell, item.state, item.why) for item in done.kept] == [
            ("B33", REFUSED, why),
            ("B34", PENDING, ""),
        ]
        assert done.told() == (
            "新写的说明 2 条存到了“审核说明”表：待复核 1 条，不采用 1 条；不采用的原因写在那里，改写后有效。"
        )

    def test_reworded_badly(self) -> None:
        items = explained()
        done = self.absorbed(items, [typed("F406", "B33", "同上", mark=items[0].mark)])
        assert [(item.reason, item.state) for item in done.kept] == [("同上", REFUSED)]

    def test_a_personal_number_is_masked_in_what_is_stored(self) -> None:
        [item] = self.absorbed([], [typed("F406", "B33", WITH_NUMBER)]).kept
        assert (item.reason, item.state, item.why) == (MASKED, REFUSED, NUMBERED)
        assert self.absorbed([item], []) == Absorbed([item])

    def test_beside_what_takes_no_reason(self) -> None:
        done = self.absorbed([], [typed("X201", "A1", GOOD), typed("", "", "另外\n说一句")])
        assert (done.changed, done.told()) == (False, "")
        assert done.lost() == (
            f"“审核说明”表只收“核实”问题的说明，下面 2 条不收：X201 {MEAN}!A1（错误）“{GOOD}”；{MEAN}“另外 说一句”。"
        )

    def test_withdrawn(self) -> None:
        items = explained()
        done = self.absorbed(items, [typed("F406", "B33", "", mark=items[0].mark)])
        assert (done, done.told()) == (Absorbed([], withdrawn=1), "删空的说明 1 条已撤回。")


def test_fingerprints_of_very_many_findings_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("jiesuan.explain.judge"), "MAX_PRINTS", 1)
    judgement = judged(book(), [])
    kept = [bool(judgement.remark(finding).mark.figures) for finding in judgement.report.findings]
    assert kept == [True, False, False]
