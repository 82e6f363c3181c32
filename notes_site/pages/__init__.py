"""From a site to what is published: pages, feeds and their templates. Pure."""
