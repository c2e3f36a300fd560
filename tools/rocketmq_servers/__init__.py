"""Real RocketMQ servers on loopback, for tests and for trying things out; tools/rocketmq is their command line."""
