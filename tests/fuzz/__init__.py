"""Coverage-guided fuzzing of everything that reads what others wrote: `python -m tests.fuzz --target parser --seconds 60`."""
