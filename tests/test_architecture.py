"""Imports run one way, help is light, and nothing licensed otherwise is touched."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import jiesuan

CORE = Path(jiesuan.__file__).parent
ROOT = Path(__file__).resolve().parents[1]

LAYERS: list[tuple[str, ...]] = [
    # ref → book → declarations → bound tables → calculating and checking → reports made of them → commands
    ("ref", "term", "produce_error", "workdays"),
    ("book", "text", "identity", "console"),
    ("number", "formula", "filling", "form", "policy", "timetable", "law", "faults", "declared", "regions", "rule", "reading", "wording", "majors"),
    ("pack", "functions", "recalculate"),
    ("table", "share"),
    ("bind",),
    ("calculate", "expression", "gather", "evaluate", "report"),
    ("explain", "compare", "left"),
    ("check", "template", "marking", "native"),
    ("sample", "roster"),
    ("publicize",),
    ("render", "produce", "session", "usage", "notices"),
    ("demo", "marked", "calculated", "explaining"),
    ("batch",),
    ("bureau",),
    ("commands",),
    ("cli",),
    ("__main__",),
]  # fmt: skip
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
HEAVY = ("pandas", "pandera", "openpyxl", "xlwings", "python_calamine", "xlsxwriter", "numpy", "faker")


def unit(path: Path) -> str:
    """The layer entry a source file belongs to: its module, or its package."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The entries of our own package that a file imports, at its top or inside functions."""
    package = path.relative_to(CORE).parent.parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [(*base, *(node.module or "").split("."))] if node.module else [(*base, n.name) for n in node.names]
            found |= {name[0] for name in names if name and name[0]}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jiesuan."):
            found.add((node.module or "").split(".")[1])
    return {name for name in found if (CORE / name).is_dir() or (CORE / f"{name}.py").is_file()}


def test_every_module_has_a_layer() -> None:
    assert {unit(path) for path in CORE.rglob("*.py")} - {"__init__"} <= set(LEVEL)


def test_imports_run_one_way() -> None:
    wrong = [
        f"{path.relative_to(CORE)} → {name}"
        for path in sorted(CORE.rglob("*.py"))
        if unit(path) != "__init__"
        for name in sorted(imports(path))
        if name in LEVEL and name != unit(path) and LEVEL[name] > LEVEL[unit(path)]
    ]
    assert wrong == []


def test_no_cycles_between_modules() -> None:
    graph: dict[str, set[str]] = {unit(path): set() for path in CORE.rglob("*.py")}
    for path in CORE.rglob("*.py"):
        graph[unit(path)] |= imports(path) - {unit(path), "__init__"}
    done: set[str] = set()
    while ready := {name for name, needs in graph.items() if name not in done and needs <= done | {name, "__init__"}}:
        done |= ready
    assert set(graph) - done == set()


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, jiesuan.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_core_knows_nothing_of_the_add_in() -> None:
    for path in CORE.rglob("*.py"):
        named = path.read_text(encoding="utf-8").count("jiesuan_addin")
        assert named == (path.name == "cli.py"), path  # where the program is put together, as a name


WITHOUT = """
class Absent:
    def find_spec(self, name, *_):
        if name == "jiesuan_addin":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""


@pytest.mark.parametrize(("hidden", "there"), [("", True), (WITHOUT, False)], ids=("with", "without"))
def test_the_program_works_without_the_add_in(hidden: str, there: bool) -> None:
    code = f"import sys\n{hidden}\nfrom jiesuan.cli import main\nsys.argv = ['jiesuan', '--help']\nmain()"
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=env, check=True)
    assert ("  excel  " in done.stdout, "  check  " in done.stdout, done.stderr) == (there, True, "")


def test_a_broken_add_in_is_no_missing_one() -> None:
    code = "import sys; sys.modules['jiesuan_addin.command'] = None; import jiesuan.cli"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "jiesuan_addin.command" in done.stderr


def test_the_add_in_loads_nothing_heavy() -> None:
    code = f"import sys, jiesuan_addin, jiesuan_addin.command; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_the_free_part_of_xlwings() -> None:
    words = ("xlwings." + "pro", "XLWINGS_" + "LICENSE_KEY")
    for folder in ("validators", "addin", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not any(word in text for word in words), path
