"""岗前培训与每周一训: what was taught to whom, beside the weekly quiz; one's own record is one's own."""
