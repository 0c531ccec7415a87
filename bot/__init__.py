"""The body: the only package that talks to the world; everything else is given to it as values."""
