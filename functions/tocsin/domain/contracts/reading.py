"""Reading a contract document: everything that is wrong with it at once, or the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, get_origin

from pydantic import ValidationError, create_model

from tocsin.domain.contracts.clauses.backing import backing_contracts
from tocsin.domain.contracts.clauses.clause import PutContext
from tocsin.domain.contracts.clauses.hours import ALWAYS_OPEN
from tocsin.domain.contracts.contract import CLAUSES, Contract
from tocsin.domain.contracts.metrics import PRESETS
from tocsin.domain.contracts.reach import targets_out_of_reach
from tocsin.domain.contracts.triggers import TRIGGER_TYPES
from tocsin.domain.values.channels import CHANNEL_TYPES
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.domain.values.references import KnownNames
from tocsin.domain.values.target import TargetKind
from tocsin.domain.values.validation_errors import faults_of

Document = Mapping[str, Any]
"""A contract as it was sent, parsed from JSON or YAML: anything at all, if it is a mapping by names."""

_PROMISES = re.compile(r"(targets(?!.*\.warn_at)|calendars?|holidays|sites|warnings_in)\b|.*\.calendar$")
"""Where a fault leaves targets without a calendar to count in, or without a meaning."""


def read_contract(
    document: Document,
    contract_id: str,
    known_teams: Collection[str],
    known_contracts: Collection[str] = (),
    previous: Contract | None = None,
    in_force: Contract | None = None,
    check: Callable[[Contract], Iterable[Fault]] = lambda _contract: (),
    known_others: KnownNames = MappingProxyType({}),
) -> Contract:
    """The contract that a document describes. Raises Invalid with every fault, in the order of the document.

    `known_contracts`: those of `contracts_named_in` that the helpdesk has put. `previous`: the version before this one.
    `in_force`: the version that tickets get now, which may be an earlier one. `check`: the check of the examples, for
    which one has to know what becomes of a ticket; nothing in this room does. `known_others`: the helpdesk's schedules
    and members, by `schedule` and `member`.
    """
    whole = {"contract_id": contract_id, **document}
    faults: list[Fault] = []
    try:
        draft = _Draft(
            Contract.model_validate(
                whole, context={"known": _known_names(document, {"team": known_teams, **known_others})}
            )
        )
    except ValidationError as error:
        # The first at each place: where a name is wrong, what it stands for is not worth a word.
        faults += {
            fault.path: fault for fault in reversed(faults_of(error, Contract, CHANNEL_TYPES | TRIGGER_TYPES))
        }.values()
        draft = _as_far_as_it_is_well_formed(whole)
    contract, put = draft.contract, PutContext(contract_id, known_contracts, previous, in_force, draft.kept)
    faults += _faults_between_parts(contract, put, draft.malformed)
    if not draft.malformed and not any(_PROMISES.match(fault.path) for fault in faults):
        faults += list(targets_out_of_reach(contract)) or list(check(contract))
    if faults:
        places = {name: number for number, name in enumerate(document)}
        faults.sort(key=lambda fault: places.get(fault.path.partition(".")[0], -1))
        raise Invalid(faults, "The contract has faults; nothing was stored.")
    return contract


def contracts_named_in(document: Document) -> set[str]:
    """The contracts that back somebody's time in this one, as far as they could exist."""
    return backing_contracts(document.get("backed_by"))


def _known_names(document: Document, known: KnownNames) -> KnownNames:
    """What parts of the document may refer to: what the helpdesk has, and what other parts define."""

    def defined(part: str) -> list[str]:
        return [str(name) for name in document[part]] if isinstance(document.get(part), Mapping) else []

    escalation = document.get("escalation")
    tiers = escalation.get("tiers") if isinstance(escalation, Mapping) else None
    return {
        **{kind.value: sorted(known.get(kind.value, ())) for kind in TargetKind},
        "calendar": list(dict.fromkeys([ALWAYS_OPEN, *defined("calendars")])),
        "holidays": defined("holidays"),
        "metric": [*PRESETS, *defined("metrics")],
        "tier": [str(number) for number, _ in enumerate(tiers, start=1)] if isinstance(tiers, list) else [],
    }


def _faults_between_parts(contract: Contract, put: PutContext, malformed: Collection[str]) -> Iterator[Fault]:
    for clause in CLAUSES:
        for needs, faults in clause.checks:
            if not {*needs.split()} & {*malformed}:
                yield from faults(contract, put)


class _Draft(NamedTuple):
    """A contract without its malformed parts, the names of these, and what is left of lists among them."""

    contract: Contract
    malformed: Collection[str] = ()
    kept: Mapping[str, Sequence[int]] = MappingProxyType({})


def _as_far_as_it_is_well_formed(document: Document) -> _Draft:
    """Names that refer to nothing are no malformation: what names them is there."""
    try:
        return _Draft(Contract.model_validate(document))
    except ValidationError as error:
        places = [each["loc"] for each in error.errors(include_url=False, include_input=False, include_context=False)]
    malformed = {str(place[0]) for place in places}
    well_formed = {name: part for name, part in document.items() if name not in malformed}
    kept: dict[str, Sequence[int]] = {}
    for name in malformed & Contract.model_fields.keys():
        part, form = document.get(name), get_origin(Contract.model_fields[name].annotation)
        wrong = {place[1] if len(place) > 1 else None for place in places if place[0] == name}
        if form is dict and isinstance(part, Mapping) and None not in wrong:
            well_formed[name] = {key: value for key, value in part.items() if key not in wrong}
        elif form is list and isinstance(part, list) and None not in wrong and len(wrong) < len(part):
            kept[name] = [number for number, _ in enumerate(part) if number not in wrong]
            well_formed[name] = [part[number] for number in kept[name]]
    return _Draft(_draft_model().model_validate(well_formed), malformed, kept)


@cache
def _draft_model() -> type[Contract]:
    """A contract of which any part may be absent."""
    required = {name: field for name, field in Contract.model_fields.items() if field.is_required()}
    optional: dict[str, Any] = {name: (field.rebuild_annotation(), None) for name, field in required.items()}
    return create_model("ContractDraft", __base__=Contract, **optional)
