"""Why a file could not be read: a stable English slug for programs, one or two Chinese sentences for people."""

from __future__ import annotations

_SAVE_AS = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再试。"
_DAMAGED = "请用 Excel 或 WPS 打开，若能修复就另存为“Excel 工作簿(*.xlsx)”；打不开的，请对方重新发送。"

MESSAGES = {
    "not-found": "找不到这个文件。请核对文件名和所在的文件夹。",
    "folder": "这是一个文件夹，不是工作簿。请指定其中的某个文件。",
    "permission": "没有读取这个文件的权限，或者它正被别的程序独占。请关闭正在使用它的程序，或把它复制到自己的文件夹后再试。",
    "empty": "这是一个空文件(0 字节)，多半是没有下载完整。请重新下载，或请对方重新发送。",
    "not-a-workbook": f"文件内容不是工作簿。请确认没有拿错文件；确是表格的，{_SAVE_AS}",
    "html": f"这是一个网页(HTML)，只是扩展名像工作簿。{_SAVE_AS}",
    "csv": "这是逗号或制表符分隔的文本文件(CSV)。请在 Excel、WPS 的“数据”里导入，身份证号一列选“文本”（双击打开会丢末几位），"
    "再另存为“Excel 工作簿(*.xlsx)”。",
    "xml2003": f"这是“XML 表格 2003”文件。{_SAVE_AS}",
    "truncated": "文件不完整，后半部分缺失，多半是下载或传送中断。请重新下载，或请对方重新发送。",
    "encrypted": "文件已加密，需要密码才能打开。请在 Excel 或 WPS 中用密码打开，取消“打开密码”并保存后再试。",
    "too-large": "文件内容过于庞大，不像结算表，没有读取。请删去多余的工作表、行和列，另存为新文件后再试。",
    "unsafe": f"文件里含有不安全的 XML 声明(DOCTYPE)，正常的工作簿没有这种内容，没有读取。{_SAVE_AS}",
    "no-worksheet": "这个工作簿里只有图表一类的页，没有工作表，也就没有表格可以校验。请确认没有拿错文件；"
    "表格是贴成图片或图表的，请换成放着表格的那个工作簿再试。",
    "corrupt": f"文件已损坏，无法读出其中的表格。{_DAMAGED}",
    "timeout": f"读取这个文件用时过长，已停止。{_SAVE_AS}",
    "crashed": f"读取这个文件时解析程序异常退出，文件多半已损坏。{_DAMAGED}",
}
"""Slug → what the file is and the way out."""


class UnreadableFile(Exception):
    """A received file that gives no workbook.  `kind` is one of the slugs in `MESSAGES`; `message` is Chinese and holds
    neither a path nor anything out of the file."""

    def __init__(self, kind: str, message: str | None = None) -> None:
        self.kind = kind
        self.message = MESSAGES[kind] if message is None else message
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type[UnreadableFile], tuple[str, str]]:
        return UnreadableFile, (self.kind, self.message)


def not_a_workbook(what: str) -> UnreadableFile:
    """The error for content that was recognised, e.g. `PDF 文档`, but is no workbook."""
    return UnreadableFile(
        "not-a-workbook", f"这是{what}，不是工作簿。请确认没有拿错文件，并提供“Excel 工作簿(*.xlsx)”。"
    )


class SheetTooLarge(Exception):
    """One sheet is too large to be handed on; the others may still be read."""


class SheetBroken(Exception):
    """One sheet cannot be understood; the others may still be read."""
