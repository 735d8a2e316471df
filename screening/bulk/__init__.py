"""Tables in and out: headers recognized, one answer for every row, in order."""
