"""The one Lambda asset: the package `tocsin` and what it imports, built for the runtime's processor without Docker."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from infra.topology import ROOT

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
VERSION = RUNTIME.name.removeprefix("python")
PLATFORM = "aarch64-manylinux_2_34"
"""What wheels are chosen for: arm64 on Amazon Linux 2023, whose glibc is 2.34 (AWS documentation, 2026-11)."""

PLACE = "/var/task"
"""Where Lambda unpacks the asset, read-only: a function cannot keep what it compiles."""

SOURCE = ROOT / "functions" / "tocsin"
LOCK = ROOT / "functions" / "requirements.lock"


def code() -> lambda_.Code:
    """The asset that every function of the stack shares; made once a stack, so that it is bundled once."""
    compiler = find_compiler()
    if compiler is None:
        sys.stderr.write(f"No Python {VERSION} here: without byte code every cold start takes longer\n")
    return lambda_.Code.from_asset(
        str(SOURCE.parent),
        # CDK would hash the source only, so that a new lock would ship the old libraries.
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        asset_hash=asset_hash(SOURCE, LOCK, compiled=compiler is not None),
        bundling=cdk.BundlingOptions(image=RUNTIME.bundling_image, local=LocalBundling(compiler)),
    )


def asset_hash(source: Path, lock: Path, *, compiled: bool = True) -> str:
    """Changes with the source, the lock, the platform and whether there is byte code, and with nothing else."""
    digest = hashlib.sha256(f"{PLATFORM} {RUNTIME.name} {'compiled' if compiled else 'source only'}\n".encode())
    digest.update(lock.read_bytes())
    for file in _source_files(source):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(source).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def find_compiler() -> str | None:
    """A Python of the runtime's version on this machine, whose byte code is the only one that the runtime can use.

    The one that runs this is taken if it is of that version, otherwise one that uv finds; None when there is none.
    """
    if f"{sys.version_info.major}.{sys.version_info.minor}" == VERSION:
        return sys.executable
    found = _uv("python", "find", "--no-python-downloads", "--no-project", VERSION, check=False, capture_output=True)
    return found.stdout.strip() or None


def bundle(
    source: Path,
    lock: Path,
    target: Path,
    compiler: str | None,
    version: str = VERSION,
    platform: str | None = PLATFORM,
) -> None:
    """Put the source and the locked libraries, as wheels for the runtime, into the target folder, and compile them.

    Without a compiler there is no byte code, and the runtime compiles what it imports at every cold start. A platform
    of None is this machine.
    """
    options = [
        *("--target", str(target), "--python-version", version),
        *(("--python-platform", platform) if platform else ()),
        *("--requirements", str(lock), "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--link-mode", "copy", "--quiet"),
    ]
    _uv("pip", "install", *options)
    # What the installer leaves beside the libraries: commands for a shell, and its own lock.
    shutil.rmtree(target / "bin", ignore_errors=True)
    (target / ".lock").unlink(missing_ok=True)
    for file in _source_files(source):
        destination = target / source.name / file.relative_to(source)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, destination)
    if compiler is not None:
        _compile(target, compiler)


def _compile(target: Path, compiler: str) -> None:
    # Unchecked: the runtime does not compare the byte code with a source whose time of change no archive keeps. One
    # process, a fixed seed and the place where it will run make the same files again from the same sources.
    options = ["-q", "-j", "1", "--invalidation-mode", "unchecked-hash", "-s", str(target), "-p", PLACE, str(target)]
    command = [compiler, "-m", "compileall", *options]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S603 - all ours


def _uv(*arguments: str, check: bool = True, capture_output: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "uv", "--color", "never", *arguments]
    return subprocess.run(command, check=check, capture_output=capture_output, text=True)  # noqa: S603 - all ours


@jsii.implements(cdk.ILocalBundling)
class LocalBundling:
    """Bundles on this machine; the image that CDK asks for is never started."""

    def __init__(self, compiler: str | None) -> None:
        self._compiler = compiler

    def try_bundle(self, output_dir: str, *_options: object, **_more: object) -> bool:
        """Bundle the asset; a failure ends synthesis instead of falling back to Docker."""
        bundle(SOURCE, LOCK, Path(output_dir), self._compiler)
        return True


def _source_files(source: Path) -> Iterator[Path]:
    return (file for file in sorted(source.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
