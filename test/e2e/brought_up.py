"""What one of the project's tools brings up for a test: servers, or hosts."""

import os
import subprocess
import sys
import tempfile

from harness import ROOT, TIMEOUT_S


def run_tool(name, home, *arguments, **environment):
    """One of tools/ over the home, however it ends."""
    command = [sys.executable, os.path.join(ROOT, "tools", name), "--home", home, *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S,
                          env={**os.environ, **environment})


class BroughtUp:
    """In a folder of its own. `with Flink() as flink:`; whatever becomes of the test, nothing is left running: it is killed
    at the end of the block, or by its watcher once this process is gone."""

    tool_name = None  # below tools/
    down = ("down", "--kill")

    def __init__(self, *options, environment=()):
        """`environment`: what its processes find in theirs beside what this one has."""
        self._options = options
        self._environment = dict(environment)

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix=f"temblor-{self.tool_name}-")
        self.home = os.path.join(self._folder.name, "home")
        try:
            self.tool("up", "--owner", str(os.getpid()), *self._options)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if os.path.exists(os.path.join(self.home, "servers.json")):
                self.tool(*self.down)
        finally:
            self._folder.cleanup()

    def tool(self, *arguments):
        """Runs the tool for this home, which must succeed; its stdout."""
        done = self.try_tool(*arguments)
        assert done.returncode == 0, f"tools/{self.tool_name} {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def try_tool(self, *arguments):
        return run_tool(self.tool_name, self.home, *arguments, **self._environment)
