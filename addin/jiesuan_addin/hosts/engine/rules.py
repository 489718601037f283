"""ConditionalFormats and ConditionalFormat of a headless host: rules with a formula and a fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from ..port import Rgb, Rule

if TYPE_CHECKING:
    from .range import Range


class ConditionalFormats(base_classes.ConditionalFormats):
    """The rules that touch a range, the one that wins first."""

    def __init__(self, parent: Range) -> None:
        self._parent = parent

    @property
    def parent(self) -> Range:
        return self._parent

    @property
    def api(self) -> ConditionalFormats:
        return self

    def _rules(self) -> list[Rule]:
        rules = self._parent.sheet.port.rules()
        return [rule for rule in rules if any(area.overlap(self._parent.area) for area in rule.areas)]

    def __call__(self, index: int) -> ConditionalFormat:
        rules = self._rules()
        if not 0 < index <= len(rules):
            raise KeyError(index)
        return ConditionalFormat(self._parent, rules[index - 1])

    def __len__(self) -> int:
        return len(self._rules())

    def __iter__(self) -> Iterator[ConditionalFormat]:
        return iter([ConditionalFormat(self._parent, rule) for rule in self._rules()])

    def add_custom(self, spec: dict[str, Any]) -> ConditionalFormat:
        """A rule with a formula, before all others.  Raises NotImplementedError for anything but a fill."""
        if extra := {"font_color", "font_bold", "font_italic"} & {key for key, value in spec.items() if value}:
            raise NotImplementedError(f"无界面的宿主的条件格式只有底色，没有：{'、'.join(sorted(extra))}")
        self._parent.require_unlocked()
        port = self._parent.sheet.port
        stop = bool(spec.get("stop_if_true"))
        key = port.add_rule(self._parent.area, spec["formula"], spec.get("fill_color"), stop)
        made = Rule(key, (self._parent.area,), spec["formula"], spec.get("fill_color"))
        return ConditionalFormat(self._parent, made)

    def clear(self) -> None:
        """Take away the rules that lie in the range.  Raises NotImplementedError for one that reaches beyond it."""
        rules = self._rules()
        if any(area.overlap(self._parent.area) != area for rule in rules for area in rule.areas):
            raise NotImplementedError("无界面的宿主不能把条件格式从它的一部分区域上去掉")
        for rule in rules:
            self._parent.sheet.port.remove_rule(rule.key)


class ConditionalFormat(base_classes.ConditionalFormat):
    """One rule; those of other kinds than `custom` are `unknown`."""

    def __init__(self, parent: Range, rule: Rule) -> None:
        self._parent = parent
        self.rule = rule

    @property
    def api(self) -> ConditionalFormat:
        return self

    @property
    def type(self) -> str:
        return "unknown" if self.rule.formula is None else "custom"

    @property
    def formula(self) -> str | None:
        return self.rule.formula

    @property
    def fill_color(self) -> Rgb | None:
        return self.rule.fill

    def delete(self) -> None:
        self._parent.require_unlocked()
        self._parent.sheet.port.remove_rule(self.rule.key)
