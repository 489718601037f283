"""Blank templates: forms laid out as Excel sheets, and written."""
