"""From files to a published site: loading, composing, rendering, publishing."""
