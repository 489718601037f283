"""A folder of received workbooks: everything found, read and checked, compared with one another, told per school.

find.py        what lies in a folder: workbooks, archives, and what is passed over with a word
received.py    archives: names in GBK or UTF-8, bounded sizes
engine.py      who does the work: processes of this machine, or a Dask cluster
work.py        what one worker does: check a chunk of files, write what a school gets back
store.py       the format of OUT, and what was checked before
people.py      the same person twice, by keyed hashes
roster.py      学校名单
schools.py     which files belong to which school, and which of several counts
between.py     the rules between the workbooks of a batch (needs = "批")
run.py         the whole of it
record.py      report.json        summary.py  汇总.xlsx        page.py  report.html
feedback.py    审核反馈.xlsx       letter.py   退回通知.docx    table.py the table in the terminal
"""
