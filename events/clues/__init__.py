"""多源线索聚合: what several sources tell of one thing that none of them names."""
