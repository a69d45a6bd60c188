"""Put a contract: check the whole document, make its customer topic follow it, store it as the next version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.contracts.reading import contracts_named_in, read_contract
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.contracts.versions import changed_holidays
from tocsin.domain.notices.topics import customer_topic
from tocsin.domain.values.channels import endpoints
from tocsin.domain.values.faults import Conflict, PreconditionFailed, SequenceConflict
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Teams
from tocsin.use_cases.contracts.contract_versions import version_in_force

YEARS_AHEAD = 5
"""Public holidays are kept with a version for so many years, and the one before: what is beyond is not law yet."""


def put_contract(
    helpdesk_id: str,
    contract_id: str,
    document: Mapping[str, Any],
    if_match: int | None = None,
    *,
    contracts: Contracts,
    teams: Teams,
    notifier: Notifier,
    clock: Clock,
) -> tuple[ContractVersion, bool]:
    """The newest version, and whether it is new: the same document again makes none, unless public holidays changed.

    `document` is the contract as it was sent, parsed from JSON or YAML.

    Raises Invalid with all faults, PreconditionFailed when `if_match` is not the newest version, Conflict when
    somebody else puts a version at the same moment.
    """
    known = [name for name in contracts_named_in(document) if contracts.get(helpdesk_id, name)]
    current = contracts.get(helpdesk_id, contract_id)
    previous = current.contract if current else None
    effective = version_in_force(helpdesk_id, contract_id, clock.now(), contracts=contracts)
    in_force = effective.contract if effective else None
    targets = teams.known(helpdesk_id)
    contract = read_contract(
        document, contract_id, targets["team"], known, previous, in_force, faults_of_examples, targets
    )
    number = current.version if current else 0
    if if_match is not None and if_match != number:
        raise PreconditionFailed(f"The contract is at version {number}, not at {if_match}; read it again.")
    digest = hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    now = clock.now()
    known_today = contract.public_holidays(range(now.year - 1, now.year + YEARS_AHEAD + 1))
    notifier.subscribe(customer_topic(helpdesk_id, contract_id), endpoints(contract.customer.channels))
    if contract.customer.channels:
        contracts.look_again(helpdesk_id, contract_id, now)
    if current and current.sha256 == digest and not any(changed_holidays(current.public_holidays, known_today)):
        return current, False
    version = ContractVersion(contract, number + 1, now, document, digest, known_today)
    try:
        contracts.put(helpdesk_id, version)
    except SequenceConflict:
        raise Conflict("Somebody else has put a version at the same moment; read it and put yours again.") from None
    return version, True
