"""附件3 filled from the schools' figures: every figure with the cells it is the sum of, formulas native."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from ..book import Value
from ..filling import Filling
from ..form import ALL, Form, Key
from ..identity import major_key, spelled_major
from ..marking.files import NotWritten, write_whole
from ..number import plain, show
from ..pack import Pack
from ..produce import results_of
from ..ref import a1
from ..share import SELF, Share, Shares
from ..template.laid import Laid, Spot, amount
from ..template.layout import lay_out
from ..template.write import render
from ..text import fold
from .inputs import CITY, COUNTY, Inputs, Known, perhaps_renamed
from .problem import BureauProblem
from .received import Received
from .school import Figure, School

NOTE_LIMIT = 900
"""Characters of a comment; the rest of a long list of schools is counted."""
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """One school of the bureau, as its forms list it."""

    school: School
    section: str
    known: Known
    share: Share
    number: int
    """Within its section, from 1."""
    told: bool
    """Whether anybody said whose school it is."""
    place: str = ""
    """The place that its lines add to its name; '' where none is known by that name."""

    def label(self, form: Form) -> str:
        """`2、示范技工学校（惠安）`, in 3-5 `2.1.…`."""
        begins = next((m.starts for m in form.axis[0].members if m.name == self.section and m.starts), "")
        numbering = f"{begins}{self.number}." if begins else f"{self.number}、"
        place = f"（{self.place}）" if self.place else ""
        return f"{numbering}{self.school.name}{place}"


@dataclass
class Rollup:
    """附件3 in memory."""

    bureau: str
    received: Received
    lines: list[Line]
    laid: list[Laid]
    remarks: list[str] = field(default_factory=list)
    """What a person must still do or look at."""
    hand_in: list[str] = field(default_factory=list)
    """What is handed in together with it."""


def lines_of(received: Received, shares: Shares, bureau: str, inputs: Inputs) -> list[Line]:
    """The schools in the order the forms list them: 市本级 before 县区属, by name."""
    city = shares.bureau(bureau)
    county = "" if city or not bureau else _county(shares, bureau)
    ordered: dict[str, list[tuple[School, Known, bool]]] = {CITY: [], COUNTY: []}
    for school in received.schools:
        known = inputs.of(school.name)
        section = known.section or (COUNTY if county else CITY)
        told = bool(known.section or county)
        ordered[section].append((school, known, told))
    lines = []
    for section, schools in ordered.items():
        for number, (school, known, told) in enumerate(schools, 1):
            place = known.place or (SELF if section == CITY else bureau if county else "")
            share = (
                shares.find(county or city or bureau, place)
                if told and place
                else _unknown(city or bureau, known.place)
            )
            added = share.place if section == COUNTY and shares.file.is_place(share.place) else ""
            lines.append(Line(school, section, known, share, number, told, added))
    return lines


def _county(shares: Shares, bureau: str) -> str:
    """The city of a county's bureau."""
    found = {share.bureau for share in shares.everywhere(bureau.split("人力")[0]) if share.place != SELF}
    return found.pop() if len(found) == 1 else ""


def _unknown(bureau: str, place: str) -> Share:
    return Share(bureau, place, None, "没有写明学校属市本级还是哪个县、市、区")


def roll_up(pack: Pack, received: Received, shares: Shares, bureau: str, inputs: Inputs) -> Rollup:
    """Fill the bureau's forms.  What the schools and `inputs` do not say stays empty and white."""
    lines = lines_of(received, shares, bureau, inputs)
    result = Rollup(bureau, received, lines, [])
    office = bureau if fold(bureau).endswith(("局", "办", "中心")) else f"{bureau}人力资源和社会保障局"
    for form in pack.set_forms(received.bureau, received.term):
        form = replace(form, title=form.title.replace("设区市（县）人社局", office))
        filling = Filling(lines={form.role: {"填报单位": office}})
        if form.draws:
            laid = _summed(pack, form, received, filling, result)
        else:
            laid = _listed(pack, form, received, lines, inputs, filling)
        result.laid.append(laid)
    _link_shares(result.laid)
    year, season = str(received.term.year), received.term.season
    hand_in = pack.set_named(received.bureau).hand_in
    result.hand_in = [item.replace("{年}", year).replace("{季}", season) for item in hand_in]
    result.remarks = [
        *_unreported(received),
        *(f"{said}；请先改正，再汇总一次。" for said in received.shared),
        *(
            f"{file} 的学校名称是“{stated}”，批量校验按名单当作“{name}”；请核对是不是同一所学校。"
            for file, stated, name in sorted(received.renamed)
        ),
        *_unknown_bureau(shares, bureau),
        *_remarks(lines, inputs),
        *result.remarks,
    ]
    return result


def render_rollup(pack: Pack, rollup: Rollup) -> bytes:
    """The workbook; the same content gives the same bytes."""
    return render(pack, rollup.laid, results_of(rollup.laid))


def write_rollup(path: Path, pack: Pack, rollup: Rollup, *, force: bool = False) -> None:
    """Write 附件3, whole or not at all.  Raises BureauProblem."""
    if path.exists() and not force:
        raise BureauProblem(f"“{path.name}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。")
    if path.suffix.lower() != ".xlsx":
        raise BureauProblem(f"输出文件应以 .xlsx 结尾：“{path.name}”。")
    try:
        write_whole(path, render_rollup(pack, rollup))
    except NotWritten as error:
        raise BureauProblem(error.message) from error


# ── a line per school ──


def _listed(pack: Pack, form: Form, received: Received, lines: list[Line], inputs: Inputs, filling: Filling) -> Laid:
    rows: dict[str, list[dict[str, Value]]] = {CITY: [], COUNTY: []}
    notes: dict[tuple[str, int], dict[str, str]] = {}
    for line in lines:
        record: dict[str, Value] = {form.fields[0].name: line.label(form)}
        told: dict[str, str] = {}
        for column in form.fields:
            figure = line.school.figures.get(form.role, {}).get(((), column.name))
            if column.draws and figure is not None:
                record[column.name] = amount(figure.value)
                told[column.name] = _source(line.school, figure, column.unit, peak=column.draws.startswith("peak"))
            elif column.type == "比例":
                record[column.name] = amount(line.share.ratio)
                told[column.name] = f"{line.share.place or line.school.name}：{line.share.note}"
            elif form.role == "汇总资金" and column.name in line.known.amounts:
                typed = line.known.amounts[column.name]
                record[column.name] = amount(typed.value)
                told[column.name] = f"取自 {typed.where}"
        if form.role == "汇总资金" and "学校下达" not in record:
            told["学校下达"] = _due(line.school)
        notes[line.section, len(rows[line.section])] = told
        rows[line.section].append(record)
    filling.rows[form.role] = rows
    if form.role == "汇总资金" and inputs.total is not None:
        filling.figures[form.role, (ALL,), "本市累计结余"] = amount(inputs.total.value)
    laid = lay_out(pack, form, received.term, filling)
    _blank_totals(pack, form, lines, laid)
    for (section, index), told in notes.items():
        for name, text in told.items():
            if text:
                laid.notes[laid.rows[section, index], laid.columns[name]] = text
    if form.role == "汇总资金" and inputs.total is not None:
        laid.notes[laid.places[(ALL,), "本市累计结余"]] = f"取自 {inputs.total.where}"
    return laid


def _blank_totals(pack: Pack, form: Form, lines: list[Line], laid: Laid) -> None:
    """Say at every total that stays blank what it waits for."""
    needs = pack.needs(form)
    for (key, name), cell in laid.places.items():
        awaited = {need for need in needs.get(name, ()) if form.field(need).awaited}
        own = [line for line in lines if key[0] in (ALL, line.section)]
        shared = len(awaited) < len(needs.get(name, ()))
        unshared = [line.school.name for line in own if shared and line.share.ratio is None]
        unknown = [line.school.name for line in own if awaited - line.known.amounts.keys()]
        if unknown:
            share = f"{_named(unshared)}的分担比例，" if unshared else ""
            laid.notes[cell] = f"缺{share}{_named(unknown)}的前期结余，算不出。补上后自动算出，没有结余的填 0。"
        elif unshared:
            laid.notes[cell] = f"缺{_named(unshared)}的分担比例，算不出。补上比例后自动算出。"


def _link_shares(laid: list[Laid]) -> None:
    """A share stands once, in 3-2; the other forms read it there, so that it need be typed nowhere else."""
    listed = [(item, column) for item in laid if item.rows for column in item.form.fields if column.type == "比例"]
    for item, column in listed[1:]:
        first, source = listed[0]
        for place, row in item.rows.items():
            cell = row, item.columns[column.name]
            there = f"'{first.sheet}'!{a1(first.rows[place], first.columns[source.name])}"
            item.cells[cell] = Spot(None, f'IF({there}="","",{there})', "computed", column.name)
            item.notes[cell] = f"{item.notes[cell]}\n取自 {first.form.id} 第{source.no}列，要填、要改请在那里。"


def _source(school: School, figure: Figure, unit: str, *, peak: bool = False) -> str:
    how = "，取最多的一月" if peak else " 之和" if "," in figure.cells or ":" in figure.cells else ""
    return f"{school.file}\n{figure}{how}\n= {show(figure.value, unit)} {unit}"


def _due(school: School) -> str:
    """What a school's own settlement comes to, for whoever types what was paid to it."""
    figure = school.figures.get("分担测算", {}).get(((), "助学金"))
    if figure is None:
        return ""
    return f"请按拨付通知填写。该校 2-1 申报审批的助学金合计为 {show(figure.value, '万元')} 万元（{school.file} {figure}）。"


# ── cell by cell ──


def _summed(pack: Pack, form: Form, received: Received, filling: Filling, result: Rollup) -> Laid:
    parts: dict[tuple[Key, str], list[tuple[School, Figure]]] = {}
    for school in received.schools:
        for place, figure in school.figures.get(form.role, {}).items():
            parts.setdefault(place, []).append((school, figure))
    for (key, name), found in sorted(parts.items()):
        column = form.field(name)
        if column.role == "input":
            filling.figures[form.role, key, name] = amount(_total(found))
        elif column.role == "computed" and column.type == "金额":
            _overruled(pack, form, received, key, name, found, filling)
    majors = _majors(form, received, filling)
    lines = filling.lines[form.role]
    if majors is not None:
        lines["专业个数"] = majors
    for name in ("前期结余", "实际收到", "期末结余"):
        figures = [(school, school.balances[name]) for school in received.schools if name in school.balances]
        if form.role == "汇总生均" and figures:
            lines[name] = amount(_total(figures))
            if len(figures) < len(received.schools):
                missing = len(received.schools) - len(figures)
                result.remarks.append(f"{form.id} 的“{name}”只汇总了 {len(figures)} 所学校，另有 {missing} 所没有填。")
    if form.role == "汇总生均":
        year, month = received.term.previous.end
        lines["前期截止"] = f"{year}年{month}月"
    laid = lay_out(pack, form, received.term, filling)
    for (key, name), found in parts.items():
        cell = laid.places.get((key, name))
        given = (form.role, key, name) in filling.figures
        if cell is None or not given or form.field(name).role not in ("input", "computed"):
            continue
        spot = laid.cells[cell]
        laid.cells[cell] = Spot(spot.value, spot.formula, "gathered", spot.field)
        laid.notes[cell] = _parts(found, form.field(name).unit)
    return laid


def _overruled(
    pack: Pack,
    form: Form,
    received: Received,
    key: Key,
    name: str,
    found: list[tuple[School, Figure]],
    filling: Filling,
) -> None:
    """Where schools' own standards differ from the printed one, the sum of their amounts stands instead of the formula,
    and 备注 says so."""
    column = form.field(name)
    formula = pack.formula(form, column)
    rate = next(form.field(part) for part in formula.names if form.field(part).role == "standard")
    standard = pack.standard(form, rate, key, received.term)
    others = [
        school
        for school, _ in found
        if school.figures[form.role].get((key, rate.name), Figure(standard, "", "")).value != standard
    ]
    if not others:
        return
    filling.figures[form.role, key, name] = amount(_total(found))
    rates = "；".join(
        f"{school.name}{rate.name}{plain(school.figures[form.role][key, rate.name].value)}{rate.unit}"
        for school in others
    )
    old = filling.figures.get((form.role, key, "备注"))
    text = f"{old}；{rates}" if old and rates not in str(old) else rates
    filling.figures[form.role, key, "备注"] = text


def _majors(form: Form, received: Received, filling: Filling) -> int | None:
    """Fill the majors of all schools, each once however they spell it; how many there are altogether."""
    name = next((column.name for column in form.fields if column.type == "专业"), "")
    if not name:
        return None
    found: dict[Key, set[str]] = {}
    spelling: dict[str, str] = {}
    for school in received.schools:
        for key, majors in school.majors.get(form.role, {}).items():
            for major in map(spelled_major, majors):
                one = major_key(major)
                spelling[one] = min(spelling.get(one, major), major)
                found.setdefault(key, set()).add(one)
    for key, named in found.items():
        filling.figures[form.role, key, name] = "、".join(sorted(spelling[one] for one in named))
    return len(spelling)


def _total(found: Iterable[tuple[School, Figure]]) -> Decimal:
    return sum((figure.value for _, figure in found), _ZERO)


def _parts(found: list[tuple[School, Figure]], unit: str) -> str:
    """Which cells of which schools a figure is the sum of, the largest first; a long list is cut and counted."""
    some = [(school, figure) for school, figure in found if figure.value]
    some.sort(key=lambda part: (-part[1].value, part[0].name))
    text = f"{len(found)} 所学校之和 = {show(_total(found), unit)} {unit}"
    for number, (school, figure) in enumerate(some):
        line = f"\n{school.name} {figure}：{show(figure.value, unit)}"
        if len(text) + len(line) > NOTE_LIMIT:
            return f"{text}\n…… 另有 {len(some) - number} 所"
        text += line
    return text


def _remarks(lines: list[Line], inputs: Inputs) -> list[str]:
    found = list(inputs.remarks)
    untold = [line.school.name for line in lines if not line.told]
    if untold:
        found.append(
            f"{_named(untold)}没有写明属市本级还是哪个县、市、区，暂列市本级，分担比例空着；请在下达表（--input）里写明。"
        )
    unlisted: dict[str, list[str]] = {}
    for line in lines:
        if line.told and line.share.ratio is None:
            unlisted.setdefault(line.share.note, []).append(f"“{line.school.name}”")
    found += [
        f"{_named(names)}的分担比例空着：{note}。请向省里核实后填写，不能推算。" for note, names in unlisted.items()
    ]
    unshared = [line.school.name for line in lines if line.share.ratio is None]
    if unshared:
        found.append(
            f"缺{_named(unshared)}的分担比例，3-2 和分担测算里含有它的省级、市县级小计、合计也空着，在 3-2 补上比例后都自动算出。"
        )
    unpaid = [line.school.name for line in lines if "学校下达" not in line.known.amounts]
    if unpaid:
        found.append(f"3-2 的下达金额（第3—6列）还要填写：{_named(unpaid)}。")
    balance = [line.school.name for line in lines if {"前期省级", "前期市级"} - line.known.amounts.keys()]
    if balance:
        found.append(
            f"3-2 的前期结余（第11、12列）还要填写（没有的填 0），或用 --previous 指明上期的附件3：{_named(balance)}；"
            "填齐以前，含有它的前期结余、累计结余合计空着。"
        )
    if inputs.total is None:
        found.append("3-2 第9列“本市累计结余金额”还要按账面填写。")
    names = {fold(line.school.name): line.school.name for line in lines}
    gone = [name for folded, name in inputs.names.items() if folded not in names]
    if gone:
        new = [name for folded, name in names.items() if folded not in inputs.names]
        found.append(f"下达表或上期附件3里有而这次没有收到可汇总的表：{_named(gone)}。{perhaps_renamed(gone, new)}")
    for school in (line.school for line in lines if line.school.troubles):
        more = f"；……共 {len(school.troubles)} 处" if len(school.troubles) > 3 else ""
        found.append(f"“{school.name}”有读不出的数，按 0 汇总：{'；'.join(school.troubles[:3])}{more}。")
    return found


def _unreported(received: Received) -> list[str]:
    """The figures are not the whole bureau's while a school has sent nothing."""
    return [f"名单上的学校没有报送，没有汇总：{'、'.join(received.missing)}。"] if received.missing else []


def _unknown_bureau(shares: Shares, bureau: str) -> list[str]:
    """No share can be looked up for a bureau whose name was mistyped."""
    if shares.bureau(bureau) or _county(shares, bureau):
        return []
    return [f"分担比例表里没有“{bureau}”，各校的比例都查不到；请核对 --bureau 写的单位名称，写错了的改正后再汇总一次。"]


def _named(names: list[str]) -> str:
    return "、".join(names[:5]) + (f"等 {len(names)} 所学校" if len(names) > 5 else "")
