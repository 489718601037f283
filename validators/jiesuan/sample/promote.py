"""The next term of a fictitious school: its students a term older, those who finished or left gone, new ones entered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..pack import Pack
from ..term import Term
from .make import Sample, make_sample, tallied
from .student import GRADES, Catalogue, Draw, Student, load_catalogue


def next_sample(pack: Pack, set_name: str, sample: Sample, term: Term, *, newcomers: int = 0, seed: int = 1) -> Sample:
    """The same school in the term after `term`, the one `sample` is of.  Students keep name, number and class; whoever
    left in the course of last term does not come back.  At most `newcomers` enter, in the new term.  Every relation of
    the forms holds again, and 前期结余 is last term's 期末结余."""
    catalogue, after = load_catalogue(pack), term.next
    students = [*_promoted(pack, catalogue, set_name, sample.students, after, seed)]
    if newcomers:
        drawn = make_sample(pack, set_name, after, students=newcomers * 6, seed=seed + 50)
        taken = {student.id_number for student in students}
        fresh = [s for s in drawn.students if s.entry == after and s.id_number not in taken and not s.change]
        students += fresh[:newcomers]
    filling = tallied(pack, set_name, after, students, sample.school, seed)
    balance = sample.filling.lines["生均"].get("期末结余")
    filling.lines["生均"]["前期结余"] = balance
    return Sample(filling, sample.school, students)


def _promoted(
    pack: Pack, catalogue: Catalogue, set_name: str, students: list[Student], term: Term, seed: int
) -> Iterator[Student]:
    draw = Draw(pack, catalogue, set_name, term, len(students), seed, ())
    majors = {major.name: major for major in catalogue.major}
    for student in students:
        passed = 2 * (term.year - student.entry.year) + term.half - student.entry.half
        major = majors[student.major]
        if passed // 2 >= major.grades or not student.months[-1]:
            continue
        grade = GRADES[passed // 2]
        grant = draw.grant_of(grade, major, student.hardship)
        yield replace(student, grade=grade, months=(True,) * 5, change="", grant=grant)
