"""A fictitious school's next term."""

from __future__ import annotations

import pytest

from jiesuan.sample.make import Sample, make_sample
from jiesuan.sample.promote import next_sample
from jiesuan.sample.student import GRADES
from jiesuan.term import Term
from tests.bureau.making import PACK
from tests.making import bound

SPRING = Term(2024, 0)


def chain(set_name: str, terms: int) -> list[tuple[Term, Sample]]:
    found = [(SPRING, make_sample(PACK, set_name, SPRING, students=80, seed=3))]
    for _ in range(terms):
        term, sample = found[-1]
        newcomers = 0 if term.half else 20
        found.append((term.next, next_sample(PACK, set_name, sample, term, newcomers=newcomers, seed=3)))
    return found


@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_every_relation_holds_term_after_term(set_name: str) -> None:
    from jiesuan.check import check_workbook

    for term, sample in chain(set_name, 3)[1:]:
        report = check_workbook(bound(sample.filling, set_name, term))
        assert [(item.code, item.cell) for item in report.findings] == [] and report.unchecked == []


def test_students_go_on_and_finish() -> None:
    (_, spring), (_, autumn), (_, second) = chain("市属", 2)
    then = {student.id_number: student for student in spring.students}
    now = {student.id_number: student for student in autumn.students}
    for number, student in now.items():
        if number not in then:
            assert student.entry == Term(2024, 1) and student.grade == "一年级"
            continue
        before = then[number]
        assert (student.name, student.class_name, student.entry) == (before.name, before.class_name, before.entry)
        years = (2 * (2024 - student.entry.year) + 1 - student.entry.half) // 2
        assert student.grade == GRADES[years]
        assert before.months[-1] and student.months == (True,) * 5 and student.change == ""
    gone = [student for number, student in then.items() if number not in now]
    autumn_entrants = [student for student in gone if student.entry.half and student.months[-1]]
    assert {student.grade for student in autumn_entrants} <= {"二年级", "三年级"} and autumn_entrants
    assert {
        student.grade for student in spring.students if not student.months[-1] and student.id_number in now
    } == set()
    kept = {student.id_number for student in second.students}
    assert kept <= set(now)


def test_balances_go_on_and_names_stay() -> None:
    (_, spring), (_, autumn) = chain("市属", 1)
    assert autumn.filling.lines["生均"]["前期结余"] == spring.filling.lines["生均"]["期末结余"]
    assert autumn.school == spring.school
    assert autumn.filling.lines["助学金"]["学校名称"] == spring.school


def test_the_same_arguments_give_the_same_school() -> None:
    assert chain("市属", 1)[1][1].filling == chain("市属", 1)[1][1].filling


def test_newcomers_are_counted_and_new() -> None:
    term, sample = chain("市属", 0)[0]
    none = next_sample(PACK, "市属", sample, term)
    some = next_sample(PACK, "市属", sample, term, newcomers=15)
    numbers = [student.id_number for student in some.students]
    assert len(numbers) == len(set(numbers))
    assert 0 < len(some.students) - len(none.students) <= 15
