"""Prints the description of the API, OpenAPI 3.1, as `/openapi.json` serves it: `python -m infra.description`."""

from __future__ import annotations

import json

from tocsin.handlers.api.app import app
from tocsin.handlers.api.openapi import describe

if __name__ == "__main__":
    print(json.dumps(describe(app, "https://tocsin.example")))  # noqa: T201 - that is what it is for
