"""校验: confront a bound workbook with the rules of its pack."""

from .run import check_book, check_workbook

__all__ = ["check_book", "check_workbook"]
