"""The demo district: made-up shapes, places, people and words around the real codes of 海勃湾区 150302.

Nothing here touches the database. `shapes` draws the land, `places` names what stands on it, `roster` invents
the people; `data/` holds what they and the writers left. Loading all this through the ordinary verbs is the
caller's business. Except for the official codes and names of streets and communities everything is invented;
see `data/README.md`.
"""
