"""`notes-site deploy`: a built site to S3 or a folder, so that a visitor never sees a half-updated one."""
