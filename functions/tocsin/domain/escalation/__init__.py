"""The escalation chain: tiers, acknowledgement, and whom silence alerts next."""
