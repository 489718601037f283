"""The law of a region, read from the packs at hand: those that come with the program and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import InvalidOperation
from functools import cache, lru_cache
from pathlib import Path

from .declared import PackError, PackInfo, check_terms, pack_folders, read_declaration
from .law import COUNTRY, Law, LawError, Layer, chain, find_region
from .policy import Policy, period_faults
from .term import Term
from .timetable import Timetable, timetable_faults


def load_law(region: str, extra: Iterable[Path] = ()) -> Law:
    """All policy and deadlines that apply in a region, which may be written 福建省, 泉州, 福建/泉州.  Raises PackError."""
    folders = tuple(pack_folders(extra).values())
    regions = list(dict.fromkeys((COUNTRY, *(read_layer(folder).region for folder in folders))))
    found = find_region(region, regions)
    if found is None:
        raise PackError(
            f"没有“{region}”的政策数据。现有：{'、'.join(regions)}。"
            f"要看全国的写 --region {COUNTRY}；本地的可以自己加，见 README“自己的政策数据”。"
        )
    return law_of(found, folders)


@lru_cache(maxsize=64)
def law_of(region: str, folders: tuple[Path, ...]) -> Law:
    """The law of a region (`福建/泉州`) by the packs in these folders.  Raises PackError."""
    wanted = chain(region)
    layers = [layer for layer in map(read_layer, folders) if layer.region in wanted]
    layers.sort(key=lambda layer: (wanted.index(layer.region), [-part for part in Term.parse(layer.since)]))
    law = Law(region, layers)
    try:
        law.policy  # noqa: B018  (packs that contradict each other are told at once)
    except LawError as error:
        raise PackError(f"policy.toml：{error}") from error
    return law


@cache
def read_layer(folder: Path) -> Layer:
    """The policy and deadlines of one pack, without its forms.  Raises PackError naming pack, file and key."""
    try:
        info = read_declaration(folder / "pack.toml", PackInfo)
        check_terms("pack.toml：since", info.since)
        policy, timetable = read_policy(folder), Timetable()
        if (folder / "calendar.toml").is_file():
            timetable = read_declaration(folder / "calendar.toml", Timetable)
        for fault in timetable_faults(timetable):
            raise PackError(f"calendar.toml：{fault}")
    except PackError as error:
        raise PackError(f"{folder.name}/{error}") from error
    return Layer(info.id, info.name, info.region, info.since, policy, timetable)


def read_policy(folder: Path) -> Policy:
    """`policy.toml`, which a pack without forms may lack."""
    if not (folder / "policy.toml").is_file() and not (folder / "forms").is_dir():
        return Policy()
    policy = read_declaration(folder / "policy.toml", Policy)
    for entries in policy.tables.values():
        for entry in entries:
            check_terms(f"policy.toml：{entry.title}", entry.since, entry.until)
    for standard in policy.standard:
        try:
            known = standard.amount.is_finite()
        except InvalidOperation:
            known = False
        if not known:
            raise PackError(f"policy.toml：{standard.name} 的 value“{standard.value}”不是数")
    for fault in period_faults(policy):
        raise PackError(f"policy.toml：{fault}")
    return policy
