"""日分析 周总结 月通报: drafted from the hotline's own rows, edited, signed off, published, kept."""
