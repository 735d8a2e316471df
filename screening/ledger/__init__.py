"""Every decision on record: what was decided, on what facts, under which rules, and by whom asked.

Records are chained by hash, so that what was changed later is found, and hold all that is needed to
decide them again.
"""
