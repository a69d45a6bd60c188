"""The demonstration, as a newcomer starts it: a process of its own, played to its end."""

from __future__ import annotations

import subprocess
import sys

from infra.topology import ROOT


def test_the_demonstration_plays_all_tickets_to_their_end() -> None:
    demo = [sys.executable, "-m", "infra.local.demo"]
    played = subprocess.run(demo, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert played.returncode == 0, played.stderr
    assert "page  POST 200: You have it" in played.stdout
    assert played.stdout.count("the execution has ended: succeeded") == 3
    assert "On call by the schedule emea: ana (nights)." in played.stdout
    assert "page  POST 200: You have declined" in played.stdout
    assert "acknowledged by caro: for tier 1" in played.stdout
    assert "ZD-1044: " in played.stdout.rpartition("The bill")[2]
