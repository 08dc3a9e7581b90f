"""The mapping language: YAML text in, checked and compiled mappings out."""
