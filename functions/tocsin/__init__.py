"""SLA clocks and escalation for helpdesks on AWS."""
