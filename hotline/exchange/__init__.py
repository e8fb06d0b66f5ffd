"""Exchange with an existing 12345 platform: orders are pulled and answers pushed, by a mapping that is data."""
