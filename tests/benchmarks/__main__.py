"""`make bench`: every measurement, or those named: `make bench ARGS="imports engine"`. Nothing here is a test."""

from __future__ import annotations

import argparse
import importlib

BENCHMARKS = (
    "business_time",
    "assessment",
    "pure_path",
    "retiming",
    "tickets",
    "reports",
    "oncall",
    "imports",
    "engine",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all when left out")
    for name in parser.parse_args().names or BENCHMARKS:
        module = importlib.import_module(f"tests.benchmarks.bench_{name}")
        print(f"\n== {(module.__doc__ or name).splitlines()[0]}\n")
        module.main()


if __name__ == "__main__":
    main()
