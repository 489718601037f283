"""What a workbook would lose by being saved through openpyxl."""

from __future__ import annotations

import zipfile
from io import BytesIO

_PARTS = {
    "xl/media/": "图片",
    "xl/charts/": "图表",
    "xl/ctrlprops/": "按钮等控件",
    "xl/activex/": "按钮等控件",
    "xl/embeddings/": "嵌入的对象",
    "xl/threadedcomments/": "批注中的对话",
    "xl/slicers/": "切片器",
    "xl/pivottables/": "数据透视表",
    "xl/diagrams/": "图示",
    "xl/querytables/": "外部数据查询",
    "_xmlsignatures/": "数字签名",
    "customui/": "功能区按钮",
}
_INSIDE = {
    b"x14:dataValidation ": "引用别的工作表的下拉列表",
    b"x14:cfRule ": "扩展的条件格式",
    b"x14:sparkline>": "迷你图",
}


def losses(original: bytes, saved: bytes) -> list[str]:
    """Names, in Chinese, of what the first package holds more of than the second; nothing for a new workbook."""
    if not original:
        return []
    before, after = _contents(original), _contents(saved)
    return [what for what, number in before.items() if after.get(what, 0) < number]


def _contents(data: bytes) -> dict[str, int]:
    found: dict[str, int] = {}
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            lowered = name.lower()
            for start, what in _PARTS.items():
                if lowered.startswith(start) and "/_rels/" not in lowered:
                    found[what] = found.get(what, 0) + 1
            if lowered.startswith("xl/worksheets/") and lowered.endswith(".xml"):
                text = package.read(name)
                for mark, what in _INSIDE.items():
                    if mark in text:
                        found[what] = found.get(what, 0) + text.count(mark)
            if lowered.startswith("xl/drawings/drawing") and lowered.endswith(".xml"):
                shapes = package.read(name).count(b"<xdr:sp ") + package.read(name).count(b"<xdr:sp>")
                if shapes:
                    found["图形和文本框"] = found.get("图形和文本框", 0) + shapes
    return found
