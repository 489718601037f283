"""Student rosters (学籍名册, system exports): read, checked, compared with a settlement workbook, with another roster, and
with the lists of duplicates that the ministry sends; and the precise-aid list filled from one."""
