"""Marks in the user's own workbook: every finding where it stands, lossless, and removable to the byte."""

from .mark import mark
from .problem import NotMarkable
from .unmark import clear

__all__ = ["NotMarkable", "clear", "mark"]
