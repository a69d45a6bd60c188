"""The Lambda asset: what is in it, and when it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra.constructs.packaging import LOCK, SOURCE, asset_hash, bundle


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("asset")
    bundle(SOURCE, LOCK, target)
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
