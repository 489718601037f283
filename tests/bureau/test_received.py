"""Which schools' workbooks a bureau sums, and which are left out, and why."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from jiesuan import reading
from jiesuan.batch import find
from jiesuan.batch.store import data_folder
from jiesuan.bureau.inputs import Inputs
from jiesuan.bureau.problem import BureauProblem
from jiesuan.bureau.received import LeftOut, Received, open_one, receive
from jiesuan.bureau.rollup import roll_up, write_rollup
from jiesuan.produce import results_of, save
from jiesuan.reading import UnreadableFile
from jiesuan.sample.make import make_sample
from jiesuan.share import load_shares
from jiesuan.template.layout import compose
from tests.batch.inline import run_inline
from tests.bureau.making import (
    AUTUMN,
    BUREAU,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SCHOOLS,
    SECOND,
    SET,
    SPRING,
    check,
    city,
    received,
    sample,
    write_city,
    write_school,
)
from tests.making import ID, blank_file, overtyped, python, sample_file, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's workbooks; tests copy it."""
    return write_city(tmp_path_factory.mktemp("收到") / "表")


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "收到的表"))


def whys(found: Received) -> dict[str, str]:
    return dict(found.left_out)


def test_a_folder(folder: Path) -> None:
    found = receive(folder, PACK, SET)
    assert (found.term, found.left_out, found.errors) == (SPRING, [], {})
    assert [school.name for school in found.schools] == sorted(SCHOOLS)
    for mine, theirs in zip(found.schools, received(SPRING).schools, strict=True):
        assert (mine.figures, mine.majors, mine.balances) == (theirs.figures, theirs.majors, theirs.balances)
        assert mine.troubles == [] and mine.file == f"{mine.name}.xlsx"


def test_sub_folders_archives_and_one_file(own: Path) -> None:
    inner = own / "县区"
    inner.mkdir()
    shutil.move(own / f"{COUNTY_SCHOOL}.xlsx", inner)
    with zipfile.ZipFile(own / "第二.zip", "w") as archive:
        archive.write(own / f"{SECOND}.xlsx", f"{SECOND}.xlsx")
    (own / f"{SECOND}.xlsx").unlink()
    assert sorted(school.file for school in receive(own, PACK, SET).schools) == [
        f"县区/{COUNTY_SCHOOL}.xlsx", f"{FIRST}.xlsx", f"第二.zip/{SECOND}.xlsx",
    ]  # fmt: skip
    assert [s.name for s in receive(own / "第二.zip", PACK, SET).schools] == [SECOND]
    assert [s.name for s in receive(own / f"{FIRST}.xlsx", PACK, SET).schools] == [FIRST]


def test_blank_forms_have_no_say_in_the_term(own: Path) -> None:
    for name in "甲乙丙丁":
        blank_file(own / f"{name}.xlsx", term=AUTUMN)
    found = receive(own, PACK, SET)
    assert (found.term, len(found.schools)) == (SPRING, len(SCHOOLS))
    assert set(whys(found)) == {"甲.xlsx", "乙.xlsx", "丙.xlsx", "丁.xlsx"}


def test_who_is_left_out(own: Path) -> None:
    sample_file(own / "省属.xlsx", "省属")
    blank_file(own / "空.xlsx")
    write_school(own / "秋.xlsx", SECOND, AUTUMN)
    (own / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (own / "说明.txt").write_text("不是工作簿", encoding="utf-8")
    shutil.copy(own / f"{FIRST}.xlsx", own / "副本.xlsx")
    write_rollup(own / "附件3.xlsx", PACK, city(SPRING).rollup)
    nameless = sample(COUNTY_SCHOOL).filling
    lines = {role: {k: v for k, v in line.items() if k != "学校名称"} for role, line in nameless.lines.items()}
    write_school(own / "无名.xlsx", COUNTY_SCHOOL, SPRING, type(nameless)(nameless.figures, nameless.rows, lines))
    found = receive(own, PACK, SET)
    assert [school.name for school in found.schools] == sorted(SCHOOLS)
    told = whys(found)
    assert told.pop("坏.xlsx")
    assert told == {
        "省属.xlsx": "省属学校的表直接报省，不由市里汇总",
        "空.xlsx": "是没有填数的空表",
        "秋.xlsx": "是2024年秋季学期的表，这次汇总的是2024年春季学期",
        f"{FIRST}.xlsx": "与“副本.xlsx”完全相同，只算一份",
        "附件3.xlsx": "这是主管部门的汇总表，不是学校的表",
        "无名.xlsx": "表上没有学校名称，无法列入汇总",
    }
    assert found.left_out == sorted(found.left_out)


def test_open_errors_are_refused_unless_asked_for(own: Path) -> None:
    written(own / "错.xlsx", overtyped())
    refused = receive(own, PACK, SET)
    assert len(refused.schools) == 3
    assert whys(refused)["错.xlsx"].startswith("还有 ") and "--allow-errors" in whys(refused)["错.xlsx"]
    let_in = receive(own, PACK, SET, allow_errors=True)
    assert len(let_in.schools) == 4 and let_in.left_out == []
    assert list(let_in.errors) == ["示范技工学校"] or len(let_in.errors) == 1


def test_two_versions_of_a_school_are_both_left_out(own: Path) -> None:
    other = sample(FIRST).filling
    figures = {**other.figures}
    key = next(place for place in figures if (place[0] == "生均" and place[2] == "备注") or place[0] == "生均")
    lines = {**other.lines, "生均": {**other.lines["生均"], "前期结余": 1.5}}
    write_school(own / "改过.xlsx", FIRST, SPRING, type(other)(figures, other.rows, lines))
    assert key
    found = receive(own, PACK, SET)
    assert [school.name for school in found.schools] == sorted({COUNTY_SCHOOL, SECOND})
    why = f"“{FIRST}”有 2 份内容不同的表（改过.xlsx、{FIRST}.xlsx），不知以哪份为准；请只留一份再汇总"
    assert found.left_out == [LeftOut("改过.xlsx", why), LeftOut(f"{FIRST}.xlsx", why)]


def test_nothing_to_sum_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BureauProblem, match=r"^没有找到“没有”；请写出放学校结算表的文件夹"):
        receive(tmp_path / "没有", PACK, SET)
    with pytest.raises(BureauProblem, match=rf"^“{tmp_path.name}”里没有可以汇总的学校结算表。$"):
        receive(tmp_path, PACK, SET)
    sample_file(tmp_path / "省属.xlsx", "省属")
    with pytest.raises(BureauProblem, match=r"里没有可以汇总的学校结算表。$"):
        receive(tmp_path, PACK, SET)


def test_the_term_can_be_given(own: Path) -> None:
    found = receive(own, PACK, SET, term=AUTUMN)
    assert {school.term for school in found.schools} <= {AUTUMN}


@pytest.fixture(scope="module")
def batch(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a batch over the city."""
    out = tmp_path_factory.mktemp("批量") / "结果"
    done = python("-m", "jiesuan", "batch", folder, "-o", out, "--jobs", "1")
    assert (data_folder(out) / "batch.json").exists(), done.stderr.decode()
    return out


def test_the_output_of_a_batch_gives_the_same(batch: Path, folder: Path) -> None:
    mine, theirs = receive(batch, PACK, SET), receive(folder, PACK, SET)
    assert mine.term == theirs.term and mine.left_out == []
    assert [(s.name, s.figures) for s in mine.schools] == [(s.name, s.figures) for s in theirs.schools]


def test_a_batch_says_where_its_errors_are_told_and_who_sent_nothing(folder: Path, tmp_path: Path) -> None:
    """A finding between workbooks is not among those of `jiesuan check`; what nobody could open may hold more schools."""
    source = Path(shutil.copytree(folder, tmp_path / "表"))
    written(source / "错.xlsx", overtyped())
    (source / "县区.rar").write_bytes(b"Rar!")
    roster = Workbook()
    unsent = (("泉州没有报的技工学校", "县区属"), ("泉州也没有报的技师学院", ""), ("福建省属技师学院", "省属"))
    for line in (("学校名称", "隶属"), (FIRST, "市属"), *unsent):
        roster.active.append(line)
    roster.save(tmp_path / "名单.xlsx")
    out = tmp_path / "结果"
    python("-m", "jiesuan", "batch", source, "-o", out, "--jobs", "1", "--roster", tmp_path / "名单.xlsx")
    found = receive(out, PACK, SET)
    assert re.fullmatch(
        r"还有 \d+ 处错误没有改（见批量校验的汇总）；确实要带着错误汇总，请加 --allow-errors", whys(found)["错.xlsx"]
    )
    assert whys(found)["县区.rar"] == ".rar 压缩包打不开，里面的文件没有校验；请解压，或改压成 .zip。"
    assert found.missing == ("泉州没有报的技工学校", "泉州也没有报的技师学院")  # the third hands in to the province
    rollup = roll_up(PACK, found, load_shares(PACK, SPRING), BUREAU, Inputs())
    assert rollup.remarks[0] == "名单上的学校没有报送，没有汇总：泉州没有报的技工学校、泉州也没有报的技师学院。"
    assert receive(folder, PACK, SET).missing == ()


def test_a_name_that_a_batch_put_right_is_told(own: Path, tmp_path: Path) -> None:
    roster = Workbook()
    for line in ("学校名称", f"福建省{FIRST}", SECOND, COUNTY_SCHOOL):
        roster.active.append([line])
    roster.save(tmp_path / "名单.xlsx")
    found = receive(run_inline(own, tmp_path / "出", roster=tmp_path / "名单.xlsx").options.out, PACK, SET)
    assert [school.name for school in found.schools] == [COUNTY_SCHOOL, SECOND, f"福建省{FIRST}"]
    assert found.renamed == [(f"{FIRST}.xlsx", FIRST, f"福建省{FIRST}")]
    rollup = roll_up(PACK, found, load_shares(PACK, SPRING), BUREAU, Inputs())
    assert rollup.remarks[0] == (
        f"{FIRST}.xlsx 的学校名称是“{FIRST}”，批量校验按名单当作“福建省{FIRST}”；请核对是不是同一所学校。"
    )


def test_former_names_come_from_the_roster_of_a_batch(own: Path, tmp_path: Path) -> None:
    roster = Workbook()
    for line in (
        ("学校名称", "曾用名"),
        (FIRST, "泉州老技工学校；泉州（旧）校"),
        (SECOND, None),
        (COUNTY_SCHOOL, None),
    ):
        roster.active.append(line)
    roster.save(tmp_path / "名单.xlsx")
    out = run_inline(own, tmp_path / "出", roster=tmp_path / "名单.xlsx").options.out
    former = {FIRST: ("泉州老技工学校", "泉州(旧)校"), SECOND: (), COUNTY_SCHOOL: ()}
    assert receive(out, PACK, SET).former == former
    assert receive(own, PACK, SET).former == dict.fromkeys(former, ())


def test_why_a_batch_took_no_figures_from_a_file(own: Path, tmp_path: Path) -> None:
    """A copy, another version, one that no worker could read, one with a password in an archive: each has its own reason."""
    filling = sample(FIRST).filling
    lines = {**filling.lines, "生均": {**filling.lines["生均"], "前期结余": 1.5}}
    write_school(own / "一改.xlsx", FIRST, SPRING, type(filling)(filling.figures, filling.rows, lines))
    shutil.copy(own / f"{SECOND}.xlsx", own / "副本.xlsx")
    (own / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    with zipfile.ZipFile(own / "包.zip", "w") as packed:
        packed.writestr("密.xlsx", b"1")
    data = bytearray((own / "包.zip").read_bytes())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        data[at] |= 1  # the bit that says: encrypted
    (own / "包.zip").write_bytes(data)
    out = run_inline(own, tmp_path / "出").options.out
    found = receive(out, PACK, SET)
    assert [school.name for school in found.schools] == sorted(SCHOOLS)
    assert whys(found) == {
        "一改.xlsx": f"“{FIRST}”有几份内容不同的表，批量校验采用的是“{FIRST}.xlsx”，这一份没有汇总",
        "副本.xlsx": f"与“{SECOND}.xlsx”完全相同，只算一份",
        "坏.xlsx": "文件不完整，后半部分缺失，多半是下载或传送中断。请重新下载，或请对方重新发送。",
        "包.zip/密.xlsx": "压缩包有密码，打不开；请解压后放进来。",
    }


def test_a_batch_and_the_folder_itself_sum_the_same_schools(own: Path, tmp_path: Path) -> None:
    """A copy of the next term and one on the forms of the other set, each of a school that sent the right one as well."""
    write_school(own / f"{FIRST}秋.xlsx", FIRST, AUTUMN)
    laid = compose(PACK, "省属", SPRING, make_sample(PACK, "省属", SPRING, students=20, seed=9, school=SECOND).filling)
    save(own / f"{SECOND}（省属表）.xlsx", PACK, laid, results_of(laid))
    roster = Workbook()
    for line in (("学校名称", "隶属"), *((name, "市属") for name in SCHOOLS)):
        roster.active.append(line)
    roster.save(tmp_path / "名单.xlsx")
    plain = run_inline(own, tmp_path / "出").options.out
    listed = run_inline(own, tmp_path / "名单出", roster=tmp_path / "名单.xlsx").options.out
    for source in (own, plain, listed):
        found = receive(source, PACK, SET)
        assert (found.term, [school.file for school in found.schools]) == (
            SPRING, [f"{COUNTY_SCHOOL}.xlsx", f"{FIRST}.xlsx", f"{SECOND}.xlsx"],
        )  # fmt: skip
        assert set(whys(found)) == {f"{FIRST}秋.xlsx", f"{SECOND}（省属表）.xlsx"}


def test_one_school_with_many_files_does_not_decide_the_term(own: Path) -> None:
    """Schools are counted, not files."""
    sizes = iter(range(20, 30))
    for number in range(4):
        filling = make_sample(PACK, "市属", AUTUMN, students=next(sizes), seed=number, school=FIRST).filling
        write_school(own / f"{FIRST}秋{number}.xlsx", FIRST, AUTUMN, filling)
    found = receive(own, PACK, SET)
    assert (found.term, [school.name for school in found.schools]) == (SPRING, sorted(SCHOOLS))


def test_a_file_nobody_may_read_and_folders_that_do_not_open(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / "县区.rar").write_bytes(b"Rar!")

    def refuse(path: Path) -> bytes:
        if path.stem == SECOND:
            raise UnreadableFile("permission")
        return reading.received(path)

    monkeypatch.setattr(find, "received", refuse)
    found = receive(own, PACK, SET)
    assert [school.name for school in found.schools] == sorted({FIRST, COUNTY_SCHOOL})
    assert whys(found) == {
        f"{SECOND}.xlsx": UnreadableFile("permission").message,
        "县区.rar": ".rar 压缩包打不开，里面的文件没有校验；请解压，或改压成 .zip。",
    }


def test_a_file_changed_since_the_batch_is_left_out(folder: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(folder, tmp_path / "表"))
    out = tmp_path / "结果"
    python("-m", "jiesuan", "batch", source, "-o", out, "--jobs", "1")
    write_school(source / f"{FIRST}.xlsx", FIRST, AUTUMN)
    found = receive(out, PACK, SET)
    assert [school.name for school in found.schools] == sorted({COUNTY_SCHOOL, SECOND})
    assert whys(found) == {f"{FIRST}.xlsx": "批量校验以后这个文件改过或不在了，请重新运行 jiesuan batch"}


def test_a_damaged_batch_is_told(batch: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(batch, tmp_path / "结果"))
    (data_folder(out) / "batch.json").write_text("{", encoding="utf-8")
    with pytest.raises(BureauProblem, match=r"^“结果”里的批量校验结果已损坏"):
        receive(out, PACK, SET)


def test_one_workbook(folder: Path, tmp_path: Path) -> None:
    assert open_one(folder / f"{FIRST}.xlsx").term == SPRING
    with pytest.raises(BureauProblem, match=r"^没有\.xlsx："):
        open_one(tmp_path / "没有.xlsx")


def test_numbers_in_the_names_of_files_stay_hidden(own: Path) -> None:
    """A figure's comment in 附件3 names the file it came from."""
    shutil.move(own / f"{FIRST}.xlsx", own / f"甲{ID}.xlsx")
    write_school(own / f"乙{ID}.xlsx", SECOND, AUTUMN)
    found = receive(own, PACK, SET)
    hidden = f"{ID[:3]}***********{ID[-4:]}"
    assert [school.file for school in found.schools if school.name == FIRST] == [f"甲{hidden}.xlsx"]
    assert [item.file for item in found.left_out] == [f"乙{hidden}.xlsx"]


def test_one_school_spelt_in_two_ways_is_one(own: Path) -> None:
    """Half or full width, a space: its two workbooks are not summed both."""
    other = sample(FIRST).filling
    spaced = {role: {**line, "学校名称": f"{FIRST[:2]} {FIRST[2:]}"} for role, line in other.lines.items()}
    write_school(own / "改过.xlsx", FIRST, SPRING, type(other)(other.figures, other.rows, spaced))
    found = receive(own, PACK, SET)
    assert [school.name for school in found.schools] == sorted({COUNTY_SCHOOL, SECOND})
    assert sorted(item.file for item in found.left_out) == sorted([f"{FIRST}.xlsx", "改过.xlsx"])


def test_the_same_students_under_two_names_are_not_summed_twice(own: Path) -> None:
    """A school that wrote its name otherwise the second time: nobody can tell from the names that it is one."""
    other = sample(FIRST).filling
    shorter = {role: {**line, "学校名称": "示范技工学校"} for role, line in other.lines.items()}
    for name in ("改名.xlsx", "改名副本.xlsx"):
        write_school(own / name, FIRST, SPRING, type(other)(other.figures, other.rows, shorter))
    count = sum(len(rows) for rows in other.rows["精准明细"].values())
    found = receive(own, PACK, SET)
    assert [school.name for school in found.schools] == sorted({COUNTY_SCHOOL, SECOND}) and found.shared == []

    def why(name: str) -> str:
        return (
            f"还有 {count} 处错误没有改（有 {count} 名学生也在“{name}”的名单上，用 jiesuan batch 校验这个文件夹可逐个查看）；"
            "确实要带着错误汇总，请加 --allow-errors"
        )

    assert whys(found) == {
        "改名.xlsx": why(FIRST), "改名副本.xlsx": why(FIRST), f"{FIRST}.xlsx": why("示范技工学校"),
    }  # fmt: skip
    let_in = receive(own, PACK, SET, allow_errors=True)
    assert let_in.errors == {FIRST: count, "示范技工学校": count}
    told = [
        f"“{FIRST}”（{FIRST}.xlsx）有 {count} 名学生也在“示范技工学校”的名单上，汇总会重复计算",
        f"“示范技工学校”（改名.xlsx）有 {count} 名学生也在“{FIRST}”的名单上，汇总会重复计算",
    ]
    assert let_in.shared == told
    rollup = roll_up(PACK, let_in, load_shares(PACK, SPRING), BUREAU, Inputs())
    assert rollup.remarks[:2] == [f"{said}；请先改正，再汇总一次。" for said in told]
    report = check(city(SPRING), city(SPRING).fresh(), schools=let_in)
    assert report.remarks == [f"学校的表：{said}。" for said in told]


def test_a_file_nobody_can_read_stops_its_school_as_in_a_batch(own: Path, tmp_path: Path) -> None:
    """It may be the correction of the one that can be read."""
    (own / f"{FIRST}（更正）.xlsx").write_bytes(b"PK\x03\x04 broken")
    Workbook().save(own / f"{SECOND}教师名单.xlsx")  # no settlement workbook at all
    found = receive(own, PACK, SET)
    assert [school.name for school in found.schools] == sorted({COUNTY_SCHOOL, SECOND})
    assert set(whys(found)) == {f"{FIRST}（更正）.xlsx", f"{FIRST}.xlsx", f"{SECOND}教师名单.xlsx"}
    assert whys(found)[f"{FIRST}.xlsx"] == (
        f"还有 1 处错误没有改（本校另有一份“{FIRST}（更正）.xlsx”读不了（文件不完整，后半部分缺失，多半是下载或传送中断），"
        f"不知是不是更正过的；本批核对的是“{FIRST}.xlsx”，用 jiesuan batch 校验这个文件夹可逐个查看）；"
        "确实要带着错误汇总，请加 --allow-errors"
    )
    let_in = receive(own, PACK, SET, allow_errors=True)
    assert [school.name for school in let_in.schools] == sorted(SCHOOLS) and let_in.errors == {FIRST: 1}
    batch = run_inline(own, tmp_path / "出").options.out
    for mine, theirs in ((found, receive(batch, PACK, SET)), (let_in, receive(batch, PACK, SET, allow_errors=True))):
        assert [school.name for school in mine.schools] == [school.name for school in theirs.schools]
        assert set(whys(mine)) == set(whys(theirs)) and mine.errors == theirs.errors
