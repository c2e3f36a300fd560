"""The programs that are measured side by side: each a process that has the same records in memory, runs its job over them
once for each line that it is told, and says what came out and what it took."""
