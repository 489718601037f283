"""`jiesuan rules | rule | forms`: what is checked, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from ..console import emit_json, emit_lines
from ..usage import Command, Misuse
from .app import app
from .options import (
    DEFAULT_TERM,
    Format,
    FormatOption,
    NewTermOption,
    covered_term,
)


@app.command(cls=Command, epilog="一条规则的说明：jiesuan rule X201")
def rules(output: FormatOption = Format.text) -> None:
    """列出全部校验规则。"""
    from ..pack import load_pack
    from ..render.rules import rule_record, rule_table

    pack = load_pack()
    if output is Format.json:
        emit_json({"schema_version": 1, "rules": [rule_record(rule) for rule in pack.rules.values()]})
    else:
        emit_lines(rule_table(pack))


@app.command(cls=Command, epilog="例：jiesuan rule X201    全部规则：jiesuan rules")
def rule(code: Annotated[str, typer.Argument(metavar="编号", help="规则编号，如 X201")]) -> None:
    """一条规则的说明：查什么、依据、为什么、怎么办。"""
    from ..pack import load_pack
    from ..render.rules import rule_page
    from ..text import clean, nearest

    pack = load_pack()
    found = pack.rules.get(clean(code).upper())
    if found is None:
        close = nearest(code, pack.rules, least=0.3)
        hint = f"，是不是 {close}？" if close else "。"
        raise Misuse(f"没有编号为“{code}”的规则{hint}全部规则见 jiesuan rules。")
    emit_lines(rule_page(found))


@app.command(cls=Command, epilog="例：jiesuan forms 2-3    全部各表：jiesuan forms")
def forms(
    form_id: Annotated[str | None, typer.Argument(metavar="编号", help="表的编号，如 2-3；不写则列出各表")] = None,
    term: NewTermOption = DEFAULT_TERM,
) -> None:
    """列出各表；写编号则显示该表的列、公式、标准、出处和存疑之处。"""
    from ..pack import load_pack
    from ..render.rules import form_page, form_table

    pack, wanted = load_pack(), covered_term(term)
    if form_id is None:
        emit_lines(form_table(pack))
    elif form_id in pack.forms:
        emit_lines(form_page(pack, pack.form(form_id, wanted), wanted))
    else:
        raise Misuse(f"没有编号为“{form_id}”的表。现有：{'、'.join(pack.forms)}。")
