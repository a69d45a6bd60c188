"""Who may import whom. The rules are those of the README's map; a new import that breaks them fails here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"

# Beside the standard library. `tocsin.x` stands for the module and everything below it.
ALLOWED = {
    "tocsin/domain": {"tocsin.domain", "pydantic", "holidays"},
    "tocsin/ports": {"tocsin.domain", "tocsin.ports"},
    "tocsin/use_cases": {"tocsin.domain", "tocsin.ports", "tocsin.use_cases", "pydantic"},
    "tocsin/adapters": {
        "tocsin.domain",
        "tocsin.ports",
        "tocsin.adapters",
        "boto3",
        "botocore",
        "dateutil",
        "icalendar",
        "itsdangerous",
        "jinja2",
        "mypy_boto3_dynamodb",
        "mypy_boto3_secretsmanager",
        "mypy_boto3_sns",
        "mypy_boto3_stepfunctions",
    },
    "tocsin/wiring.py": {"tocsin.ports", "tocsin.adapters", "tocsin.use_cases", "tocsin.domain", "boto3"},
    "tocsin/handlers": {
        "tocsin.domain",
        "tocsin.use_cases",
        "tocsin.wiring",
        "tocsin.handlers",
        "tocsin.ports",
        "tocsin.adapters.messages.pages",  # what a browser is shown, as the JSON views are what a program is shown
        "tocsin.adapters.dynamodb.table",  # dispatch reads the table's stream, so it has to know its keys
        "aws_lambda_powertools",
        "pydantic",
        "yaml",
    },
}
STANDARD_LIBRARY = __import__("sys").stdlib_module_names
FORBIDDEN_NAMES = {"utils", "helpers", "common", "constants"}


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from tocsin.domain import events` means the module `tocsin.domain.tickets.events`.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def python_files(place: str) -> list[Path]:
    path = FUNCTIONS / place
    return [path] if path.suffix else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("place", ALLOWED)
def test_each_layer_imports_only_what_it_may(place: str) -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in python_files(place)
        for module in imports_of(path)
        if module.partition(".")[0] not in STANDARD_LIBRARY and not within(module, ALLOWED[place])
    ]
    assert found == []


# What each part of the domain may know of the others: time knows no contract, and a contract no ticket.
BELOW = {
    "values": set(),
    "access": {"values"},
    "calendars": {"values"},
    "oncall": {"values", "calendars"},
    "contracts": {"values", "calendars"},
    "escalation": {"values", "calendars", "contracts"},
    "notices": {"values", "calendars", "contracts", "escalation"},
    "tickets": {"values", "calendars", "contracts", "oncall", "escalation", "notices"},
    "reports": {"values", "calendars", "contracts", "oncall", "escalation", "notices", "tickets"},
    "assessment": {"values", "calendars", "contracts", "oncall", "escalation", "notices", "tickets"},
}


def module_of(path: Path) -> str:
    parts = path.relative_to(FUNCTIONS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {module_of(path): path for path in FUNCTIONS.rglob("*.py")}


@cache
def reached_from(module: str) -> frozenset[str]:
    """Every module of ours that importing this one brings in, through however many others."""
    found, ahead = {module}, [module]
    while ahead:
        for name in imports_of(modules()[ahead.pop()]):
            for each in (name, name.rpartition(".")[0]):
                if each in modules() and each not in found:
                    found.add(each)
                    ahead.append(each)
    return frozenset(found)


@pytest.mark.parametrize("part", BELOW)
def test_a_part_of_the_domain_reaches_only_the_parts_below_it(part: str) -> None:
    others = {f"tocsin.domain.{other}" for other in BELOW.keys() - BELOW[part] - {part}}
    found = {
        f"{path.relative_to(ROOT)} reaches {module}"
        for path in python_files(f"tocsin/domain/{part}")
        for module in reached_from(module_of(path))
        if within(module, others)
    }
    assert found == set()


@pytest.mark.parametrize("part", BELOW)
def test_no_two_parts_of_the_domain_know_each_other(part: str) -> None:
    assert all(part not in BELOW[below] for below in BELOW[part])


def test_the_functions_reach_nothing_of_tests_engine_or_stack() -> None:
    outside = {"infra", "tests", "moto", "aws_cdk"}
    found = [f"{name} imports {module}" for name, path in modules().items() for module in imports_of(path)]
    assert [line for line in found if line.split()[-1].partition(".")[0] in outside] == []


def test_every_part_of_the_domain_has_its_place() -> None:
    assert {path.name for path in (FUNCTIONS / "tocsin" / "domain").iterdir() if (path / "__init__.py").exists()} == {
        *BELOW
    }


def test_every_module_of_the_functions_is_under_a_rule() -> None:
    ruled = {path for place in ALLOWED for path in python_files(place)}
    assert set(FUNCTIONS.rglob("*.py")) - ruled == {FUNCTIONS / "tocsin" / "__init__.py"}


def test_the_domain_reads_neither_clock_nor_environment() -> None:
    ambient = {"os", "random", "secrets", "socket", "subprocess", "time"}
    found = [
        f"{path.name} imports {module}"
        for path in python_files("tocsin/domain")
        for module in imports_of(path)
        if module.partition(".")[0] in ambient
    ]
    assert found == []


def test_only_the_wiring_reads_the_environment() -> None:
    readers = {
        path.relative_to(FUNCTIONS).as_posix() for path in FUNCTIONS.rglob("*.py") if "os.environ" in path.read_text()
    }
    assert readers == {"tocsin/wiring.py"}


def test_the_local_engine_needs_no_cdk_and_the_stack_no_moto() -> None:
    local = {
        module.partition(".")[0] for path in (ROOT / "infra" / "local").rglob("*.py") for module in imports_of(path)
    }
    stack_files = [
        ROOT / "infra" / "stack.py",
        ROOT / "infra" / "app.py",
        *(ROOT / "infra" / "constructs").rglob("*.py"),
    ]
    stack = {module.partition(".")[0] for path in stack_files for module in imports_of(path)}
    assert "aws_cdk" not in local
    assert "moto" not in stack


def test_only_one_folder_of_the_engine_and_the_rehearsal_touch_moto() -> None:
    users = {
        path.parent.relative_to(ROOT).as_posix()
        for folder in ("infra", "functions")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts and any(within(module, {"moto"}) for module in imports_of(path))
    }
    assert users == {"infra/local/moto", "infra/rehearsal"}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    folders = ("functions", "infra", "tests")
    names = {
        path.stem for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts
    }
    assert names & FORBIDDEN_NAMES == set()


def test_importing_a_module_of_the_domain_defines_and_does_nothing_else() -> None:
    definitions = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Expr)

    def defines(node: ast.stmt) -> bool:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":  # which is never so
            return True
        return isinstance(node, definitions) and not (
            isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
        )

    found = [
        f"{path.name}:{node.lineno}"
        for path in python_files("tocsin/domain")
        for node in ast.parse(path.read_text()).body
        if not defines(node)
    ]
    assert found == []
