"""The error of writing results, on its own so that the command line can name it without loading what writes."""

from __future__ import annotations

import errno


class OutputError(Exception):
    """The result cannot be written; the message is Chinese and says what to do."""


_REASONS = {
    errno.ENOSPC: "磁盘已满",
    getattr(errno, "EDQUOT", -1): "磁盘配额已用完",
    errno.EROFS: "磁盘是只读的",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ENOENT: "文件夹不存在",
    errno.ENOTDIR: "上级不是文件夹",
    errno.EEXIST: "同名的文件已经存在",
    errno.EISDIR: "同名的文件夹已经存在",
    errno.EINVAL: "文件名里有不能用的字符",
}


def reason(error: OSError) -> str:
    """Why the system refused to write, in Chinese."""
    if isinstance(error, PermissionError):
        return "没有写入的权限，或者文件正在 Excel 中打开"
    return _REASONS.get(error.errno or 0, "系统不允许写入")
