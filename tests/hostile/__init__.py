"""The hostile world: whatever is sent gets a diagnostic or an error answer with a code, in bounded time and memory, and the
next call works. Attacks run in a child process under the operating system's limits; see `cage`."""
