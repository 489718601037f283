"""What a reason must not be."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.pack import PackError, load_pack, packs_folder
from jiesuan.wording import LONGEST, Wording

from .making import ID, PHONE

WORDING = load_pack().wording


@pytest.mark.parametrize(
    "reason",
    [
        "无",
        "同上",
        "已核实",
        "情况属实",
        "没问题",
        "属实",
        "正常",
        "见附件",
        "无。",
        "  无  ",
        "情 况 属 实",
        "情况属实，已核实。",
        "情况属实已核实",
        "经核实，情况属实，没有问题！",
        "本校已按实际情况填报，数据准确无误",
        "ＯＫ",
        "N/A",
        "已核实；已核实；已核实",
        "我校数据真实有效，特此说明。",
    ],
)
def test_empty_phrases(reason: str) -> None:
    shown = " ".join(reason.split())
    assert WORDING.objection(reason) == f"说明太笼统（“{shown}”没有说出原因）。{WORDING.hint}"


@pytest.mark.parametrize("reason", ["转学", "张三休学", "情况属实，休学", "4月转入"])
def test_too_short(reason: str) -> None:
    assert WORDING.objection(reason) == f"说明太短（“{reason}”）。{WORDING.hint}"


@pytest.mark.parametrize("reason", ["123", "——", "2024-04-01", "。。。", "12.5%", "１２３"])
def test_only_figures(reason: str) -> None:
    assert WORDING.objection(reason) == f"说明里只有数字或标点，没有写原因。{WORDING.hint}"


@pytest.mark.parametrize("reason", ["", "  ", "\n", "\u200b"])
def test_nothing(reason: str) -> None:
    assert WORDING.objection(reason) == f"没有写原因。{WORDING.hint}"


@pytest.mark.parametrize("number", [ID, PHONE, f"{ID[:6]} {ID[6:14]} {ID[14:]}", "１３９１２３４５６７８"])
def test_personal_numbers(number: str) -> None:
    text = WORDING.objection(f"该生家长电话登记为{number}，已联系")
    assert text.startswith("说明里有身份证号、银行卡号或手机号，请删去号码")
    assert number not in text and ID not in text and PHONE not in text


def test_too_long() -> None:
    assert WORDING.objection("转" * LONGEST) == ""
    assert WORDING.objection("转" * (LONGEST + 1)).startswith(f"说明太长（{LONGEST + 1} 个字）")


@pytest.mark.parametrize(
    "reason",
    [
        "4月转入27名学生，见转学批复",
        "家中无电话",
        "该生无固定电话，由班主任代为联系",
        "情况属实，因分校关停转入27人",
        "two students left in April",
        "上年结余按省厅通知并入专户",
    ],
)
def test_reasons_that_will_do(reason: str) -> None:
    assert WORDING.objection(reason) == ""


def test_a_long_phrase_is_shortened_in_the_answer() -> None:
    reason = "情况属实，" * 6
    assert f"“{reason[:19]}…”" in WORDING.objection(reason)


def test_without_phrases_of_its_own() -> None:
    assert Wording(least=3).objection("已核实") == ""
    assert (
        Wording(least=4).objection("已核实")
        == "说明太短（“已核实”）。请写明是什么情况、涉及多少人或多少钱、有什么依据。"
    )


@pytest.mark.parametrize("remark", ["留级", "转入", "退5人", "无电话", "按市里文件", "核对无误，4月转入"])
def test_a_remark_may_be_short(remark: str) -> None:
    assert WORDING.answers(remark)


@pytest.mark.parametrize(
    "remark", ["", ".", "—", "/", "12", "4.20", "无", "略", "同上", "已核实", "情况属实，已核对无误。"]
)
def test_a_remark_that_says_nothing(remark: str) -> None:
    assert not WORDING.answers(remark)


@pytest.mark.parametrize(("remark", "same"), [("同上", True), ("（同 上）", True), ("见上。", True), ("同上级文件", False), ("", False)])  # fmt: skip
def test_a_remark_that_repeats_the_one_above(remark: str, same: bool) -> None:
    assert WORDING.repeats(remark) is same and not Wording().repeats(remark)


ASKED = frozenset(("留级", "休学", "复学", "转", "退", "异动", "学籍", "到校", "电话", "毕业", "注册"))


@pytest.mark.parametrize(
    ("remark", "affirmed"),
    [
        ("无留级休学情况", "×情况"),
        ("没有留级、休学和复学", "×"),
        ("未转学、退学", "×学"),
        ("不存在学生留级/转学", "×学"),
        ("无学籍异动", "×"),
        ("无异动,4月转入20人", "×,4月转入20人"),  # a clause of its own
        ("无退学、转入20人", "×学、转入20人"),  # a figure is behind it
        ("未留级,休学", "×,休学"),
        ("未按时毕业留级", "未按时毕业留级"),  # 未 says it of another word
        ("未及格留级", "未及格留级"),
        ("无故退学", "无故退学"),
        ("学籍未转出", "学籍×出"),
        *((text, text) for text in ("无电话", "未到校", "没有注册", "未报到退学", "留级", "")),
    ],
)
def test_what_a_remark_denies(remark: str, affirmed: str) -> None:
    assert WORDING.affirmed(remark, ASKED) == affirmed
    assert Wording().affirmed(remark, ASKED) == WORDING.affirmed(remark, frozenset()) == remark


@given(st.text(max_size=60))
def test_any_remark_can_be_asked_what_it_affirms(remark: str) -> None:
    assert len(WORDING.affirmed(remark, ASKED)) <= len(remark)


@given(
    st.lists(st.sampled_from(WORDING.empty + WORDING.filler), min_size=1, max_size=5), st.sampled_from("，。、 ；　!")
)
def test_no_combination_of_empty_phrases_says_anything(phrases: list[str], mark: str) -> None:
    for reason in (mark.join(phrases), "".join(phrases)):
        assert WORDING.objection(reason) != "" and not WORDING.answers(reason)


@given(st.text(max_size=60))
def test_any_text_is_answered(reason: str) -> None:
    text = WORDING.objection(reason)
    assert text == "" or text.endswith(("。", "。”"))


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        ("包含涉农专业学生2人，申请了助学金1000元、免学费补助金1200.50元", (2, "1000", "1200.50")),
        ("包含涉农专业学生 1 人,申请了助学金 0 元免学费1200元；4月转入", (1, "0", "1200")),
        ("包含涉农专业学生1人", None),
        ("", None),
    ],
)
def test_the_clause_of_agricultural_majors(remark: str, said: tuple[int, str, str] | None) -> None:
    assert WORDING.agri_said(remark) == (said and (said[0], Decimal(said[1]), Decimal(said[2])))
    assert Wording().agri_said(remark) is None


def test_a_clause_of_another_province() -> None:
    own = Wording(agri=("涉农{人数}名：助{助学金}，免{免学费}",))
    clause = own.agri_clause(2, Decimal("1000.0"), Decimal("1E+2"))
    assert clause == "涉农2名：助1000，免100"
    assert own.agri_said(f"转入；{clause}") == (2, Decimal(1000), Decimal(100))
    assert own.own_words(f"转入；{clause}") == "转入;"
    assert Wording().agri_clause(2, Decimal(1), Decimal(2)) == ""


@pytest.mark.parametrize(("remark", "gone"), [("7月毕业", True), ("已转出", True), ("无休学、退学", False), ("留级", False), ("", False)])  # fmt: skip
def test_what_says_that_a_student_left(remark: str, gone: bool) -> None:
    assert WORDING.says_gone(remark) is gone and not Wording().says_gone(remark)


class TestPack:
    def copy(self, tmp_path: Path) -> Path:
        import shutil

        folder = tmp_path / "地方"
        shutil.copytree(packs_folder() / "fujian-2024", folder)
        return folder

    def test_a_bureau_adds_a_phrase(self, tmp_path: Path) -> None:
        folder = self.copy(tmp_path)
        (folder / "explain.toml").write_text('least = 4\nempty = ["按惯例办理"]\nhint = "请写明。"\n', encoding="utf-8")
        wording = load_pack(str(folder)).wording
        assert wording.objection("按惯例办理") == "说明太笼统（“按惯例办理”没有说出原因）。请写明。"
        assert WORDING.objection("按惯例办理") == ""

    def test_a_pack_need_not_have_any(self, tmp_path: Path) -> None:
        folder = self.copy(tmp_path)
        (folder / "explain.toml").unlink()
        assert load_pack(str(folder)).wording == Wording()

    def test_an_unknown_key_is_named(self, tmp_path: Path) -> None:
        folder = self.copy(tmp_path)
        (folder / "explain.toml").write_text("minimum = 4\n", encoding="utf-8")
        with pytest.raises(PackError, match=r"explain\.toml.*minimum"):
            load_pack(str(folder))

    def test_an_unknown_key_of_a_part_is_named(self, tmp_path: Path) -> None:
        folder = self.copy(tmp_path)
        (folder / "explain.toml").write_text('[jump]\nhead = ["人"]\n', encoding="utf-8")
        message = "explain.toml：jump 没有“head”这个键，最接近的是 heads。"
        with pytest.raises(PackError, match=f"^{message}$"):
            load_pack(str(folder))

    def test_a_clause_without_its_figures_is_told(self, tmp_path: Path) -> None:
        folder = self.copy(tmp_path)
        (folder / "explain.toml").write_text('agri = ["涉农{人数}人，{助学金}元"]\n', encoding="utf-8")
        message = "explain.toml：文件内容：agri 的“涉农{人数}人，{助学金}元”应写有{人数}、{助学金}、{免学费}各一次。"
        with pytest.raises(PackError, match=f"^{re.escape(message)}$"):
            load_pack(str(folder))

    def test_what_a_form_asks_for_is_no_answer(self) -> None:
        remark = "包含涉农专业学生1人，申请了助学金1000元、免学费补助金1200元；4月转入。留级"
        assert WORDING.own_words(remark) == ";4月转入。留级"
        assert Wording().own_words(remark).startswith("包含涉农专业学生1人")
