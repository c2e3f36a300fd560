"""Hosts on one machine, in namespaces of their own, with sshd and Flink; tools/nodes is its command line."""
