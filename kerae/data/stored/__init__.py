"""Files of vectors larger than memory, read a range of examples at a time; a kind of file each.

Every reader has

- `path`, `shape`: of the file, and of its array `(examples, ..., features)`;
- `read(ranges)`: for each pair `(start, stop)` of rising, disjoint ranges of examples an array
  `(stop - start, ..., features)` of floats, read when it is asked for, so that memory holds one;
- `token_ids(start, stop)`, only where the file keeps them.

Opening one reads a header; nothing of a file stays open or in memory between two calls.
"""
