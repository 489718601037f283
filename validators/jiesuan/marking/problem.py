"""Why a workbook was not written into: a stable English slug for programs, Chinese sentences with a way out for people."""

from __future__ import annotations

_SAVE_AS = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再试。"

MESSAGES = {
    "not-ooxml": f"这不是 .xlsx 或 .xlsm 工作簿，不能直接写入。{_SAVE_AS}",
    "encrypted": "文件是加密的，不能写入。请在 Excel 或 WPS 中取消“打开密码”，保存后再试；打开时不问密码的，"
    "另存为新的 .xlsx 文件再试。原文件未动。",
    "signed": "文件带有数字签名，改动会使签名失效，没有写入。请先另存一份不带签名的副本再试；原文件未动。",
    "unsafe": f"文件里含有不安全的 XML 声明(DOCTYPE)，没有写入。{_SAVE_AS}",
    "no-styles": f"文件里没有样式部分，无处写颜色，没有写入。{_SAVE_AS}",
    "corrupt": f"文件内部有损坏或不规范的部分，没有写入，以免损坏更多。{_SAVE_AS}",
    "too-large": "文件内容过于庞大，没有写入。请删去多余的工作表、行和列，另存为新文件后再试。",
}
"""Slug → what is in the way and the way out."""


class NotMarkable(Exception):
    """A workbook that cannot be marked (or cleared, or written to) safely.  `kind` is a slug, `message` is Chinese and
    quotes nothing out of the file."""

    def __init__(self, kind: str, message: str | None = None) -> None:
        self.kind = kind
        self.message = MESSAGES[kind] if message is None else message
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type[NotMarkable], tuple[str, str]]:
        return NotMarkable, (self.kind, self.message)
