"""Any one cell that a rule reads, changed in a consistent workbook, is told at that cell or at one compared with it.

`python -m tests.detection` does it to every cell; here one filled and one empty cell of each kind stand for the rest.
"""

from __future__ import annotations

from jiesuan.ref import Ref
from jiesuan.report import Finding, Related
from tests.check.schools import PACK, school
from tests.detection import SUBJECT, Covered, all_cells, concerns, exceptions, few_of_a_kind, gaps, observe, table

BASE = school("市属2024春", *SUBJECT)


def test_every_kind_of_cell_is_told() -> None:
    book, cells = all_cells(BASE)
    covered: Covered = set()
    chosen = few_of_a_kind(book, cells)
    for cell in chosen:
        observe(BASE, book, cell, covered)
    assert list(gaps(chosen, covered)) == []
    counted = {code: (read, own, told) for code, read, own, told in table(chosen)}
    assert all(read >= told >= own for read, own, told in counted.values())
    assert all(told for _, _, told in counted.values())


def test_all_relations_are_watched() -> None:
    """Every rule that compares figures reads cells; only structure, single cells and forms not in this workbook do not."""
    _, cells = all_cells(BASE)
    watched = {code for cell in cells for code in cell.rules}
    selected = PACK.selected(BASE.set_name, BASE.term)
    silent = {rule.code for rule in selected if rule.code[0] in "FPXD"} - watched
    # titles; headings; names are signed on paper; dashes are no figures; no 非困难 heading and no 三年级 column here
    assert silent == {"D102", "D103", "D104", "D106", "F407", "P105", "P106"}


def test_exceptions_name_rules_and_fields() -> None:
    fields = {(role, name) for role, laid in BASE.laid.items() for name in (*laid.columns, *laid.form.groups)}
    fields |= {(laid.form.role, column.name) for laid in BASE.laid.values() for column in laid.form.fields}
    for entries in exceptions().values():
        for entry in entries:
            assert all((entry["role"], name) in fields for name in entry["fields"]), entry
            assert set(entry.get("codes", ())) <= set(PACK.rules)


def test_a_finding_concerns_its_cell_and_those_compared_with_it() -> None:
    rule = PACK.rules["F301"]
    item = Finding(rule, "甲", "K9", "", "", related=(Related("乙", "F9:J9,L2", "", ""), Related("甲", "", "", "")))
    assert concerns(item, Ref("甲", 9, 11))
    assert concerns(item, Ref("乙", 9, 7)) and concerns(item, Ref("乙", 2, 12))
    assert not concerns(item, Ref("甲", 9, 7)) and not concerns(item, Ref("乙", 9, 11))
