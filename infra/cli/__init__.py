"""The command line of operators: `python -m infra.cli`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

from __future__ import annotations

import importlib.util
import sys


def main() -> None:
    """Runs the command line with the arguments of the process."""
    # The operators' code uses the functions' own, which a checkout has beside it and not on the path.
    if importlib.util.find_spec("tocsin") is None:
        sys.exit("The package tocsin is not on the path; run this with PYTHONPATH=functions.")
    from infra.cli.application import application

    application(prog_name="tocsin")
