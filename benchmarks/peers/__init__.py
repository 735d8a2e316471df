"""Other engines, each given the same rules in its own language.

Every module has `build(rules)`, which returns a function from a case to the ids of all rules that
hold. The way that was found fastest for an engine is the one written here.
"""
