"""`linli bench`: each part beside its raw limit in the same run, as a ratio (docs/benchmarks.md)."""
