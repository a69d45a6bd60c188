"""The only code that talks to AWS or a vendor; each adapter fills a port of `tocsin.ports`."""
