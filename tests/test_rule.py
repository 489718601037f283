"""Rules as entries of data: what an entry must say, and when it counts."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.expression import parse
from jiesuan.pack import load_pack
from jiesuan.rule import FAMILIES, LEVELS, Rule, RuleFile
from jiesuan.term import Term

PACK = load_pack()
LEAST: dict[str, Any] = {"code": "X204", "name": "不符", "level": "错误", "basis": "某文", "why": "因为", "help": "改"}


def rule(**more: Any) -> Rule:
    return msgspec.convert({**LEAST, **more}, Rule)


def test_what_an_entry_says_when_it_says_little() -> None:
    made = rule()
    assert msgspec.structs.asdict(made) == {
        **LEAST,
        **dict.fromkeys(
            (
                "holds",
                "check",
                "when",
                "at",
                "unit",
                "excused",
                "filled",
                "computed",
                "needs",
                "instead",
                "since",
                "until",
                "says",
            ),
            "",
        ),
        **dict.fromkeys(("forms", "field", "each", "together", "mentions", "sets"), ()),
        **{"where": {}, "absent": {}, "options": {}},
    }


@pytest.mark.parametrize("key", LEAST)
def test_what_an_entry_must_say(key: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"^Object missing required field `{key}`$"):
        msgspec.convert({name: value for name, value in LEAST.items() if name != key}, Rule)


@pytest.mark.parametrize("level", ["警告", "", "错误 ", "ERROR"])
def test_there_are_three_levels(level: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value"):
        rule(level=level)
    assert [rule(level=known).level for known in LEVELS] == ["错误", "核实", "提示"]


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        rule().level = "提示"  # type: ignore[misc]


TERMS = st.builds(Term, st.integers(2020, 2030), st.integers(0, 1))


@given(since=st.none() | TERMS, until=st.none() | TERMS, term=TERMS, sets=st.lists(st.sampled_from(["省属", "市属"])))
def test_a_rule_counts_in_its_terms_and_sets(
    since: Term | None, until: Term | None, term: Term, sets: list[str]
) -> None:
    made = rule(since=str(since or ""), until=str(until or ""), sets=sets)
    counts = (since is None or since <= term) and (until is None or term <= until)
    for name in ("省属", "市属", "设区市"):
        assert made.applies(name, term) is (counts and (not sets or name in sets))


@pytest.mark.parametrize(
    ("since", "until", "terms"),
    [
        ("", "", ["2024春", "2024秋", "2025春"]),
        ("2024秋", "", ["2024秋", "2025春"]),
        ("", "2024秋", ["2024春", "2024秋"]),
        ("2024秋", "2024秋", ["2024秋"]),
        ("2025春", "2024春", []),
    ],
)
def test_first_and_last_term_are_part_of_it(since: str, until: str, terms: list[str]) -> None:
    made = rule(since=since, until=until)
    asked = ["2024春", "2024秋", "2025春"]
    assert [text for text in asked if made.applies("省属", Term.parse(text))] == terms


def test_a_file_of_rules() -> None:
    assert msgspec.convert({}, RuleFile).rule == ()
    assert [item.code for item in msgspec.convert({"rule": [LEAST, {**LEAST, "code": "F101"}]}, RuleFile).rule] == [
        "X204",
        "F101",
    ]


# ── the rules of the pack ───────────────────────────────────────────────────────────────────────────────────────────

RULES = list(PACK.rules.values())


@pytest.mark.parametrize("made", RULES, ids=lambda made: made.code)
def test_every_rule_of_the_pack_is_whole(made: Rule) -> None:
    assert re.fullmatch(r"[A-Z]\d{3}", made.code) and made.family == made.code[0] and made.family in FAMILIES
    assert bool(made.holds) != bool(made.check), "a relation or a named check, one of them"
    for text in (made.name, made.basis, made.why, made.help):
        assert text.strip() == text and re.search(r"[\u4e00-\u9fff]", text)
    assert not made.name.endswith(("。", "，"))
    assert set(made.together) <= set(made.each)
    assert set(made.where) <= {*made.each, *(["困难类型"] if "行" in made.each else [])} or made.check
    assert set(made.sets) <= {item.name for item in (*PACK.info.set, *PACK.info.bureau)}
    if made.at:
        assert len(parse(made.code, f"{made.at} == 0", "").operands) == 1


def test_names_of_defects_are_their_own() -> None:
    names = [(made.name, made.sets, made.since, made.needs) for made in RULES]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("set_name", ["省属", "市属", "设区市"])
@pytest.mark.parametrize("term", [Term(2024, 0), Term(2024, 1), Term(2025, 0)])
def test_rules_at_hand_are_selected_once_and_by_code(set_name: str, term: Term) -> None:
    needs = sorted({made.needs for made in RULES})
    assert "" in needs
    chosen = [made for need in needs for made in PACK.selected(set_name, term, need)]
    assert len({made.code for made in chosen}) == len(chosen)
    for need in needs:
        codes = [made.code for made in PACK.selected(set_name, term, need)]
        assert codes == sorted(codes)
    begins = PACK.set_named(set_name).rules
    expected = {m.code for m in RULES if m.applies(set_name, term) and (not begins or m.code.startswith(begins))}
    assert {made.code for made in chosen} == expected
