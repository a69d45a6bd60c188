"""What holds for all tests: the examples that Hypothesis makes up are the same in every run, unless it is to search.

A change is to be judged by what it changes, not by luck. `make test ARGS="--hypothesis-profile=search -k ticket_life"`
looks for what nobody has found yet, with other examples each time and many more of them.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same-each-time", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("same-each-time")
