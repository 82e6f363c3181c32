"""All notes together: areas, links, sums, checks. Pure."""
