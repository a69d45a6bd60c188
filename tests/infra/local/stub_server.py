"""The local server with stub handlers, for a process of its own: `python -m tests.infra.local.stub_server`."""

from __future__ import annotations

from infra.local.serve import main
from tests.infra.local.stub_engine import HELPDESK, stub_topology

if __name__ == "__main__":
    main(lambda _engine: "good", topology=stub_topology(), system_clock=f"{HELPDESK}.WallClock")
