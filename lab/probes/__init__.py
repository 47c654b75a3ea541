"""What a layer knows: linear probes, with every control beside them."""
