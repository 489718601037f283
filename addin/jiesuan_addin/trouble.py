"""What stands in the way of a button, in words with a way out."""

from __future__ import annotations


class Trouble(Exception):
    """The button could not do its work; the message is Chinese and says what to do.  Nothing was changed."""


NO_BOOK = "没有打开的工作簿。请先打开结算表；没有的话，点“新建模板”生成一份空白的。"
NO_EXCEL = "没有找到正在运行的 Excel。请先用 Excel 打开结算表，再点按钮。"
CHART = "现在选中的是图表工作表。请先点任意一张结算表的标签，再点按钮。"
BUSY = "Excel 正在编辑单元格或开着对话框，没法操作。请按 Enter 或 Esc 结束编辑、关闭对话框，再点一次按钮。"
READ_ONLY = "注意：工作簿是以只读方式打开的，标记只在眼前，存不回原文件；要保存请“另存为”。"
STRUCTURE = (
    "工作簿的结构受保护，加不了“校验结果”表，没有标记。请在“审阅”里点“保护工作簿”取消后再点“校验”；"
    "不便取消的，关闭后右键点文件，选“发送到”里的“结算校验”，结果另存一份。"
)
UNMARKED = "没有标记可清除。"
NO_FINDINGS = "没有校验结果可跳。请先点“校验”。"


def protected(names: list[str]) -> str:
    """Sheets that could not be written to."""
    shown = "、".join(f"“{name}”" for name in names)
    return f"工作表{shown}受保护。请在“审阅”里点“撤销工作表保护”后再点一次。"


def internal(error: BaseException, log: str) -> str:
    """An error nobody foresaw; its own text may quote the workbook and stays out."""
    return (
        f"没有做成（{type(error).__name__}），表没有存盘，可以按 Ctrl+Z 或不保存就关闭。"
        f"请再点一次；还不行，就用右键“发送到”里的“结算校验”，并把日志交给维护者：{log}"
    )
