"""What the use cases need from the world: protocols only. `tocsin.adapters` implements, `tocsin.wiring` chooses."""
