"""Where pieces stand: three schemes side by side."""
