"""The second case of the demo: five municipalities on both banks of a river, from need to hand-over.

Two provinces of one country, two languages, two time zones; one municipality declines, one joins late, one
has no account, and one delegate acts subject to the council. Municipalities are real, people fictitious.
"""
