"""The workload: 20,000 items, 227,500 knowledge rows in 8 families, 5,000 encounters; made from a seed, never stored."""
