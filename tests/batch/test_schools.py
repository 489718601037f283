from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from jiesuan.batch import schools as s
from jiesuan.batch.roster import Listed
from jiesuan.batch.schools import File, School, Usual, modified, newest, schools_of
from jiesuan.batch.store import Checked
from jiesuan.report import Report
from jiesuan.session import Failure
from jiesuan.term import Term

from .city import archive, school_bytes


def file(
    path: str,
    school: str = "甲技工学校",
    sha256: str = "",
    *,
    term: str = "2024春",
    saved: str = "",
    blank: bool = False,
    printed: str = "",
    set_name: str = "市属",
) -> File:
    report = Report(
        PurePosixPath(path).name, sha256 or path, "fujian-2024", set_name, term, (), school=school, blank=blank
    )
    checked = Checked(sha256=sha256 or path, by="", printed=printed) if printed else None
    return File(path, sha256 or path, checked, report, modified=saved)


def broken(path: str) -> File:
    return File(path, failure=Failure(path, "corrupt", "坏了。"))


def grouped(files: list[File], roster: list[str] | None = None, saved: dict[str, bytes] | None = None) -> list[School]:
    listed = None if roster is None else [Listed(name, row=row) for row, name in enumerate(roster, 2)]
    return schools_of(files, listed, lambda item: (saved or {}).get(item.path))


def told(schools: list[School]) -> list[tuple[str, str, str | None, list[str]]]:
    return [(x.name, x.filed, x.current.path if x.current else None, [f.path for f in x.files]) for x in schools]


def test_one_file_a_school() -> None:
    assert told(grouped([file("a.xlsx"), file("b.xlsx", "乙技工学校")])) == [
        ("甲技工学校", "已报", "a.xlsx", ["a.xlsx"]),
        ("乙技工学校", "已报", "b.xlsx", ["b.xlsx"]),
    ]


def test_the_roster_first_and_in_its_order() -> None:
    files = [file("a.xlsx", "甲 技工学校"), file("b.xlsx", "丁技师学院"), file("c.xlsx", "泉州丙工贸技工学校")]
    assert told(grouped(files, ["泉州市丙工贸技工学校", "乙戊己技工学校", "甲技工学校"])) == [
        ("泉州市丙工贸技工学校", "名称不一致", "c.xlsx", ["c.xlsx"]),
        ("乙戊己技工学校", "未报", None, []),
        ("甲技工学校", "已报", "a.xlsx", ["a.xlsx"]),
        ("丁技师学院", "多报", "b.xlsx", ["b.xlsx"]),
    ]


def test_copies_and_others() -> None:
    [school] = grouped([file("a.xlsx", sha256="1"), file("b.xlsx", sha256="2"), file("c.xlsx", sha256="2")])
    assert (school.filed, school.current.path if school.current else "") == ("重复报送", "b.xlsx")
    assert [x.path for x in school.copies] == ["c.xlsx"]
    assert [x.path for x in school.others] == ["a.xlsx"]
    assert school.decided == "看不出先后，取文件名排在最后的一份"


def test_a_blank_beside_a_filled_one_does_not_compete() -> None:
    [school] = grouped([file("a.xlsx", sha256="1"), file("空.xlsx", sha256="2", term="2024秋", blank=True)])
    assert school.current is not None and school.current.path == "a.xlsx"
    assert (school.others, [x.path for x in school.blanks]) == ([], ["空.xlsx"])
    [school] = grouped([file("a.xlsx", sha256="1", blank=True), file("b.xlsx", sha256="2", blank=True)])
    assert ([x.path for x in school.others], school.blanks) == (["a.xlsx"], [])


def test_a_file_without_a_name_inside_goes_by_its_own() -> None:
    files = [
        file("甲技工学校2024春结算表.xlsx", ""),
        broken("收到/乙技工学校.xlsx"),
        broken("x.xlsx"),
        file("y.xlsx", ""),
    ]
    assert told(grouped(files, ["甲技工学校", "乙技工学校"])) == [
        ("甲技工学校", "已报", "甲技工学校2024春结算表.xlsx", ["甲技工学校2024春结算表.xlsx"]),
        ("乙技工学校", "已报", None, ["收到/乙技工学校.xlsx"]),
        ("x", "无法识别", None, ["x.xlsx"]),
        ("y", "无法识别", "y.xlsx", ["y.xlsx"]),
    ]


def test_a_name_inside_a_longer_one_is_another_school() -> None:
    """A branch, another town's: its figures are nobody's until it says whose; what cannot be read is tied all the same."""
    names = [
        "工贸技工学校惠安分校",
        "附件2泉州第一技工学校（更正）",
        "泉州市工贸技工学校（东校区）",
    ]
    known = [file("a.xlsx", "第一技工学校"), file("b.xlsx", "泉州市工贸技工学校")]
    files = [*known, *(file(f"{name}.xlsx", "") for name in names)]
    found = {x.path: school.name for school in grouped(files) for x in school.files}
    assert {name: found[f"{name}.xlsx"] for name in names} == {
        "工贸技工学校惠安分校": "工贸技工学校惠安分校",
        "附件2泉州第一技工学校（更正）": "第一技工学校",
        "泉州市工贸技工学校（东校区）": "泉州市工贸技工学校（东校区）",
    }
    unread = [
        file("b.xlsx", "泉州市工贸技工学校"),
        *(broken(f"{name}.xlsx") for name in ("泉州工贸技工学校（更正）", names[2])),
    ]
    [school] = grouped(unread)
    assert [x.path for x in school.files] == ["b.xlsx", "泉州工贸技工学校（更正）.xlsx", f"{names[2]}.xlsx"]


def test_a_name_like_one_on_the_roster_is_taken_for_a_broken_file() -> None:
    files = [broken("泉州工贸技工学校2024年春季结算表.xlsx")]
    assert told(grouped(files, ["泉州市工贸技工学校", "泉州市第一技工学校"])) == [
        ("泉州市工贸技工学校", "已报", None, ["泉州工贸技工学校2024年春季结算表.xlsx"]),
        ("泉州市第一技工学校", "未报", None, []),
    ]


def test_a_broken_file_beside_a_good_one() -> None:
    [school] = grouped([file("a.xlsx"), broken("甲技工学校(1).xlsx")])
    assert (school.filed, school.current.path if school.current else "", school.must_return) == (
        "重复报送",
        "a.xlsx",
        False,
    )


def test_files_of_two_folders_with_one_name() -> None:
    assert [school.name for school in grouped([broken("甲/x.xlsx"), broken("乙/x.xlsx")])] == ["x", "x"]


@pytest.mark.parametrize(
    ("files", "chosen", "why"),
    [
        ([file("a")], "a", ""),
        ([file("a", term="2024秋"), file("b", saved="2025-01-01 00:00")], "a", "它的学期最新"),
        ([file("a", saved="2024-09-05 10:00"), file("b", saved="2024-09-04 10:00")], "a", "它保存得最晚"),
        ([file("a", saved="2024-09-05 10:00"), file("b")], "b", "看不出先后，取文件名排在最后的一份"),
        ([file("a", saved="2024-09-05 10:00"), file("b", saved="2024-09-05 10:00")], "b", "看不出先后，取文件名排在最后的一份"),
        (
            [file("a", term="2023秋", saved="2024-12-05 10:00"), file("b", saved="2024-09-05 10:00"), file("c", saved="2024-09-03 10:00")],
            "b",
            "它的学期最新；这样的几份里它保存得最晚",
        ),
        ([file("a"), file("b", term="2024秋", saved="2025-01-01 00:00", blank=True)], "a", "只有它填了数"),
        ([file("a", blank=True), file("b", term="2024秋", blank=True)], "b", "它的学期最新"),
        # As with --term, which all are then checked for.
        ([file("a", printed="2024春"), file("b", printed="2024秋")], "a", "其余的写的是别的学期"),
        ([file("a", printed="2023秋"), file("b", printed="2024秋")], "b", "看不出先后，取文件名排在最后的一份"),
    ],
)  # fmt: skip
def test_which_counts(files: list[File], chosen: str, why: str) -> None:
    found = newest(reversed(files))
    assert (found[0].path, found[1]) == (chosen, why)


LATE, LATER = "2024-09-05 10:00", "2024-09-06 10:00"


@pytest.mark.parametrize(
    ("files", "listed", "usual", "chosen", "why"),
    [
        # The roster says whose forms they must be, whatever was saved later and whatever most schools sent.
        ([file("a", saved=LATE), file("b", saved=LATER, set_name="省属")], "市属", Usual("2024春", "省属"), "a", "它是市属的表，与名单相符"),
        ([file("a", saved=LATER), file("b", saved=LATE, set_name="省属")], "省属", Usual("2024春", "市属"), "b", "它是省属的表，与名单相符"),
        (
            [file("a", saved=LATE), file("b", saved=LATER, set_name="省属"), file("c")],
            "市属", Usual(), "c", "它是市属的表，与名单相符；这样的几份里看不出先后，取文件名排在最后的一份",
        ),
        # A roster that no file agrees with, or that does not say, decides nothing.
        ([file("a", saved=LATE), file("b", saved=LATER)], "省属", Usual("2024春", "市属"), "b", "它保存得最晚"),
        ([file("a", saved=LATE), file("b", saved=LATER, set_name="省属")], "", Usual("2024春", "市属"), "a", "它和多数学校一样是市属的表"),
        ([file("a", saved=LATE), file("b", saved=LATER, set_name="省属")], "", Usual(), "b", "它保存得最晚"),
        # The term that most schools sent goes before a later one, the later one before an earlier.
        ([file("a", saved=LATE), file("b", term="2024秋", saved=LATER)], "", Usual("2024春"), "a", "它的学期与多数学校相同"),
        ([file("a", saved=LATER), file("b", term="2024秋", saved=LATE)], "", Usual("2024秋"), "b", "它的学期最新"),
        ([file("a", saved=LATER), file("b", term="2024秋", saved=LATE)], "", Usual("2023秋"), "b", "它的学期最新"),
        (
            [file("a", saved=LATE), file("b", saved=LATER), file("c", term="2024秋")],
            "", Usual("2024春"), "b", "它的学期与多数学校相同；这样的几份里它保存得最晚",
        ),
        # The right set first: a form of the wrong one is to be filled in anew whatever its term.
        ([file("a", term="2023秋"), file("b", set_name="省属")], "市属", Usual("2024春", "市属"), "a", "它是市属的表，与名单相符"),
        ([file("a"), file("b", set_name="省属", blank=True)], "省属", Usual("2024秋", "省属"), "a", "只有它填了数"),
    ],
)  # fmt: skip
def test_what_the_roster_and_the_others_say_of_several(
    files: list[File], listed: str, usual: Usual, chosen: str, why: str
) -> None:
    found = newest(reversed(files), listed, usual)
    assert (found[0].path, found[1]) == (chosen, why)


def test_what_most_schools_sent_decides_for_who_sent_more() -> None:
    """Three send spring, one of them autumn as well; the other set once, by who is listed and by who is not."""
    files = [
        file("a.xlsx", "甲技工学校"),
        file("a秋.xlsx", "甲技工学校", term="2024秋"),
        file("b.xlsx", "乙技工学校"),
        file("b省.xlsx", "乙技工学校", set_name="省属"),
        file("c.xlsx", "丙技师学院"),
        file("c省.xlsx", "丙技师学院", set_name="省属"),
        *(file(f"{name}空.xlsx", f"{name}技师学院", term="2024秋", blank=True) for name in "丁戊己庚"),
    ]
    roster = [Listed("乙技工学校", "市属", 2), Listed("丙技师学院", "省属", 3)]
    found = schools_of(files, roster, lambda item: None)
    assert [(school.name, school.current.path if school.current else "", school.decided) for school in found] == [
        ("乙技工学校", "b.xlsx", "它是市属的表，与名单相符"),
        ("丙技师学院", "c省.xlsx", "它是省属的表，与名单相符"),
        ("甲技工学校", "a.xlsx", "它的学期与多数学校相同"),
        *((f"{name}技师学院", f"{name}空.xlsx", "") for name in "丁戊己庚"),
    ]
    alone = schools_of(files[:4], None, lambda item: None)
    assert [(school.current.path if school.current else "", school.decided) for school in alone] == [
        ("a.xlsx", "它的学期与多数学校相同"),
        ("b.xlsx", "它和多数学校一样是市属的表"),
    ]


def test_who_sends_both_votes_for_both() -> None:
    """The new term arrives in a folder that still holds the old one: with more than half of the schools it is the batch's."""
    old = [file(f"{name}.xlsx", f"{name}技工学校") for name in "甲乙丙"]
    new = [file(f"{name}秋.xlsx", f"{name}技工学校", term="2024秋") for name in "甲乙丙"]
    for sent, chosen in ((1, ["甲", "乙", "丙"]), (2, ["甲秋", "乙秋", "丙"])):
        found = grouped([*old, *new[:sent]])
        assert [school.current.stem for school in found if school.current] == chosen


def test_when_a_workbook_says_it_was_saved() -> None:
    assert modified(school_bytes(0)) == "2024-09-04 00:00"
    core = b'<cp:coreProperties><dcterms:modified xsi:type="dcterms:W3CDTF">2024-09-05T10:20:30Z</dcterms:modified>'
    assert modified(archive({"docProps/core.xml": core})) == "2024-09-05 10:20"
    assert [modified(data) for data in (b"", b"PK", archive({"a": b""}), archive({"docProps/core.xml": b"<a/>"}))] == [
        ""
    ] * 4


def test_the_time_is_asked_only_where_files_compete() -> None:
    asked: list[str] = []

    def ask(item: File) -> bytes:
        asked.append(item.path)
        return school_bytes(0)

    schools_of([file("a.xlsx", sha256="1"), file("b.xlsx", sha256="1"), file("c.xlsx", "乙校")], None, ask)
    assert asked == []
    schools_of([file("a.xlsx", sha256="1"), file("b.xlsx", sha256="2")], None, ask)
    assert asked == ["b.xlsx", "a.xlsx"]


def test_words() -> None:
    assert (s.FILED, s.MISSING, s.REPEATED, s.EXTRA, s.MISNAMED, s.UNKNOWN) == (
        "已报", "未报", "重复报送", "多报", "名称不一致", "无法识别",
    )  # fmt: skip


def test_of_copies_the_one_that_names_the_school() -> None:
    """`副本 (1)` is shorter, but says nothing to who opens the folder."""
    files = [file("副本 (1).xlsx", sha256="1"), file("收/甲 技工学校2024春.xlsx", sha256="1"), file("收/甲技工学校.xlsx", sha256="1")]  # fmt: skip
    [school] = grouped(files)
    assert school.current is not None and school.current.path == "收/甲技工学校.xlsx"
    assert [copy.path for copy in school.copies] == ["副本 (1).xlsx", "收/甲 技工学校2024春.xlsx"]


@pytest.mark.parametrize("named", ["2024年上半年", "2024下半年", "2024年春季学期", "2024秋"])
def test_a_file_that_cannot_be_read_goes_by_its_name_without_the_term(named: str) -> None:
    path = f"泉州工贸技工学校{named}结算表.xlsx"
    assert told(grouped([broken(path)], ["泉州市工贸技工学校"])) == [("泉州市工贸技工学校", "已报", None, [path])]


def test_the_choice_among_many_looks_at_each_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    term_of = s._term

    def noted(item: File) -> Term:
        looked.append(item.path)
        return term_of(item)

    monkeypatch.setattr(s, "_term", noted)

    def looks(count: int) -> int:
        looked.clear()
        assert newest([file(f"{n:03}.xlsx") for n in range(count)])[0].path == f"{count - 1:03}.xlsx"
        return len(looked)

    assert looks(80) == 2 * looks(40) > 0
