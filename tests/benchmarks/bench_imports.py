"""Cold start as deployed: importing each handler from the built asset, as a ratio to `import boto3` alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.constructs.packaging import LOCK, SOURCE, VERSION, bundle
from infra.topology import TOCSIN

ROUNDS = 9
TIMED = "import time; start = time.process_time(); import {}; print(time.process_time() - start)"


def seconds(module: str, asset: Path) -> float:
    """The processor's time that an import takes in a new process, the process's own start not counted.

    Nothing that is compiled can be kept, as on Lambda; boto3 comes compiled from outside the asset, as there.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(asset),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    command = [sys.executable, "-c", TIMED.format(module)]
    done = subprocess.run(command, cwd=asset, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure(asset: Path) -> None:
    modules = {function.name: function.handler.rpartition(".")[0] for function in TOCSIN.functions}
    for module in (*modules.values(), "boto3"):
        seconds(module, asset)  # Once, for the files to be in memory.
    ratios: dict[str, list[float]] = {name: [] for name in modules}
    alone = []
    for _ in range(ROUNDS):
        boto3 = seconds("boto3", asset)
        alone.append(boto3)
        for name, module in modules.items():
            ratios[name].append(seconds(module, asset) / boto3)
    print(f"  import boto3 alone: {statistics.median(alone) * 1000:.0f} ms")
    for name, found in ratios.items():
        print(f"  {name:<12} {statistics.median(found):.2f} times that (from {min(found):.2f} to {max(found):.2f})")


def main() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version != VERSION:
        print(f"  Measured on Python {version}; what is deployed runs on {VERSION}.")
    with tempfile.TemporaryDirectory() as asset:
        bundle(SOURCE, LOCK, Path(asset), sys.executable, version=version, platform=None)
        measure(Path(asset))


if __name__ == "__main__":
    main()
