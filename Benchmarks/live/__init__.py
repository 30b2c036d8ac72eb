"""What the benchmarks of live monitoring share: events, a server, samples."""
