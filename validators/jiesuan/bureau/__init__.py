"""What a bureau makes of its schools' workbooks: 附件3, its checks, and what was reported in earlier terms.

school.py     the figures of one school that a bureau's forms draw on, each with its cells
received.py   the schools of a folder or of the output of a batch, and who is left out, and why
inputs.py     下达.xlsx: what only the bureau knows, and last term's 附件3
rollup.py     附件3 filled
checking.py   rules that need more than one workbook: the schools' workbooks, last term's
"""
