"""How each tool runs, and how it ends."""

import signal
import sys

from .problem import Problem


def run(name, main):
    """The exit code. A Problem is one line; SIGTERM is taken as Ctrl-C is, so that what was being started is ended."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that has seen enough is no error
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except Problem as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
