"""Goods: the catalogue's names and the figures that the law derives from published ones.

Facts about the world only; nothing here knows of rules.
"""
