"""How anything is drawn here: random numbers, pixels, textures, a pen, letters."""
