"""What medrules costs, held against a hand-written limit on the same requests. `python -m benchmarks.run`."""
