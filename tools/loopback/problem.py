"""The one error that these tools show as a line instead of a trace."""


class Problem(Exception):
    """What went wrong and what to do about it, in one line."""


class PortTaken(Problem):
    """Another program has the port that a server was given."""
