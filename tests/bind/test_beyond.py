"""What stands below a table is known by the words of the pack."""

from __future__ import annotations

import msgspec
import pytest

from jiesuan.bind.beyond import is_foot
from jiesuan.form import Foot

from ..making import PACK, SPRING

FORM = PACK.form("2-4", SPRING)


@pytest.mark.parametrize(
    ("text", "foot"),
    [
        *((text, True) for text in ("审批人：", "（填表人 甲）", "注：本表", "注1.本表", "(注:本表", "财务：", "财务主管:", "电话", "手机1391", "单位负责人", "学校盖章", "年度实际收到", "单位")),
        *((text, False) for text in ("财务管理专业", "电话营销", "单位性质", "一年级", "注册人数", "（一）休闲保健等类", "")),
    ],
)  # fmt: skip
def test_what_is_foot(text: str, foot: bool) -> None:
    assert is_foot(FORM, text) is foot


def test_words_of_another_pack() -> None:
    own = msgspec.structs.replace(FORM, foot=Foot(begins=("主管领导",), labels=("经手",), label_ends=("员",)))
    assert [is_foot(own, text) for text in ("主管领导甲", "经手员：", "经手续费", "审批人：")] == [
        True,
        True,
        False,
        False,
    ]
    assert not is_foot(msgspec.structs.replace(FORM, foot=Foot()), "审批人：甲")
