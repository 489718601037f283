"""The sample agrees with itself: every relation between the forms, counted again from the figures alone."""

from __future__ import annotations

import builtins
import datetime as dt
import re
import time
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from jiesuan.filling import Filling
from jiesuan.pack import load_pack
from jiesuan.sample.make import Sample, SampleError, make_sample
from jiesuan.sample.student import load_catalogue
from jiesuan.term import Term

PACK = load_pack()
MONTHS = [f"第{number}月" for number in range(1, 6)]
PRECISE = ("脱贫户", "特困低保", "残疾")
GRADES = ("一年级", "二年级", "三年级")
FUNDING = {
    "省属": {"涉农专业": {"农林"}, "数控等高级工专业": {"机电"}},
    "市属": {
        "涉农专业": {"涉农"},
        "数控等高级工专业": {"数控模具电气"},
        "其他一般专业": {"休闲保健", "轻纺食品", "农林牧渔其他"},
    },
}
TUITION = {
    "省属": {"涉农专业": 240, "数控等高级工专业": 380, "其他一般专业": 260},
    "市属": {"涉农专业": 240, "数控等高级工专业": 320, "其他一般专业": 210},
}
FUNDS = {
    "省属": {"化工": 4240, "轻工": 4770, "能源": 5300, "农林": 5830, "消防": 6360, "机电": 6890},
    "市属": {"休闲保健": 4200, "轻纺食品": 5100, "涉农": 5600, "数控模具电气": 5600, "农林牧渔其他": 5600},
}
CATEGORIES = {major.name: major.category for major in load_catalogue(PACK).major}
TERMS = [Term(year, half) for year in range(2024, 2028) for half in (0, 1)]

cases = given(
    set_name=st.sampled_from(("省属", "市属")),
    term=st.sampled_from(TERMS),
    students=st.integers(0, 400),
    seed=st.integers(0, 10_000),
    tiers=st.sampled_from([(), (300, 160), (350, 230, 120)]),
)


class Forms:
    """The figures of a filling, summed over whatever a question leaves open."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling

    def total(self, role: str, field: str, **where: str | tuple[str, ...]) -> Any:
        axes = {
            "助学金": ("口径", "年级", "性质", "类型"),
            "免学费": ("年级", "类别", "类型"),
            "生均": ("年级", "类别"),
        }[role]
        result: Any = 0
        for (found, key, name), value in self.filling.figures.items():
            if found == role and name == field:
                members = dict(zip(axes, key, strict=True))
                if all(
                    members[axis] in ((wanted,) if isinstance(wanted, str) else wanted)
                    for axis, wanted in where.items()
                ):
                    result += Decimal(repr(value)) if isinstance(value, float) else value
        return result

    def months(self, role: str, **where: str | tuple[str, ...]) -> list[int]:
        return [self.total(role, month, **where) for month in MONTHS]

    def times(self, role: str, **where: str | tuple[str, ...]) -> int:
        return self.total(role, "人次", **where) if role == "助学金" else sum(self.months(role, **where))

    def rows(self, *sections: str) -> list[dict[str, Any]]:
        return [row for section in sections or PRECISE for row in self.filling.rows["精准明细"][section]]


def eligible(term: Term) -> tuple[str, ...]:
    return GRADES if term >= Term(2025, 0) else GRADES[:2]


@settings(max_examples=120, deadline=None)
@cases
def test_every_relation_holds(set_name: str, term: Term, students: int, seed: int, tiers: tuple[int, ...]) -> None:
    sample = make_sample(PACK, set_name, term, students=students, seed=seed, tiers=tiers)
    assert len(sample.students) == students
    forms = Forms(sample.filling)
    check_keys(sample, set_name, term)
    check_grants(sample, forms, term)
    check_list(forms, term, set_name)
    check_tuition(sample, forms, term, set_name)
    check_between_tuition_and_registration(forms, set_name)
    check_between_grants_and_others(sample, forms, term, set_name)
    check_months_move_little(forms, sample)
    check_balance(sample, forms, set_name)
    check_dates(sample, term)


def check_keys(sample: Sample, set_name: str, term: Term) -> None:
    """Only inputs and remarks of existing rows are filled in; computed cells stay with their formulas."""
    forms = {form.role: form for form in PACK.set_forms(set_name, term)}
    for role, key, name in sample.filling.figures:
        assert key in forms[role].detail_keys()
        allowed = ("input", "text") if (role, name) != ("助学金", "金额") or term < Term(2025, 0) else ("computed",)
        assert forms[role].field(name).role in allowed
    for role, lines in sample.filling.lines.items():
        assert lines["学校名称"] == sample.school
        printed = "".join(line.text for line in forms[role].line)
        assert all(f"{{{name}}}" in printed for name in lines)
    fields = {column.name for column in forms["精准明细"].fields}
    assert all(set(row) == fields for row in Forms(sample.filling).rows())


def check_grants(sample: Sample, forms: Forms, term: Term) -> None:
    figures = sample.filling.figures
    keys = {key for role, key, _ in figures if role == "助学金"}
    assert {key[0] for key in keys} <= {"申报审批", "实际发放"}
    assert {key[1] for key in keys} <= set(eligible(term))  # A8
    assert {key[3] for key in keys} <= {"脱贫户", "特困低保", "其他"}
    short = 0
    for key in keys:
        values = {name: figures.get(("助学金", key, name)) for name in ("人数", "人次", "金额")}
        heads, times, amount = values["人数"], values["人次"], values["金额"]
        assert isinstance(heads, int) and isinstance(times, int)
        assert 0 < heads <= times <= 5 * heads  # A3, A4, A6
        short += 5 * heads - times
        other = "实际发放" if key[0] == "申报审批" else "申报审批"
        assert all(figures.get(("助学金", (other, *key[1:]), name)) == value for name, value in values.items())  # A9
        if term < Term(2025, 0):
            assert amount is None
        else:
            assert isinstance(amount, float)
            yuan = Decimal(repr(amount)) * 10_000
            assert 120 * times <= yuan <= 350 * times and yuan % 10 == 0  # A2b
    remark = sample.filling.lines["助学金"].get("备注", "")
    assert bool(short) == ("按实际在校月份计发" in str(remark))  # A5


def check_list(forms: Forms, term: Term, set_name: str) -> None:
    for section in PRECISE:
        rows = forms.rows(section)
        serials = [row["助学金人数"] for row in rows if row["助学金人数"] is not None]
        assert serials == list(range(1, len(serials) + 1))  # B3
        assert [row["免学费人数"] for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            entry, season, major, _ = class_parts(row["班级"])
            since = 2 * (term.year - entry) + term.half - "春秋".index(season)
            assert 0 <= since < 6  # G7
            grade = GRADES[since // 2]
            category = CATEGORIES[major]
            rate = TUITION[set_name][category]
            months, rest = divmod(row["免学费金额"], rate)
            assert rest == 0 and 1 <= months <= 5  # B6, B7
            assert (row["助学金金额"] is None) == (row["助学金人数"] is None) == (grade not in eligible(term))  # B9
            if row["助学金金额"] is not None:
                monthly, rest = divmod(row["助学金金额"], months)
                assert rest == 0 and monthly % 10 == 0  # B8
                assert monthly == 200 if term < Term(2025, 0) else 120 <= monthly <= 350  # B4, B5
            remark = row["备注"] or ""
            said = f"包含涉农专业学生1人，申请了助学金{row['助学金金额'] or 0}元、免学费补助金{row['免学费金额']}元"
            assert (said in remark) == ("涉农专业学生" in remark) == (category == "涉农专业")  # B13
            assert bool(re.search(r"\d+月起(休学|退学|转出|复学|转入)$", remark)) == (months < 5)
            labels = str(forms.filling.figures["免学费", (grade, category, section), "就读专业"]).split("、")
            assert f"{entry}{season}{major}" in labels  # B14
    assert len({row["身份证号"] for row in forms.rows()}) == len(forms.rows())  # B12


def check_tuition(sample: Sample, forms: Forms, term: Term, set_name: str) -> None:
    figures = sample.filling.figures
    every: set[str] = set()
    for grade in GRADES:
        majors_of_grade: Counter[str] = Counter()
        for category in TUITION[set_name]:
            here: set[str] = set()
            for kind in (*PRECISE, "其他"):
                key = (grade, category, kind)
                labels = [label for label in str(figures.get(("免学费", key, "就读专业"), "")).split("、") if label]
                times = forms.times("免学费", 年级=grade, 类别=category, 类型=kind)
                assert bool(labels) == (times > 0)  # C7
                assert len(labels) == len(set(labels))
                entries = []
                for label in labels:
                    match = re.fullmatch(r"(20\d{2})(春|秋)([^、\d]+)", label)  # C8
                    assert match is not None
                    entries.append((int(match[1]), "春秋".index(match[2])))
                    since = 2 * (term.year - int(match[1])) + term.half - "春秋".index(match[2])
                    assert GRADES[since // 2] == grade
                    assert CATEGORIES[match[3]] == category
                    here.add(match[3])
                assert entries == sorted(entries)
                every |= set(labels)
            majors_of_grade.update(here)
        assert all(count == 1 for count in majors_of_grade.values())  # E14
    assert sample.filling.lines["免学费"]["专业个数"] == len(every)  # C6
    assert forms.times("免学费", 年级="三年级", 类别="数控等高级工专业") == 0  # C9
    for kind in PRECISE:
        yuan = sum(
            forms.times("免学费", 类别=category, 类型=kind) * rate for category, rate in TUITION[set_name].items()
        )
        assert yuan == sum(row["免学费金额"] for row in forms.rows(kind))  # E4
        assert max(forms.months("免学费", 类型=kind)) <= len(forms.rows(kind))  # E5


def check_between_tuition_and_registration(forms: Forms, set_name: str) -> None:
    for grade in GRADES:
        for category, classes in FUNDING[set_name].items():
            aided = forms.months("免学费", 年级=grade, 类别=category)
            registered = forms.months("生均", 年级=grade, 类别=tuple(classes))
            assert all(some <= whole for some, whole in zip(aided, registered, strict=True))  # E7
        aided, registered = forms.months("免学费", 年级=grade), forms.months("生均", 年级=grade)
        assert all(some <= whole for some, whole in zip(aided, registered, strict=True))
    if set_name == "市属":
        assert forms.times("生均", 年级="三年级", 类别="数控模具电气") == 0  # D6
    aided_yuan = sum(forms.times("免学费", 类别=category) * rate for category, rate in TUITION[set_name].items())
    if set_name == "市属":
        rates = {"涉农": 240, "数控模具电气": 320}
        included = sum(forms.times("生均", 类别=name) * rates.get(name, 210) for name in FUNDS[set_name])
    else:
        included = sum(forms.times("生均", 类别=name) * standard // 10 for name, standard in FUNDS[set_name].items())
    assert aided_yuan <= included  # E10


def check_between_grants_and_others(sample: Sample, forms: Forms, term: Term, set_name: str) -> None:
    declared = {"口径": "申报审批"}
    monthly = 200 if term < Term(2025, 0) else None
    for kind in ("脱贫户", "特困低保"):
        granted = [row for row in forms.rows(kind) if row["助学金金额"]]
        assert forms.total("助学金", "人数", **declared, 类型=kind) == len(granted)  # E1
        yuan = sum(row["助学金金额"] for row in granted)
        times = forms.times("助学金", **declared, 类型=kind)
        if monthly:
            assert times * monthly == yuan  # E2, E3
        else:
            assert forms.total("助学金", "金额", **declared, 类型=kind) * 10_000 == yuan
        assert times == forms.times("免学费", 类型=kind, 年级=eligible(term))  # E6
    for grade in eligible(term):
        registered = forms.months("生均", 年级=grade)
        assert forms.total("助学金", "人数", **declared, 年级=grade) <= max(registered)  # E8, A10
        assert forms.times("助学金", **declared, 年级=grade) <= sum(registered)
        agriculture = forms.times("助学金", **declared, 年级=grade, 性质="涉农专业")
        if set_name == "市属":
            assert agriculture == forms.times("生均", 年级=grade, 类别="涉农")  # E9
        others = ("数控等高级工专业", "其他一般专业")
        assert forms.times("助学金", **declared, 年级=grade, 性质="非涉农专业", 类型="其他") == forms.times(
            "免学费", 年级=grade, 类别=others, 类型=("其他", "残疾")
        )  # E13: the form prints no column for 残疾
    assert forms.total("助学金", "人数", **declared) == sum(bool(student.grant) for student in sample.students)


def check_months_move_little(forms: Forms, sample: Sample) -> None:
    """C10, D9."""
    keys: list[tuple[str, dict[str, str | tuple[str, ...]]]] = [("免学费", {}), ("生均", {})]
    keys += [(role, {"年级": grade}) for role in ("免学费", "生均") for grade in GRADES]
    for role, key, _ in sample.filling.figures:
        if role == "免学费":
            keys.append((role, dict(zip(("年级", "类别", "类型"), key, strict=True))))
        elif role == "生均":
            keys += [(role, {"年级": key[0], "类别": key[1]}), (role, {"类别": key[1]})]
    for role, where in keys:
        counts = forms.months(role, **where)
        assert all(abs(after - before) <= max(5, min(before, after) / 10) for before, after in pairwise(counts))
        if len(where) == (3 if role == "免学费" else 2):
            key = tuple(str(member) for member in where.values())
            assert len(set(counts)) == 1 or (role, key, "备注") in sample.filling.figures


def check_balance(sample: Sample, forms: Forms, set_name: str) -> None:
    lines = sample.filling.lines["生均"]
    spent = sum(
        Decimal(forms.times("生均", 类别=name) * standard) / 100_000 for name, standard in FUNDS[set_name].items()
    )
    assert Decimal(repr(lines["期末结余"])) == Decimal(repr(lines["实际收到"])) - spent  # D7


def check_dates(sample: Sample, term: Term) -> None:
    lines = sample.filling.lines["生均"]
    assert lines["前期截止"] == (f"{term.year}年1月" if term.season == "春" else f"{term.year}年7月")  # D8
    assert str(lines["收款日期"]).startswith(f"{term.year}年")
    year, month = term.end
    for role in sample.filling.lines:
        filled = re.fullmatch(r"(\d+)年(\d+)月\d+日", str(sample.filling.lines[role]["填表日期"]))
        assert filled is not None and (int(filled[1]), int(filled[2])) > (year, month)


def class_parts(name: str) -> tuple[int, str, str, int]:
    match = re.fullmatch(r"(20\d{2})(春|秋)(\D+)(\d+)班", name)
    assert match is not None
    return int(match[1]), match[2], match[3], int(match[4])


@settings(max_examples=40, deadline=None)
@cases
def test_students_are_plausible_and_distinct(
    set_name: str, term: Term, students: int, seed: int, tiers: tuple[int, ...]
) -> None:
    sample = make_sample(PACK, set_name, term, students=students, seed=seed, tiers=tiers)
    start = dt.date(*term.start, 1)
    for student in sample.students:
        assert ric.is_valid(student.id_number)
        assert 14 < (start - ric.get_birth_date(student.id_number)).days / 365.25 < 22
        assert re.fullmatch(r"1(3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}", student.phone)
        assert re.fullmatch(r"[\u4e00-\u9fff]{2,4}", student.name)
        assert any(student.months) and len(student.months) == 5
        assert sum(a != b for a, b in pairwise(student.months)) == bool(student.change)
        assert class_parts(student.class_name)[:3] == (student.entry.year, student.entry.season, student.major)
    assert len({student.id_number for student in sample.students}) == students
    assert len({student.phone for student in sample.students}) == students
    assert max(Counter(student.class_name for student in sample.students).values(), default=0) <= 45


def test_the_same_arguments_give_the_same_sample() -> None:
    term = Term(2025, 1)
    first = make_sample(PACK, "市属", term, students=200, seed=3)
    second = make_sample(PACK, "市属", term, students=200, seed=3)
    assert first == second
    assert list(first.filling.figures) == list(second.filling.figures)
    assert first.filling != make_sample(PACK, "市属", term, students=200, seed=4).filling


def test_a_sample_never_changes() -> None:
    """What is published as an example stays the same from one release to the next (names depend on Faker's lists)."""
    sample = make_sample(PACK, "市属", Term(2024, 0))
    forms = Forms(sample.filling)
    assert sample.school == "某市示范第一技工学校"
    assert [forms.total("助学金", "人次", 口径="申报审批"), forms.times("免学费"), forms.times("生均")] == [
        340,
        360,
        1483,
    ]
    assert sample.filling.lines["生均"] == {
        "学校名称": "某市示范第一技工学校",
        "填表日期": "2024年9月5日",
        "前期结余": 7.919,
        "前期截止": "2024年1月",
        "实际收到": 79,
        "收款日期": "2024年5月10日",
        "期末结余": 1.652,
    }


def test_samples_show_what_happens_in_schools() -> None:
    students = make_sample(PACK, "省属", Term(2024, 1), students=1500, seed=2).students
    assert {student.category for student in students} == set(TUITION["省属"])
    assert {student.hardship for student in students} == {*PRECISE, "其他", ""}
    assert {student.entry.season for student in students} == {"春", "秋"}
    assert {student.change for student in students} >= {"休学", "退学", "转出", "复学", "转入"}


def test_no_identity_number_is_in_two_schools() -> None:
    numbers = [
        student.id_number
        for seed in range(1, 41)
        for student in make_sample(PACK, "市属", Term(2024, 0), students=100, seed=seed).students
    ]
    assert len(numbers) == len(set(numbers))


def test_the_school_may_be_named() -> None:
    sample = make_sample(PACK, "市属", Term(2024, 0), students=5, school="示范县第二技工学校")
    assert {lines["学校名称"] for lines in sample.filling.lines.values()} == {sample.school} == {"示范县第二技工学校"}


def test_tiers_differ_by_hardship() -> None:
    sample = make_sample(PACK, "市属", Term(2025, 0), students=600, tiers=(160, 300))
    assert {student.grant for student in sample.students if student.hardship in PRECISE} == {300}
    assert {student.grant for student in sample.students if student.hardship not in PRECISE} == {160, 0}
    assert "分档资助：每月300元、每月160元" in str(sample.filling.lines["助学金"]["备注"])


def test_the_catalogue_fits_the_forms() -> None:
    catalogue = load_catalogue(PACK)
    for set_name, categories in FUNDING.items():
        forms = {form.role: form for form in PACK.set_forms(set_name, Term(2024, 0))}
        for major in catalogue.major:
            assert forms["生均"].member("生均类别", major.funding[set_name]) == major.funding[set_name]
            assert forms["免学费"].member("专业类别", major.category) == major.category
            assert major.funding[set_name] in categories.get(major.category, FUNDS[set_name])
            if set_name == "市属":
                others = {
                    name for category, names in categories.items() if category != major.category for name in names
                }
                assert major.funding[set_name] not in others
        assert {major.funding[set_name] for major in catalogue.major} == set(FUNDS[set_name])
    assert all((major.grades == 2) == (major.category == "数控等高级工专业") for major in catalogue.major)
    assert len({major.name for major in catalogue.major}) == len(catalogue.major)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("省属", Term(2024, 0), {"students": -1}), "学生人数不能是负数。"),
        (("县属", Term(2024, 0), {}), "没有“县属”这套表，只有省属、市属。"),
        (("省属", Term(2023, 1), {}), "这套表从2024年春季学期开始使用，不能生成2023年秋季学期的数据。"),
        (("省属", Term(2025, 0), {"tiers": (400,)}), "助学金档次应在每月120元至350元之间。"),
    ],
)
def test_impossible_samples_are_refused(arguments: tuple[str, Term, dict[str, Any]], message: str) -> None:
    set_name, term, options = arguments
    with pytest.raises(SampleError) as error:
        make_sample(PACK, set_name, term, **options)
    assert str(error.value) == message


def test_without_faker_the_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **options: Any) -> Any:
        if name.startswith("faker"):
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(SampleError, match=r"请重新安装 jiesuan"):
        make_sample(PACK, "省属", Term(2024, 0), students=1)


def test_a_large_school_takes_a_moment() -> None:
    started = time.process_time()
    sample = make_sample(PACK, "省属", Term(2025, 1), students=30_000)
    assert time.process_time() - started < 10  # about one second on an idle machine
    assert len({student.id_number for student in sample.students}) == 30_000
    check_months_move_little(Forms(sample.filling), sample)
