"""The address register: from what people say to the grid, with pinyin, typing errors and what corrections taught.

It stands on the land's floor and not in the hotline, because every desk above needs it: events place reports by
address, the hotline its calls, disputes their parties.
"""
