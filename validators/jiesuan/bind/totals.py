"""Total labels of a form, spelled out ready to match."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..form import Form, Total, once
from ..text import fold

_AXIS = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class TotalLabel:
    """A printed total label: the total and the members its text names."""

    total: Total
    named: dict[str, str]


@once
def total_labels(form: Form) -> dict[str, TotalLabel]:
    """Folded label → total; `{年级}小计` is spelled out for every member."""
    found: dict[str, TotalLabel] = {}
    for total in form.total:
        for label in (total.label, *total.also):
            match = _AXIS.search(label)
            if match is None:
                found.setdefault(fold(label), TotalLabel(total, {}))
                continue
            axis = form.axis_named(match[1])
            for member in axis.members:
                for word in (member.name, member.printed, *member.also):
                    found.setdefault(fold(label.replace(match[0], word)), TotalLabel(total, {axis.name: member.name}))
    return found
