"""Binding: find the forms in a received workbook by titles, headings and row labels, never by address."""

from .workbook import Workbook, bind

__all__ = ["Workbook", "bind"]
