"""Frozen values that the stages hand to one another. No behaviour beyond their own meaning.

A Change (what is proposed) gains an Assessment (what is known about it), a Decision (what
policy says), Approvals (what people did) and an Entry (what the ledger holds).
"""
