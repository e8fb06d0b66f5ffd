"""The demo's own supervisor: databases, web, worker, beat, relay and the living district under one command.

It imports neither Django nor a room of the product, so that it stays small and cannot fall with them. Its
children are a table (``children.py``); each is tied to it by a death signal, so nothing outlives it.
"""
