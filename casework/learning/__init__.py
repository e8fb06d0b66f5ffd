"""Suggestions that are learnt: a linear text classifier, trained by a command, served with numpy alone.

``features`` turns text into hashed character n-grams, ``model`` scores and explains, ``train`` fits (the only module
that needs scikit-learn), ``measure`` judges, ``store`` keeps the versions. Nothing here knows what the labels mean.
"""
