"""A screened table as one page for people: pictures, the rows that matter, the trace of each."""
