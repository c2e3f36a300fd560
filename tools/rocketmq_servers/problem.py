"""The one error that tools/rocketmq shows as a line instead of a trace."""


class Problem(Exception):
    """What went wrong and what to do about it, in one line."""
