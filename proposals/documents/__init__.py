"""Each recipient's paper: its facts, its words, its pictures, its PDF."""
