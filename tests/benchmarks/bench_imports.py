"""Cold start: importing each handler in a fresh interpreter, as a ratio to `import boto3` alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from infra.topology import ROOT, TOCSIN

ROUNDS = 7
TIMED = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def seconds(module: str) -> float:
    """How long an import takes in a new process, the process's own start not counted."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "functions"), "AWS_DEFAULT_REGION": "eu-central-1"}
    command = [sys.executable, "-c", TIMED.format(module)]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    modules = {function.name: function.handler.rpartition(".")[0] for function in TOCSIN.functions}
    for module in (*modules.values(), "boto3"):
        seconds(module)  # Once for the compiled files.
    ratios: dict[str, list[float]] = {name: [] for name in modules}
    alone = []
    for _ in range(ROUNDS):
        boto3 = seconds("boto3")
        alone.append(boto3)
        for name, module in modules.items():
            ratios[name].append(seconds(module) / boto3)
    print(f"  import boto3 alone: {statistics.median(alone) * 1000:.0f} ms")
    for name, found in ratios.items():
        print(f"  {name:<12} {statistics.median(found):.2f} times that (from {min(found):.2f} to {max(found):.2f})")


if __name__ == "__main__":
    main()
