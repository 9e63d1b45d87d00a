"""`newsbot rehearse`: the night of the election, the day before.

The program itself, as so many processes as wished, against the sandbox and simulated readers, while whatever can go
wrong does. The sandbox counts what arrived; the ledger says what the program believes; they must be equal.
"""
