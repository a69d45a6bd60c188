"""Limits that contracts and teams set alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tocsin.domain.values.document import WholeNumber

MostPages = Annotated[WholeNumber, Field(ge=0, le=100)]
"""How often somebody may be alerted in a night before somebody else is; 0 asks first for whom it is day."""
