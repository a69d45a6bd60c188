"""Whom a tier alerts: a team, whoever is on call by a schedule, or a person."""

from __future__ import annotations

from enum import StrEnum


class TargetKind(StrEnum):
    """What a target names."""

    TEAM = "team"
    SCHEDULE = "schedule"
    MEMBER = "member"


class Target(str):
    """A target as text: a team is its id, others have their kind in front, `schedule:emea`, `member:dora`.

    Ids have no colon, so nothing is ambiguous; what was recorded when there were teams only still means the same.
    """

    __slots__ = ()

    @classmethod
    def of(cls, kind: TargetKind, name: str) -> Target:
        """The target of a kind with that id."""
        return cls(name if kind is TargetKind.TEAM else f"{kind}:{name}")

    @property
    def kind(self) -> TargetKind:
        """What it names."""
        return TargetKind(self.partition(":")[0]) if ":" in self else TargetKind.TEAM

    @property
    def name(self) -> str:
        """The id of the team, schedule or person."""
        return self.rpartition(":")[2]

    @property
    def words(self) -> str:
        """`frontline`, `the schedule emea`, `dora`."""
        return f"the schedule {self.name}" if self.kind is TargetKind.SCHEDULE else self.name
