"""`notes-site serve`: a live preview that makes each page on request and never touches the publish folder."""
