"""Features in superposition: sparse autoencoders, and toy models of why they are needed."""
