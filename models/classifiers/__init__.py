"""What the turn and the tone classifier share: hashed n-grams of a turn in its context, and linear models over them."""
