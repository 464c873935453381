"""Twokey: nothing with a high blast radius reaches production on one key.

The map, in the order a change travels:

    intake   bytes -> Change          git, diff, terraform, kubernetes, cloudformation, sql
    assess   Change -> Assessment     who wrote it, what it reaches, can it be undone
    decide   Assessment -> Decision   Cedar says what holds, quorum says what is released
    approve  a person's proof for exactly this content
    record   the ledger, the only state
    service  the verbs, where the stages meet
    cli      one command a file
"""

__version__ = "0.1.0"
