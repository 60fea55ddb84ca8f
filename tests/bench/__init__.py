"""`make bench`: the production process model under load, printed as one table beside the floor of this machine."""
