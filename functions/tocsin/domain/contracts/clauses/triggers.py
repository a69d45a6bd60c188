"""On what conditions a ticket is escalated, whatever silence would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.targets import closest
from tocsin.domain.contracts.triggers import AnyTrigger
from tocsin.domain.values.faults import Fault


def _in_vain(contract: Contract, put: PutContext) -> Iterator[Fault]:
    tiers = max(policy.last for policy in contract.policies)
    promised = [metric.name for metric in contract.promised]
    earlier: dict[str, int] = {}
    for number, trigger in put.numbered("triggers", contract.triggers):
        path = f"triggers.{number}"
        if trigger.to_tier and trigger.to_tier > tiers:
            yield Fault(f"{path}.to_tier", f"is {trigger.to_tier}, but the escalation has {tiers} tiers")
        metric = getattr(trigger, trigger.MEASURES) if trigger.MEASURES else None
        if metric is not None and metric not in promised:
            known = closest(metric, promised, promised)
            yield Fault(
                f"{path}.{trigger.MEASURES}", f"is promised by no row of `targets`, so it never is due; {known}"
            )
        if trigger.to is None and trigger.says in earlier:
            where = f"triggers.{earlier[trigger.says]}"
            yield Fault(path, f"says when like {where}, and where to go otherwise; keep one of them")
        if trigger.to is None:
            earlier.setdefault(trigger.says, number)


class TriggersClause(Clause):
    """What escalates a ticket beside silence."""

    heading: ClassVar = "Triggers"
    checks: ClassVar[Sequence[Check]] = (Check("triggers escalation targets metrics", _in_vain),)

    triggers: Annotated[list[AnyTrigger], Field(max_length=50)] = Field(
        default_factory=list,
        description="conditions on which a ticket is escalated, each once until it is reopened",
        examples=[[{"type": "breach", "of": "resolution", "to_tier": 3}]],
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        for trigger in contract.triggers:
            yield trigger.words
        if contract.triggers:
            yield (
                "Each of these happens once until the ticket is reopened, and for each deadline, message or request "
                "that it is about. It escalates the ticket also when somebody has it, but not to a tier that was "
                "alerted already. A tier that is closed then is passed over, as ever, and while the ticket waits for "
                "somebody else nobody is alerted. Times count in the hours of the ticket's targets."
            )
