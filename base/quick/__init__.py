"""Templates that are quick: what is the same at each rendering is rendered once."""
