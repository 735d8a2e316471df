"""Conditions: one expression tree, its parser, and the ways of reading it."""
