"""核实说明: written reasons beside 核实 findings, kept in the workbook, judged anew at every check.

Pure functions, without files; the command line and the Excel add-in use the same ones:

    from jiesuan.bind import bind
    from jiesuan.check import check_workbook
    from jiesuan.explain import RETURN, give, judge, review, time_now
    from jiesuan.marking.returned import came_back, without_result

    book.reasons = without_result(book)          # jiesuan.marking.returned: our own sheets are set aside in book.ours
    workbook = bind(book, pack)
    report = check_workbook(workbook)            # knows nothing of explanations
    kept, typed = came_back(book)                # jiesuan.marking.returned: rows of 审核说明, rows of 校验结果
    judgement = judge(workbook, report, kept, typed, now=time_now())
    judgement.report                             # explained findings set apart, counts still add up
    judgement.kept                               # rows to write to 审核说明 (`row_of`, `COLUMNS`, `HEADER_ROW`)
    judgement.remark(finding)                    # words, state and fingerprint beside a row of 校验结果

    items, new = give(workbook, judgement, "P404", "生均!D17", "4月转入27名学生", by="张老师", now=…)
    items, done = review(judgement, "P404", "D17", RETURN, comment="请附转学名册", now=…)
    judge(workbook, judgement.raw, items, now=…) # how it stands afterwards

A reason is bound to its finding by a fingerprint (`prints.py`).  The state follows from the figures as they are now:
待复核 and 已接受 excuse the finding; 已退回, 失效 (a figure concerned changed), 不采用 (the wording says nothing) do not;
不再需要: the finding is gone; 未能校验: its rule could not be checked.  Figures that change back make a reason hold again.
错误 can not be explained, 提示 need not.  Nothing here proves who typed a name or a verdict: whoever can edit the workbook
can edit its sheets.
"""

from __future__ import annotations

import datetime as dt

from .edit import NotExplained, accept_all, address, find, give, review
from .judge import Absorbed, Judgement, Remark, absorbed, judge, spot
from .record import (
    ACCEPT,
    ACCEPTED,
    EXCUSES,
    LAPSED,
    NEEDLESS,
    PENDING,
    REFUSED,
    RETURN,
    RETURNED,
    STATES,
    UNKNOWN,
    WHOLE,
    Explanation,
    Mark,
    Typed,
    place_of,
    words_of,
)


def time_now() -> str:
    """The time of the clock as our sheets write it."""
    return f"{dt.datetime.now():%Y-%m-%d %H:%M}"


__all__ = [
    "ACCEPT",
    "ACCEPTED",
    "EXCUSES",
    "LAPSED",
    "NEEDLESS",
    "PENDING",
    "REFUSED",
    "RETURN",
    "RETURNED",
    "STATES",
    "UNKNOWN",
    "WHOLE",
    "Absorbed",
    "Explanation",
    "Judgement",
    "Mark",
    "NotExplained",
    "Remark",
    "Typed",
    "absorbed",
    "accept_all",
    "address",
    "find",
    "give",
    "judge",
    "place_of",
    "review",
    "spot",
    "time_now",
    "words_of",
]
