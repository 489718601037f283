"""A folder of received workbooks: everything found, read and checked, compared with one another, told per school.

find.py, received.py     what lies in a folder and in archives; what is passed over, with a word
engine.py, work.py       who does the work (processes, or a Dask cluster), and what one worker does
store.py                 the format of OUT, what was checked before, and how later steps read it again
people.py                the same person twice, by keyed hashes
roster.py, schools.py    学校名单; which files belong to which school, and which of several counts
between.py, progress.py  the rules between the workbooks of a batch (needs = "批"); a second submission against the first
batch.py, run.py         the outcome, and the whole way to it
outputs.py, parcel.py    OUT written; what a school gets back: marked copy, feedback.py 审核反馈.xlsx, letter.py 退回通知.docx
record.py                report.json
summary.py               汇总.xlsx (sheets.py: how our workbooks look; matrix.py: schools × forms)
page.py                  report.html (chart.py, style.py)
table.py                 the table in the terminal
"""
