"""The one Lambda asset: the package `tocsin` and what it imports, built for the runtime's processor without Docker."""

from __future__ import annotations

import hashlib
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
PLATFORM = "aarch64-manylinux_2_34"
"""What wheels are chosen for: arm64 on Amazon Linux 2023, whose glibc is 2.34 (AWS documentation, 2026-11)."""

SOURCE = ROOT / "functions" / "tocsin"
LOCK = ROOT / "functions" / "requirements.lock"


def code() -> lambda_.Code:
    """The asset that every function of the stack shares; made once a stack, so that it is bundled once."""
    return lambda_.Code.from_asset(
        str(SOURCE.parent),
        # CDK would hash the source only, so that a new lock would ship the old libraries.
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        asset_hash=asset_hash(SOURCE, LOCK),
        bundling=cdk.BundlingOptions(image=RUNTIME.bundling_image, local=LocalBundling()),
    )


def asset_hash(source: Path, lock: Path) -> str:
    """Changes with the source, the lock and the platform, and with nothing else."""
    digest = hashlib.sha256(f"{PLATFORM} {RUNTIME.name}\n".encode())
    digest.update(lock.read_bytes())
    for file in _source_files(source):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(source).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def bundle(source: Path, lock: Path, target: Path) -> None:
    """Put the source and the locked libraries, as wheels for the runtime, into the target folder."""
    options = [
        *("--target", str(target), "--python-platform", PLATFORM, "--python-version", RUNTIME.name[len("python") :]),
        *("--requirements", str(lock), "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--link-mode", "copy", "--quiet", "--color", "never"),
    ]
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", *options], check=True)  # noqa: S603 - all ours
    # What the installer leaves beside the libraries: commands for a shell, and its own lock.
    shutil.rmtree(target / "bin", ignore_errors=True)
    (target / ".lock").unlink(missing_ok=True)
    for file in _source_files(source):
        destination = target / source.name / file.relative_to(source)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, destination)


@jsii.implements(cdk.ILocalBundling)
class LocalBundling:
    """Bundles on this machine; the image that CDK asks for is never started."""

    def try_bundle(self, output_dir: str, *_options: object, **_more: object) -> bool:
        """Bundle the asset; a failure ends synthesis instead of falling back to Docker."""
        bundle(SOURCE, LOCK, Path(output_dir))
        return True


def _source_files(source: Path) -> Iterator[Path]:
    return (file for file in sorted(source.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
