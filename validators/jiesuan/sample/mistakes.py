"""Realistic mistakes, put into consistent data one by one and each in a place of its own, with a record of what was
done: for training, demonstration, and to prove that the checks find them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random

from ..book import Value
from ..filling import Filling
from ..form import ALL, Column, Form, Key
from ..pack import Pack
from ..term import Term
from .draft import LIST, MONTHS, Change, Draft, Kind, Mistake, RowKey
from .make import BLOCKS, Sample
from .student import PRECISE

__all__ = ["KINDS", "Mistake", "make_mistakes"]

KINDS: dict[str, Kind] = {}
"""All kinds of mistakes by name."""


def _kind(title: str, expects: str) -> Callable[[Callable[[Draft], Change | None]], Kind]:
    def register(change: Callable[[Draft], Change | None]) -> Kind:
        kind = Kind(change.__name__, title, tuple(expects), change)
        KINDS[kind.name] = kind
        return kind

    return register


def make_mistakes(
    pack: Pack, set_name: str, term: Term, sample: Sample, count: int, seed: int = 1
) -> tuple[Filling, list[Mistake]]:
    """A changed deep copy of the sample's filling with `count` mistakes in different places, every kind before any
    comes again; fewer where there is no room for more."""
    rng = Random(f"{set_name}/{term}/{count}/{seed}")
    draft = Draft(pack, set_name, term, copy.deepcopy(sample.filling), rng)
    made: list[Mistake] = []
    kinds = list(KINDS.values())
    while kinds and len(made) < count:
        rng.shuffle(kinds)
        possible = []
        for kind in kinds:
            mistake = draft.make(kind) if len(made) < count else None
            if mistake is not None:
                made.append(mistake)
                possible.append(kind)
        kinds = possible
    return draft.filling, draft.close(made)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@_kind("月份人数中相邻两位数字写颠倒", "XFTV")
def swapped_digits(draft: Draft) -> Change | None:
    def swapped() -> Iterable[Change]:
        for role in ("免学费", "生均"):
            for key, name, value in draft.figures(role, MONTHS):
                digits = str(value)
                # In x-3 only the types with a student list: elsewhere a swap may be a true count.
                if role == "生均" or key[-1] in PRECISE:
                    for i in range(len(digits) - 1):
                        if digits[i] != digits[i + 1]:
                            new = int(f"{digits[:i]}{digits[i + 1]}{digits[i]}{digits[i + 2 :]}")
                            yield Change(role, (role, key, name), name, new)

    return draft.pick(swapped())


@_kind("该填万元的金额按元填写", "F")
def yuan_for_wan(draft: Draft) -> Change | None:
    def typed() -> Iterable[Change]:
        for role, name in (("助学金", "金额"), ("免学费", "补助金额"), ("生均", "生均金额")):
            for key in _filled(draft, role):
                amount = draft.value(draft.forms[role], key, name)
                if amount:
                    yield Change(role, (role, key, name), name, _plain(amount * 10_000))

    return draft.pick(typed())


@_kind("合计用打字代替公式且数目不对", "F")
def wrong_total(draft: Draft) -> Change | None:
    def typed() -> Iterable[Change]:
        for role, name in (("助学金", "人次"), ("免学费", "第2月"), ("生均", "第2月")):
            form = draft.forms[role]
            for total in form.total:
                for key in form.total_keys(total):
                    true = draft.total(role, key, name)
                    if true:
                        yield Change(role, (role, key, name), name, true + draft.rng.choice((11, 13, 17)))
        for section in (*PRECISE, ALL):
            amounts = [row["免学费金额"] for where, row in draft.rows() if section in (where[0], ALL)]
            if amounts:
                new = sum(value for value in amounts if isinstance(value, int)) + 10 * draft.rng.randrange(1, 20)
                yield Change(LIST, (LIST, (section,), "免学费金额"), "免学费金额", new)

    return draft.pick(typed())


@_kind("每月补助标准错用另一隶属的标准", "PFX")
def wrong_standard(draft: Draft) -> Change | None:
    """In the first row of a merged standard cell."""
    form = draft.forms["免学费"]
    column = form.field("月标准")

    def others() -> Iterable[Change]:
        used = {key[:2] for key in _filled(draft, "免学费")}
        for key in form.detail_keys():
            if key[-1] == form.axis[-1].members[0].name and key[:2] in used:
                true = draft.pack.standard(form, column, key, draft.term)
                other = _elsewhere(draft, column, form, key)
                if other is not None and other != true:
                    yield Change("免学费", ("免学费", key, column.name), column.name, _plain(other))

    return draft.pick(others())


def _elsewhere(draft: Draft, column: Column, form: Form, key: Key) -> Decimal | None:
    """The standard of the other set at that key."""
    for item in draft.pack.info.set:
        if item.name != form.set:
            for other in draft.pack.set_forms(item.name, draft.term):
                if other.role == form.role:
                    figure = draft.pack.standard(other, column, key, draft.term)
                    return None if figure is None else Decimal(figure)
    return None


@_kind("助学金人数比在籍学生还多", "XF")
def more_than_registered(draft: Draft) -> Change | None:
    def heads(grade: str) -> int:
        return max(draft.total("生均", (grade, ALL), month) for month in MONTHS)

    return draft.pick(
        Change("助学金", ("助学金", key, "人数"), "人数", heads(key[1]) + 3)
        for key, _, _ in draft.figures("助学金", ["人数"])
        if key[0] == BLOCKS[0]
    )


@_kind("助学金人次超过人数的5倍", "FX")
def more_than_five_months(draft: Draft) -> Change | None:
    return draft.pick(
        Change("助学金", ("助学金", key, "人次"), "人次", int(value) * 5 + draft.rng.randrange(1, 5))
        for key, _, value in draft.figures("助学金", ["人数"])
        if key[0] == BLOCKS[0]
    )


@_kind("数字格里写了“人”字", "V")
def text_in_number(draft: Draft) -> Change | None:
    return draft.pick(
        Change(role, (role, key, name), name, f"{value}人")
        for role, names in (("助学金", ("人数",)), ("免学费", MONTHS), ("生均", MONTHS))
        for key, name, value in draft.figures(role, names)
    )


@_kind("人数写成负数", "V")
def negative(draft: Draft) -> Change | None:
    return draft.pick(
        Change(role, (role, key, name), name, -value)
        for role, names in (("助学金", ("人数",)), ("免学费", MONTHS), ("生均", MONTHS))
        for key, name, value in draft.figures(role, names)
    )


@_kind("有补助人次而就读专业空着", "P")
def majors_missing(draft: Draft) -> Change | None:
    return draft.pick(
        Change("免学费", ("免学费", key, "就读专业"), "就读专业", None) for key in _filled(draft, "免学费")
    )


@_kind("专业个数写错", "F")
def wrong_major_count(draft: Draft) -> Change | None:
    count = draft.filling.lines["免学费"]["专业个数"]
    if not isinstance(count, int) or not count:
        return None
    return draft.pick([Change("免学费", "专业个数", "专业个数", count + draft.rng.choice((-1, 1, 2)))])


@_kind("期末结余算错", "FD")
def wrong_balance(draft: Draft) -> Change | None:
    balance = draft.filling.lines["生均"]["期末结余"]
    wrong = Decimal(repr(balance)) + draft.rng.randrange(1, 100) * Decimal("0.1")
    return draft.pick([Change("生均", "期末结余", "期末结余", float(wrong))])


# ── the list of students ────────────────────────────────────────────────────────────────────────────────────────────


@_kind("名单漏了一名学生", "XL")
def student_missing(draft: Draft) -> Change | None:
    return draft.pick(Change(LIST, where, "", None) for where, _ in _open_sections(draft))


@_kind("同一名学生列了两次", "L")
def student_twice(draft: Draft) -> Change | None:
    return draft.pick(Change(LIST, where, "", row["身份证号"]) for where, row in _open_sections(draft))


@_kind("身份证号末位校验码不对", "L")
def wrong_check_digit(draft: Draft) -> Change | None:
    return _in_rows(draft, "身份证号", lambda text: text[:-1] + ("5" if text[-1] in "0X" else str(int(text[-1]) - 1)))


@_kind("身份证号按数字录入，后三位变成0", "L")
def number_as_id(draft: Draft) -> Change | None:
    """Excel keeps 15 significant digits of a number."""
    return _in_rows(draft, "身份证号", lambda text: int(text[:15] + "000") if text.isdigit() else None)


@_kind("联系电话少一位", "L")
def short_phone(draft: Draft) -> Change | None:
    return _in_rows(draft, "联系电话", lambda text: text[:-1])


@_kind("姓名空着", "L")
def name_missing(draft: Draft) -> Change | None:
    return draft.pick(Change(LIST, where, "姓名", None) for where, row in draft.rows() if row["姓名"])


@_kind("班级没有写入学年季", "L")
def wrong_class_format(draft: Draft) -> Change | None:
    return _in_rows(draft, "班级", lambda text: text[5:])


@_kind("助学金金额不是月标准的整数倍", "LPX")
def odd_amount(draft: Draft) -> Change | None:
    return draft.pick(
        Change(LIST, where, "助学金金额", amount - 37)
        for where, row in draft.rows()
        if isinstance(amount := row["助学金金额"], int)
    )


@_kind("给三年级学生报了助学金", "PX")
def third_year_grant(draft: Draft) -> Change | None:
    """While only grades 1 and 2 are eligible."""
    fixed = draft.pack.policy.lookup("助学金月标准", draft.term, {"隶属": draft.set_name})
    if fixed is None or "三年级" in draft.pack.policy.values("助学金年级", draft.term):
        return None
    return draft.pick(
        Change(LIST, where, "助学金金额", int(fixed.amount) * 5)
        for where, row in draft.rows()
        if row["助学金金额"] is None
    )


# ── helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _filled(draft: Draft, role: str) -> list[Key]:
    """Detail keys of a grid form at which something was counted."""
    fields = ("人次",) if role == "助学金" else MONTHS
    return list(dict.fromkeys(key for key, _, _ in draft.figures(role, fields) if ALL not in key))


def _in_rows(draft: Draft, name: str, wrong: Callable[[str], Value]) -> Change | None:
    """One text of the list made wrong; rows where `wrong` gives None are passed over."""
    return draft.pick(
        Change(LIST, where, name, new)
        for where, row in draft.rows()
        if isinstance(text := row[name], str) and (new := wrong(text)) is not None
    )


def _open_sections(draft: Draft) -> Iterable[tuple[RowKey, dict[str, Value]]]:
    return ((where, row) for where, row in draft.rows() if (LIST, where[0]) not in draft.used)


def _plain(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
