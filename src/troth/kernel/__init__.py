"""The language below all others, pure: nothing here reads a clock, a database, the network or the environment.

Owns: canonical form and digests (`canonical`), typed ids (`ids`), clock and entropy as things handed in (`clock`,
`entropy`), findings (`findings`), errors cut by who must act (`errors`), legal time (`calendars`).
Laws: RFC 8785; Regulation (EEC, Euratom) No 1182/71; the holiday notices of each place.
"""
