"""What holds for all tests: the examples that Hypothesis makes up are the same in every run, unless it is to search.

A change is to be judged by what it changes, not by luck. `make test ARGS="--hypothesis-profile=search -k ticket_life"`
looks for what nobody has found yet, with other examples each time and many more of them. Only that one also looks for
the smallest example that fails, which takes minutes.
"""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile(
    "same-each-time",
    max_examples=60,
    derandomize=True,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.shrink],
)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("same-each-time")
