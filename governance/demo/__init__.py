"""The living demo district: a cast that acts through the real verbs, a past, a time machine, and told stories.

Everything goes through the door like anybody's act; nothing here writes a state. Only in the demo profile.
"""
