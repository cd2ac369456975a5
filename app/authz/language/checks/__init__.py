"""What is tested of a model whose form is right: names, what they refer to, what follows from what, assertions."""
