"""What tools/rocketmq and tools/flink share: real servers on loopback, in a home folder, known by their pids."""
