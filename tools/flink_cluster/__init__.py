"""A real Apache Flink on loopback, for tests and for trying things out; tools/flink is its command line."""
