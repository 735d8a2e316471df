"""Where two versions of a rulebook answer differently: every region, proved to be all of them.

`same` finds the days that cannot differ, `pair` puts both versions over the same variables,
`literals` and `grow` turn one shipment into the widest region that a person can read, `search`
repeats until the solver finds nothing more. Only `told` is imported without the solver.
"""
