"""The Lambda asset: what is in it, and when it changes."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.constructs.packaging import LOCK, SOURCE, VERSION, asset_hash, bundle, find_compiler


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("asset")
    # Any Python compiles alike; which one there has to be is asked of `find_compiler`.
    bundle(SOURCE, LOCK, target, sys.executable)
    return target


@pytest.fixture
def source(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "tocsin", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "tocsin"


def test_the_asset_holds_our_code_as_it_stands(asset: Path) -> None:
    ours = {file.relative_to(SOURCE) for file in SOURCE.rglob("*.py")}
    assert {file.relative_to(asset / "tocsin") for file in (asset / "tocsin").rglob("*.py")} == ours


def test_the_libraries_are_built_for_the_processor_of_the_runtime(asset: Path) -> None:
    built = {file.name for file in asset.rglob("*.so")}
    assert any(name.startswith("_pydantic_core.cpython-313-aarch64") for name in built)
    assert not [name for name in built if "x86_64" in name]


@pytest.mark.parametrize("library", ["boto3", "botocore", "s3transfer", "urllib3", "dateutil"])
def test_what_the_runtime_brings_is_left_out(asset: Path, library: str) -> None:
    assert not (asset / library).exists()


@pytest.mark.parametrize("tool", ["pytest", "moto", "aws_cdk", "bin", ".lock"])
def test_nothing_of_our_workshop_is_in_it(asset: Path, tool: str) -> None:
    assert not (asset / tool).exists()


def test_the_asset_is_small_enough_to_start_fast(asset: Path) -> None:
    size = sum(file.stat().st_size for file in asset.rglob("*") if file.is_file())
    assert size < 50_000_000


def test_every_module_has_byte_code_that_is_used_unseen(asset: Path) -> None:
    for module in asset.rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(module)))
        # PEP 552: the second word says that a hash stands there (1), and not that it is to be checked (2).
        assert compiled.read_bytes()[4:8] == b"\1\0\0\0", module


def test_the_byte_code_says_where_the_runtime_unpacks_it(asset: Path) -> None:
    compiled = next((asset / "tocsin" / "__pycache__").glob("wiring.*.pyc"))
    assert b"/var/task/tocsin/wiring.py" in compiled.read_bytes()
    assert str(asset).encode() not in compiled.read_bytes()


def test_the_same_asset_is_built_again(asset: Path, tmp_path: Path) -> None:
    bundle(SOURCE, LOCK, tmp_path, sys.executable)
    assert {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == {
        file.relative_to(asset): file.read_bytes() for file in asset.rglob("*") if file.is_file()
    }


def test_only_a_python_of_the_runtimes_version_compiles() -> None:
    compiler = find_compiler()
    if compiler is not None:
        asked = [compiler, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
        assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == VERSION


def test_the_hash_changes_when_byte_code_is_added() -> None:
    assert asset_hash(SOURCE, LOCK, compiled=False) != asset_hash(SOURCE, LOCK, compiled=True)


def test_the_hash_stays_while_source_and_lock_stay(source: Path) -> None:
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "left_over.pyc").write_bytes(b"compiled")
    assert asset_hash(source, LOCK) == asset_hash(SOURCE, LOCK)


def test_the_hash_changes_with_the_source(source: Path) -> None:
    (source / "new_module.py").write_text("NEW = True\n")
    assert asset_hash(source, LOCK) != asset_hash(SOURCE, LOCK)


def test_the_hash_changes_when_a_file_moves(source: Path) -> None:
    before = asset_hash(source, LOCK)
    moved = next(source.rglob("*.py"))
    moved.rename(moved.with_name("renamed_" + moved.name))
    assert asset_hash(source, LOCK) != before


def test_the_hash_changes_with_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK.read_text() + "another==1.0\n")
    assert asset_hash(SOURCE, lock) != asset_hash(SOURCE, LOCK)
