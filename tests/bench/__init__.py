"""`make bench`: load on the production processes, in one table with baseline figures of this machine."""
