"""Fictitious students: the catalogue `sample.toml` of a pack, and drawing a school's students from it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from random import Random
from typing import Literal

import msgspec
from stdnum.cn import ric

from ..declared import PackError, read_declaration
from ..pack import Pack
from ..term import Term

GRADES = ("一年级", "二年级", "三年级")
AGRICULTURE = "涉农专业"
PRECISE = ("脱贫户", "特困低保", "残疾")
"""The three hardship types listed by name in x-2."""
OTHER = "其他"


class SampleError(Exception):
    """A sample that cannot be made; the message is for users, in Chinese."""


class Major(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A major of the catalogue."""

    name: str
    category: Literal["涉农专业", "数控等高级工专业", "其他一般专业"]
    """专业类别 of x-3."""
    funding: dict[str, str]
    """Set → 生均类别 of x-4."""
    grades: int = 3
    age: int = 15
    """Youngest age at entry."""
    spring: bool = False

    @property
    def nature(self) -> str:
        """专业性质 of x-1."""
        return AGRICULTURE if self.category == AGRICULTURE else "非涉农专业"


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`sample.toml` of a pack."""

    class_size: int
    majors: int
    per_major: int
    spring_share: float
    movers_share: float
    leaving: tuple[str, ...]
    joining: tuple[str, ...]
    counties: tuple[str, ...]
    mobiles: tuple[str, ...]
    schools: dict[str, str]
    hardship: dict[str, int]
    """Type → percent of all students."""
    major: tuple[Major, ...]


@dataclass(frozen=True, slots=True)
class Student:
    """One fictitious student: the facts from which all forms are tallied."""

    grade: str
    major: str
    category: str
    """专业类别."""
    funding: str
    """生均类别."""
    nature: str
    """专业性质."""
    hardship: str
    """困难类型; empty for a student without."""
    entry: Term
    class_name: str
    months: tuple[bool, ...]
    """Present in each of the five months; always in one run."""
    change: str
    """Why not all five months: 休学, 转入 …; empty for all others."""
    name: str
    id_number: str
    phone: str
    grant: int
    """助学金, 元 a month; 0 = none."""
    tuition: int
    """免学费, 元 a month."""

    @property
    def times(self) -> int:
        """Months present: the student's 人次."""
        return sum(self.months)

    @property
    def label(self) -> str:
        """Major as x-3 column 5 names it: 入学年+季+专业名称."""
        return f"{self.entry}{self.major}"

    @property
    def boundary(self) -> int:
        """Index of the first month after leaving, or of the first month present after joining; 0 = no change."""
        return next((month for month in range(1, 5) if self.months[month] != self.months[month - 1]), 0)


def load_catalogue(pack: Pack) -> Catalogue:
    """The pack's `sample.toml`.  Raises SampleError."""
    path = pack.file("sample.toml")
    if not path.is_file():
        raise SampleError(
            f"表册 {pack.info.id} 的文件夹里没有 sample.toml，不能生成示例数据。"
            "请照 fujian-2024 的 sample.toml 写一个，放在 pack.toml 旁边。"
        )
    try:
        return read_declaration(path, Catalogue)
    except PackError as error:
        raise SampleError(str(error)) from error


@dataclass(frozen=True, eq=False)
class _Cohort:
    """Who entered together into one major."""

    grade: str
    entry: Term
    major: Major


_Fact = tuple[_Cohort, str]
"""Cohort and hardship type of a student."""


@dataclass
class Draw:
    """Draws the students of one school."""

    pack: Pack
    catalogue: Catalogue
    set_name: str
    term: Term
    size: int
    seed: int
    tiers: tuple[int, ...]

    @cached_property
    def rng(self) -> Random:
        return Random(f"{self.set_name}/{self.term}/{self.size}/{self.seed}")

    def students(self) -> list[Student]:
        cohorts = list(self._cohorts())
        weights = [
            self.catalogue.spring_share
            if cohort.entry.half == 0
            else 1 - self.catalogue.spring_share * cohort.major.spring
            for cohort in cohorts
        ]
        counts = Counter(self.rng.choices(range(len(cohorts)), weights, k=self.size))
        types = {**self.catalogue.hardship, "": 100 - sum(self.catalogue.hardship.values())}
        facts: list[_Fact] = []
        classes: list[str] = []
        for number, cohort in enumerate(cohorts):
            count = counts[number]
            hardships = self.rng.choices(list(types), list(types.values()), k=count)
            facts.extend((cohort, hardship) for hardship in hardships)
            rooms = ceil(count / self.catalogue.class_size)
            classes.extend(f"{cohort.entry}{cohort.major.name}{i * rooms // count + 1}班" for i in range(count))
        people = self._people(cohort for cohort, _ in facts)
        presence = self._presence(facts)
        return [
            Student(
                grade=cohort.grade, major=cohort.major.name, category=cohort.major.category,
                funding=cohort.major.funding[self.set_name], nature=cohort.major.nature, hardship=hardship,
                entry=cohort.entry, class_name=class_name, months=months, change=change,
                name=name, id_number=id_number, phone=phone,
                grant=self.grant_of(cohort.grade, cohort.major, hardship), tuition=self._tuition[cohort.major.category],
            )
            for (cohort, hardship), class_name, (months, change), (name, id_number, phone)
            in zip(facts, classes, presence, people, strict=True)
        ]  # fmt: skip

    def _cohorts(self) -> Iterator[_Cohort]:
        """Majors opened, over the grades and the two entry terms of each: grade = terms since entry div 2 + 1, which
        holds for autumn entrants and is one of the two accepted readings for spring entrants."""
        catalogue = self.catalogue
        opened: dict[str, Major] = {}
        shuffled = self.rng.sample(catalogue.major, len(catalogue.major))
        for major in shuffled:  # one of each category first
            if all(other.category != major.category for other in opened.values()):
                opened[major.name] = major
        for major in shuffled:
            if len(opened) < catalogue.majors + self.size // catalogue.per_major:
                opened[major.name] = major
        now = self.term.year * 2 + self.term.half
        for index, grade in enumerate(GRADES):
            for since in (2 * index + 1, 2 * index):
                entry = Term(*divmod(now - since, 2))
                for major in catalogue.major:
                    if major.name in opened and index < major.grades and (entry.half == 1 or major.spring):
                        yield _Cohort(grade, entry, major)

    def _presence(self, facts: list[_Fact]) -> Iterator[tuple[tuple[bool, ...], str]]:
        """Months present and the reason of a change.

        In one month of each grade everyone is present, so heads counted over the term never exceed the head count of a
        month.  No count on any form moves by more than max(5, 10 %) from month to month.
        """
        rng, catalogue = self.rng, self.catalogue
        full_month = {grade: rng.randrange(5) for grade in GRADES}
        sizes: Counter[tuple[str, ...]] = Counter()
        for fact, count in Counter(facts).items():
            for group in self._counted_in(*fact):
                sizes[group] += count
        moved: Counter[tuple[int, tuple[str, ...]]] = Counter()
        for cohort, hardship in facts:
            if rng.random() < catalogue.movers_share:
                full = full_month[cohort.grade]
                boundary = rng.randrange(1, 5)
                groups = self._counted_in(cohort, hardship)
                if all(moved[boundary, group] < max(5, sizes[group] // 20) for group in groups):
                    moved.update((boundary, group) for group in groups)
                    leaves = boundary > full
                    yield (
                        tuple((month < boundary) == leaves for month in range(5)),
                        rng.choice(catalogue.leaving if leaves else catalogue.joining),
                    )
                    continue
            yield (True,) * 5, ""

    def _counted_in(self, cohort: _Cohort, hardship: str) -> list[tuple[str, ...]]:
        """The monthly counts of x-3 and x-4, totals included, in which such a student stands."""
        grade, major = cohort.grade, cohort.major
        funding = major.funding[self.set_name]
        registered = [("生均",), ("生均", grade), ("生均", "*", funding), ("生均", grade, funding)]
        aided = [("免学费",), ("免学费", grade), ("免学费", grade, major.category, hardship)]
        return registered + aided if hardship else registered

    def _people(self, cohorts: Iterable[_Cohort]) -> Iterator[tuple[str, str, str]]:
        """Name, identity number, phone: all made up, numbers unique."""
        try:
            from faker.providers.person.zh_CN import Provider
        except ImportError as error:
            raise SampleError("生成示例数据需要 Faker，请重新安装 jiesuan。") from error
        rng = self.rng
        families = rng.choices(list(Provider.last_names), list(Provider.last_names.values()), k=self.size)
        # Even serial number: female.
        given = tuple(
            [name for name in names if len(name) == 1]
            for names in (Provider.first_names_female, Provider.first_names_male)
        )
        numbers: set[str] = set()
        phones: set[str] = set()
        for family, cohort in zip(families, cohorts, strict=True):
            number = self._id_number(cohort, numbers)
            while (phone := f"{rng.choice(self.catalogue.mobiles)}{rng.randrange(10**8):08}") in phones:
                pass
            phones.add(phone)
            characters = given[int(number[16]) % 2]
            name = family + "".join(rng.choices(characters, k=rng.choice((1, 2, 2))))
            yield name, number, phone

    def _id_number(self, cohort: _Cohort, taken: set[str]) -> str:
        """A new number by GB 11643: county, birth date, serial, check digit.  The serial's first two digits come from
        the seed, unless that block is crowded."""
        rng = self.rng
        start = dt.date(cohort.entry.year, 9 if cohort.entry.half else 3, 1)
        attempts = 0
        while True:
            birth = start - dt.timedelta(days=cohort.major.age * 366 + rng.randrange(600))
            serial = rng.randrange(10) + self.seed % 100 * 10 if attempts < 20 else rng.randrange(1000)
            head = f"{rng.choice(self.catalogue.counties)}{birth:%Y%m%d}{serial:03}"
            if head not in taken:
                taken.add(head)
                return head + str(ric.calc_check_digit(head + "0"))
            attempts += 1

    def grant_of(self, grade: str, major: Major, hardship: str) -> int:
        """助学金 a month: the eligible grades' 涉农 students and students in hardship (1-2 填表说明3; 财科教〔2016〕35号)."""
        if grade not in self._eligible or not (hardship or major.category == AGRICULTURE):
            return 0
        tiers = self._tiers
        return tiers[0] if hardship in PRECISE else tiers[len(tiers) // 2] if hardship else tiers[-1]

    @cached_property
    def _eligible(self) -> tuple[str, ...]:
        return self.pack.policy.values("助学金年级", self.term)

    @cached_property
    def _tiers(self) -> tuple[int, ...]:
        """Monthly 助学金 from the highest tier down; a fixed standard is the only tier of its terms."""
        fixed = self._standard("助学金月标准")
        if fixed is not None:
            return (fixed,)
        low, high = self._standard("助学金最低月标准") or 0, self._standard("助学金最高月标准") or 0
        if any(not low <= tier <= high for tier in self.tiers):
            raise SampleError(f"助学金档次应在每月{low}元至{high}元之间。")
        return tuple(sorted(self.tiers, reverse=True)) or (self._standard("助学金平均月标准") or low,)

    @cached_property
    def _tuition(self) -> dict[str, int]:
        """专业类别 → 元 a month: a tenth of the annual standard (x-3 column 4)."""
        categories = {major.category for major in self.catalogue.major}
        return {category: (self._standard("免学费年标准", category) or 0) // 10 for category in categories}

    def _standard(self, name: str, category: str = "") -> int | None:
        standard = self.pack.policy.lookup(name, self.term, {"隶属": self.set_name, "专业类别": category})
        return None if standard is None else int(standard.amount)
